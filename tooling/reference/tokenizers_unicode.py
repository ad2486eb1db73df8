"""The character classes of Hugging Face's `tokenizers`, whose tables are older than any JavaScript engine's.

Writes `packages/tokenizer/src/json/unicode-tables.ts`: for each class the ranges of its characters, asked one by one.
Takes about a minute.
"""

from importlib.metadata import version

from tokenizers import normalizers, pre_tokenizers

from fixtures import REPOSITORY

OUT = REPOSITORY / "packages/tokenizer/src/json/unicode-tables.ts"
LETTERS = "abcdefghijklmnopqrstuvwxyz"


def bert(**options):
    off = {"clean_text": False, "handle_chinese_chars": False, "strip_accents": False, "lowercase": False}
    return normalizers.BertNormalizer(**(off | options))


def drops(normalizer):
    """Whether a normalizer drops a character."""
    return lambda c: normalizer.normalize_str(f"a{c}b") == "ab"


def isolates(pre_tokenizer):
    """Whether a pre-tokenizer cuts a character out of a word."""
    return lambda c: len(pre_tokenizer.pre_tokenize_str(f"a{c}a")) == 3


drops_nonspacing = drops(bert(strip_accents=True))
drops_mark = drops(normalizers.StripAccents())

CLASSES = {
    "control": ("What BERT's cleaning drops.", drops(bert(clean_text=True))),
    "nonspacingMark": ("What BERT's stripping of accents drops.", drops_nonspacing),
    "otherMark": ("What StripAccents drops besides.", lambda c: drops_mark(c) and not drops_nonspacing(c)),
    "punctuation": ("What Punctuation and BERT cut out.", isolates(pre_tokenizers.Punctuation())),
}


def letters(n):
    """A number in base 26; only the last digit is a small letter, so that nothing stands between numbers."""
    return (letters(n // 26).upper() if n >= 26 else "") + LETTERS[n % 26]


def table(member):
    """Ranges as pairs: the gap since the last one and how many characters follow the first."""
    ranges = []
    for point in range(0x110000):
        if 0xD800 <= point < 0xE000 or not member(chr(point)):
            continue
        if ranges and ranges[-1][1] == point - 1:
            ranges[-1][1] = point
        else:
            ranges.append([point, point])
    last = 0
    pairs = ""
    for first, end in ranges:
        pairs += letters(first - last) + letters(end - first)
        last = end
    return pairs


def wrapped(text, width=110):
    return " +\n".join(f"  '{text[i : i + width]}'" for i in range(0, len(text), width))


def main():
    assert all(drops_mark(chr(p)) for p in range(0x110000) if not 0xD800 <= p < 0xE000 and drops_nonspacing(chr(p)))
    parts = [f"// Written by tooling/reference/tokenizers_unicode.py from tokenizers {version('tokenizers')}.\n"]
    for name, (what, member) in CLASSES.items():
        parts.append(f"/** {what} */\nexport const {name} =\n{wrapped(table(member))};\n")
    OUT.write_text("\n".join(parts), encoding="utf-8")
    print(f"{OUT.relative_to(REPOSITORY)}: {OUT.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
