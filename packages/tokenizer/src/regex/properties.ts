/** The bracket names of POSIX as Oniguruma defines them for Unicode; items of a character class. */
export const posixClasses: ReadonlyMap<string, string> = new Map([
  ['alnum', '\\p{Alphabetic}\\p{Nd}'],
  ['alpha', '\\p{Alphabetic}'],
  ['ascii', '\\x00-\\x7f'],
  ['blank', '\\t\\p{Zs}'],
  ['cntrl', '\\p{Cc}'],
  ['digit', '\\p{Nd}'],
  ['graph', '[\\p{Any}--[\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]]'],
  ['lower', '\\p{Lowercase}'],
  ['print', '[\\p{Any}--[\\p{White_Space}\\p{Cc}\\p{Cn}\\p{Cs}]]\\p{Zs}'],
  ['punct', '\\p{P}\\p{S}'],
  ['space', '\\p{White_Space}'],
  ['upper', '\\p{Uppercase}'],
  ['xdigit', '0-9a-fA-F'],
  ['word', '\\p{Alphabetic}\\p{M}\\p{Nd}\\p{Pc}'],
]);

const compiles = (item: string) => {
  try {
    new RegExp(item, 'v');
    return true;
  } catch {
    return false;
  }
};

const titleCase = (name: string) =>
  name
    .split(/[\s_-]+/)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1).toLowerCase())
    .join('_');

/**
 * A property of a pattern (`L`, `letter`, `han`, `Script=Greek`, `Alphabetic`, `alnum`) as items of a JavaScript
 * character class; `null` if there is no such property. JavaScript spells properties strictly, the dialects ignore case
 * and take spaces and `-` for `_`.
 */
export function propertyItems(name: string): string | null {
  const key = name.toLowerCase();
  if (key === 'punct') return '\\p{P}';
  const posix = posixClasses.get(key);
  if (posix) return posix;
  const [left, right] = name.split('=') as [string, string | undefined];
  const candidates =
    right === undefined
      ? [titleCase(name), `Script=${titleCase(name)}`, name, name.toUpperCase()]
      : [`${titleCase(left)}=${titleCase(right)}`, name];
  return candidates.map((candidate) => `\\p{${candidate}}`).find(compiles) ?? null;
}
