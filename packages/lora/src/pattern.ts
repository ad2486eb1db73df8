/** The value of the first pattern that matches a path from its start or after a dot to its end: PEFT's rule. */
export function patternValue(patterns: Readonly<Record<string, number>>, path: string, fallback: number): number {
  const found = Object.keys(patterns).find((pattern) => new RegExp(`^(.*\\.)?(${pattern})$`).test(path));
  return found === undefined ? fallback : patterns[found]!;
}
