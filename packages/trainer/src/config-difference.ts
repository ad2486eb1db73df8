import type { JsonObject, JsonValue } from '@ashlar/checkpoint';

const SHOWN = 3;

/** What differs between two configs in one clause each, such as `training.steps is 200 there and 300 here`. */
export function configDifferences(there: JsonObject, here: JsonObject): string[] {
  const [before, now] = [leaves(there), leaves(here)];
  const paths = [...new Set([...before.keys(), ...now.keys()])].sort();
  return paths
    .filter((path) => before.get(path) !== now.get(path))
    .map((path) => `${path} is ${before.get(path) ?? 'missing'} there and ${now.get(path) ?? 'missing'} here`);
}

/** The first few differences, and how many more there are. */
export function summarize(differences: readonly string[]): string {
  const more = differences.length - SHOWN;
  return [...differences.slice(0, SHOWN), ...(more > 0 ? [`${more} more`] : [])].join('; ');
}

/** The JSON of every value that is no object, by path. */
function leaves(value: JsonValue, path = ''): Map<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return new Map([[path, JSON.stringify(value)]]);
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, path === '' ? key : `${path}.${key}`)]),
  );
}
