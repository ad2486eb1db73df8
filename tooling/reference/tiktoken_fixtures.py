"""Ids by tiktoken, for packages/tokenizer.

Without arguments: a small vocabulary of its own in a .tiktoken file's form, and the ids of 1,000 random strings under
the patterns of r50k, cl100k and o200k, to packages/tokenizer/test/fixtures/tiktoken.json.gz.

With --ranks DIR (r50k_base.tiktoken, cl100k_base.tiktoken, o200k_base.tiktoken), --count N and --out FILE: the ids of N
random strings and of the files named by --corpora under OpenAI's encodings, for packages/tokenizer/bench/fuzz.mjs.
"""

import argparse
import base64
import gzip
import inspect
import json
import random
import unicodedata
from pathlib import Path

import tiktoken
import tiktoken_ext.openai_public as openai_public
from tiktoken._educational import bpe_train
from tiktoken.load import load_tiktoken_bpe

POOL = [
    "a", "b", "the", " the", " ", "  ", "   ", "\n", "\n\n", "\r\n", "\t", "'", "'s", "'S", "'re", "'LL", "'Ve", "1", "12", "1234",
    "é", "É", "ß", "ſ", "'ſ", "ʰ", "日本", "語", "ア", "🌍", "👩‍👩‍👧", "🇫🇷", "\u0301", "\u0300", "\u200d", "\ufeff", "\u0085",
    "\u00a0", "\u3000", "\u2028", "!", "?", "...", "/", "//", ".\n/", "<|", "|>", "_", "__", "Hello", "HELLO", "hElLo",
    "camelCase", "x1y2", "ไทย", "हिन्दी", "العربية", "한국어", "Ⅷ", "²", "½", "٣", "ǅ", "ﬁ", "\0", "\x7f", "{", "}", "();", "=>",
    "\\", '"', "constructor", "__proto__", "İ", "ı", "𝒳", "𐐀", "𐐨", "\U000e0001",
]  # fmt: skip
RANGES = [(0x20, 0x7F), (0xA0, 0x3000), (0x3000, 0xD7FF), (0xE000, 0xFFFD), (0x10000, 0x10FFFF)]


def random_strings(count, seed=12345):
    rng = random.Random(seed)

    def character():
        # characters that a later Unicode version added are classed by the version each program has
        while True:
            c = chr(rng.randrange(*rng.choice(RANGES)))
            if unicodedata.category(c) != "Cn":
                return c

    return [
        "".join(rng.choice(POOL) if rng.random() < 0.9 else character() for _ in range(rng.choice([1, 2, 3, 5, 8, 13, 30])))
        for _ in range(count)
    ]


def pattern(name):
    """The pattern of an encoding, out of tiktoken's own definition; loading the ranks is left out."""
    source = inspect.getsource(getattr(openai_public, name))
    scope = {**vars(openai_public), "load_tiktoken_bpe": lambda *args, **kwargs: {}}
    exec(source, scope)
    return scope[name]()["pat_str"]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--ranks")
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--corpora", nargs="*", default=[])
    parser.add_argument("--out")
    args = parser.parse_args()
    names = ["r50k_base", "cl100k_base", "o200k_base"]
    strings = random_strings(args.count)
    result = {"tiktoken": tiktoken.__version__, "strings": strings, "ids": {}}
    if args.ranks:
        result["corpora"] = args.corpora
        texts = [open(path, encoding="utf-8", newline="").read() for path in args.corpora]
    else:
        ranks = bpe_train(" ".join(random_strings(400, seed=7)), 900, pattern("cl100k_base"), visualise=None)
        result["ranks"] = "".join(f"{base64.b64encode(b).decode()} {r}\n" for b, r in sorted(ranks.items(), key=lambda x: x[1]))
        texts = []
    for name in names:
        if args.ranks:
            ranks = load_tiktoken_bpe(str(Path(args.ranks) / f"{name}.tiktoken"))
        encoding = tiktoken.Encoding(name, pat_str=pattern(name), mergeable_ranks=ranks, special_tokens={})
        result["ids"][name] = [encoding.encode_ordinary(s) for s in strings]
        if texts:
            result.setdefault("corpusIds", {})[name] = [encoding.encode_ordinary(text) for text in texts]
    here = Path(__file__).resolve().parents[2]
    out = Path(args.out) if args.out else here / "packages/tokenizer/test/fixtures/tiktoken.json.gz"
    out.write_bytes(gzip.compress(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0))


main()
