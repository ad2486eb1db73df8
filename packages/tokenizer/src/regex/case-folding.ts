/** Every character that has another case, and those that fold to it. */
let casedText: string | null = null;

function cased(): string {
  if (casedText === null) {
    const all: string[] = [];
    const test =
      /[\p{Cased}\p{Changes_When_Casemapped}\p{Changes_When_Casefolded}]/u;
    for (let cp = 0; cp < 0x1f000; cp++) {
      if (cp >= 0xd800 && cp < 0xe000) continue;
      const c = String.fromCodePoint(cp);
      if (test.test(c)) all.push(c);
    }
    casedText = all.join("");
  }
  return casedText;
}

/** The characters that `item` (a character class in brackets) matches once case is ignored, and not before. */
export function otherCases(item: string): string[] {
  const plain = new RegExp(item, "v");
  return (cased().match(new RegExp(item, "giv")) ?? []).filter(
    (c) => !plain.test(c),
  );
}
