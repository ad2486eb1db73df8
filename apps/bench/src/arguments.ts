/** The whole number that an option asks for; throws a sentence where it is none from `least` to `most`. */
export function wholeNumber(option: string, value: string, least: number, most: number): number {
  const n = Number(value);
  if (!Number.isInteger(n) || n < least || n > most)
    throw new Error(`--${option} must be a whole number from ${least} to ${most}, not ${value}.`);
  return n;
}

/** The names in a list with commas; throws a sentence where one is not among `known`. `hint` says what else would be there. */
export function namesOf<Name extends string>(option: string, list: string, known: readonly Name[], hint = ''): Name[] {
  const names = list.split(',');
  const unknown = names.find((name) => !(known as readonly string[]).includes(name));
  if (unknown !== undefined)
    throw new Error(`--${option}: there is no ${unknown} here, only ${known.join(', ')}${hint}.`);
  return names as Name[];
}
