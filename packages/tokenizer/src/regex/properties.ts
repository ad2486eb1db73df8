/** JavaScript spells properties strictly; patterns of the other dialects ignore case, spaces, `_` and `-`. */
const loose = (name: string) => name.replace(/[\s_-]/g, '').toLowerCase();

const generalCategories = new Map(
  (
    'C:Other Cc:Control Cf:Format Cn:Unassigned Co:Private_Use Cs:Surrogate L:Letter LC:Cased_Letter ' +
    'Ll:Lowercase_Letter Lm:Modifier_Letter Lo:Other_Letter Lt:Titlecase_Letter Lu:Uppercase_Letter M:Mark ' +
    'Mc:Spacing_Mark Me:Enclosing_Mark Mn:Nonspacing_Mark N:Number Nd:Decimal_Number Nl:Letter_Number ' +
    'No:Other_Number P:Punctuation Pc:Connector_Punctuation Pd:Dash_Punctuation Pe:Close_Punctuation ' +
    'Pf:Final_Punctuation Pi:Initial_Punctuation Po:Other_Punctuation Ps:Open_Punctuation S:Symbol ' +
    'Sc:Currency_Symbol Sk:Modifier_Symbol Sm:Math_Symbol So:Other_Symbol Z:Separator Zl:Line_Separator ' +
    'Zp:Paragraph_Separator Zs:Space_Separator'
  )
    .split(' ')
    .flatMap((pair) => {
      const [short, long] = pair.split(':') as [string, string];
      return [short, long].map((name) => [loose(name), short] as const);
    }),
);

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
 * A property of a pattern (`L`, `Letter`, `Han`, `Script=Greek`, `Alphabetic`, `alnum`) as items of a JavaScript
 * character class; `null` if there is no such property.
 */
export function propertyItems(name: string): string | null {
  const key = loose(name);
  if (key === 'any') return '\\p{Any}';
  const category = generalCategories.get(key);
  if (category) return `\\p{${category}}`;
  if (key === 'punct') return '\\p{P}';
  const posix = posixClasses.get(key);
  if (posix) return posix;
  const [left, right] = name.split('=') as [string, string | undefined];
  if (right !== undefined) {
    if (['gc', 'generalcategory'].includes(loose(left))) return propertyItems(right);
    const kind = ['scx', 'scriptextensions'].includes(loose(left)) ? 'Script_Extensions' : 'Script';
    const item = `\\p{${kind}=${titleCase(right)}}`;
    return compiles(item) ? item : null;
  }
  for (const item of [`\\p{Script=${titleCase(name)}}`, `\\p{${titleCase(name)}}`, `\\p{${name}}`])
    if (compiles(item)) return item;
  return null;
}
