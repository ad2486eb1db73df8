/** Every character that has another case; filled on first use. */
let cased = '';

function casedCharacters(): string {
  if (cased === '') {
    const test = /[\p{Cased}\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]/u;
    const all: string[] = [];
    for (let cp = 0; cp < 0x1f000; cp++) {
      const c = String.fromCodePoint(cp);
      if (test.test(c)) all.push(c);
    }
    cased = all.join('');
  }
  return cased;
}

const known = new Map<string, string[]>();

/** The characters that a character class (its `items`, without brackets) matches only once case is ignored. */
export function otherCases(items: string): string[] {
  let found = known.get(items);
  if (!found) {
    const plain = new RegExp(`[${items}]`, 'v');
    found = (casedCharacters().match(new RegExp(`[${items}]`, 'giv')) ?? []).filter((c) => !plain.test(c));
    if (known.size < 1000) known.set(items, found);
  }
  return found;
}
