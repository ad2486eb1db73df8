"""What every component of a `tokenizer.json` does, said by Hugging Face's `tokenizers`.

Writes `packages/tokenizer/test/fixtures/components.json.gz`. Normalizers and pre-tokenizers stand before a model whose
tokens are the 256 bytes, so that ids spell the text they made, offsets its alignment and words the cuts.
"""

import json
from importlib.metadata import version

from tokenizers import Tokenizer

from tokenizers_fixtures import QWEN, TORTURE, fuzz, write

TEXTS = [text for text in TORTURE if len(text) < 100] + fuzz(25)
BYTES = {f"<0x{b:02X}>": b for b in range(256)}
BASE = {
    "version": "1.0",
    "truncation": None,
    "padding": None,
    "added_tokens": [],
    "normalizer": None,
    "pre_tokenizer": None,
    "post_processor": None,
    "decoder": None,
    "model": {"type": "BPE", "vocab": BYTES, "merges": [], "byte_fallback": True},
}


def bert(clean, chinese, accents, lower):
    return {
        "type": "BertNormalizer",
        "clean_text": clean,
        "handle_chinese_chars": chinese,
        "strip_accents": accents,
        "lowercase": lower,
    }


def replace(pattern, content):
    return {"type": "Replace", "pattern": pattern, "content": content}


def split(pattern, behavior="Isolated", invert=False):
    return {"type": "Split", "pattern": pattern, "behavior": behavior, "invert": invert}


def metaspace(scheme="always", do_split=True):
    return {"type": "Metaspace", "replacement": "▁", "prepend_scheme": scheme, "split": do_split}


BEHAVIORS = ["Removed", "Isolated", "MergedWithPrevious", "MergedWithNext", "Contiguous"]
NORMALIZERS = (
    [{"type": t} for t in ("NFC", "NFD", "NFKC", "NFKD", "Lowercase", "Nmt", "StripAccents", "ByteLevel")]
    + [{"type": "Strip", "strip_left": left, "strip_right": right} for left, right in ((1, 1), (1, 0), (0, 1))]
    + [bert(True, True, None, True), bert(True, False, False, False), bert(False, True, True, False)]
    + [bert(False, False, None, False), {k: v for k, v in bert(True, True, True, True).items() if k != "type"}]
    + [replace({"String": " "}, "▁"), replace({"Regex": "\\s+"}, ""), replace({"Regex": "(?i)[aeo]+"}, "<é>")]
    + [replace({"String": "the"}, ""), replace({"Regex": "x*"}, "-"), {"type": "Prepend", "prepend": "é_"}]
    + [
        {"type": "Sequence", "normalizers": [{"type": "NFD"}, {"type": "StripAccents"}, {"type": "Prepend", "prepend": "▁"}]},
        {"type": "Sequence", "normalizers": [bert(True, True, None, True), replace({"String": " "}, "  ")]},
    ]
)
for n in NORMALIZERS:
    for key in ("strip_left", "strip_right"):
        if key in n:
            n[key] = bool(n[key])
PATTERNS = [
    QWEN,
    r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+|\s++$|\s*[\r\n]|\s+(?!\S)|\s",
    r"\w+|[^\w\s]+",
    r"(?<=\p{L})\p{Lu}|\p{Han}+|[[:punct:]]",
    r"[^\S\n]+$|^\S",
    r"(?>a|the|st)one?|\bm\w*\b",
    r"[\p{Ll}&&[^a-m]]+|\h{2}",
    r"(\w)\1",
    r"(?m:x.)|(?x: \# [a-z]+ )",
]
PRE_TOKENIZERS = (
    [{"type": t} for t in ("BertPreTokenizer", "Whitespace", "WhitespaceSplit", "UnicodeScripts")]
    + [{"type": "ByteLevel", "add_prefix_space": p, "trim_offsets": True, "use_regex": r} for p in (False, True) for r in (False, True)]
    + [{"type": "Punctuation", "behavior": b} for b in BEHAVIORS]
    + [{"type": "Digits", "individual_digits": i} for i in (False, True)]
    + [{"type": "CharDelimiterSplit", "delimiter": "e"}, {"type": "FixedLength", "length": 3}]
    + [metaspace(scheme, do_split) for scheme in ("always", "first", "never") for do_split in (True, False)]
    + [split({"String": " "}, b, i) for b in BEHAVIORS for i in (False, True)]
    + [split({"Regex": "[st]"}, b) for b in BEHAVIORS]
    + [split({"Regex": p}) for p in PATTERNS]
    + [{"type": "Sequence", "pretokenizers": [{"type": "WhitespaceSplit"}, metaspace(), {"type": "Digits", "individual_digits": True}]}]
)

WORDS = ["Th", "The", "he", "st", "on", "one", "stone", "ne"]
LETTERS = sorted(set("".join(WORDS)) | set("amsoni é"))
CHARACTERS = {c: 10 + i for i, c in enumerate(LETTERS)}


def bpe(merges, extra, **options):
    vocab = dict(CHARACTERS)
    for token in extra + [a + b for a, b in merges]:
        vocab.setdefault(token, len(vocab) + 10)
    return {"type": "BPE", "vocab": vocab, "merges": merges, **options}


MERGES = [["s", "t"], ["o", "n"], ["on", "e"], ["st", "one"], ["T", "h"], ["h", "e"], ["Th", "e"], [" ", "s"], ["n", "e"]]
MODELS = [
    bpe(MERGES, []),
    bpe(MERGES, ["<unk>"], unk_token="<unk>"),
    bpe(MERGES, ["<unk>"], unk_token="<unk>", fuse_unk=True, byte_fallback=True),
    bpe(MERGES, ["<unk>", "<0xE7>", "<0x9F>", "<0xB3>", "<0x2C>"], unk_token="<unk>", fuse_unk=True, byte_fallback=True),
    bpe(MERGES, ["<unk>"], unk_token="<unk>", dropout=1.0),
    bpe(MERGES, ["The mason", "ston"], ignore_merges=True),
    bpe([["s", "##t"], ["st", "##o"]], ["##t", "##o", "##n", "##e", "st", "sto"], continuing_subword_prefix="##"),
    bpe([["o", "n</w>"], ["st", "on</w>"]], ["n</w>", "s</w>", "e</w>", "st", "ston</w>", "on</w>"], end_of_word_suffix="</w>"),
    {"type": "WordPiece", "vocab": {w: i for i, w in enumerate(["[U]", "The", "##st", "st", "##one", "st##", "a", "x", "##x", "石"])}, "unk_token": "[U]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 20},
    {"type": "WordLevel", "vocab": {"The": 3, "?": 0, "石": 1, "__proto__": 2, "constructor": 7}, "unk_token": "?"},
    {"type": "Unigram", "unk_id": 0, "vocab": [["<unk>", 0.0], ["s", -2.5], ["t", -2.5], ["st", -3.0], ["stone", -4.25], ["one", -3.5], [" ", -1.0], ["e", -2.0], ["The", -2.0], ["a", -3.0], ["aa", -6.0], ["石", -1.5]]},
    {"type": "Unigram", "unk_id": 0, "byte_fallback": True, "vocab": [["<unk>", 0.0], ["a", -1.0], ["<0xC3>", 0.0], ["<0xA9>", 0.0], ["<0x54>", 0.0]]},
]
for model in MODELS:
    if model["type"] == "BPE":
        for a, b in model["merges"]:
            assert a in model["vocab"] and b in model["vocab"], (a, b)


def added(content, **flags):
    names = ("single_word", "lstrip", "rstrip", "normalized", "special")
    return {"id": 0, "content": content} | {name: flags.get(name, False) for name in names}


ADDED = [
    [added("stone"), added("ston", special=True), added("the", single_word=True)],
    [added("<mask>", lstrip=True, special=True), added("s", rstrip=True), added("e", lstrip=True, rstrip=True)],
    [added("STONE", normalized=True), added("é", normalized=True), added("a", normalized=True, single_word=True)],
    [added("__proto__"), added("constructor"), added("石の", single_word=True), added("  ", normalized=True)],
]
for tokens in ADDED:
    for i, token in enumerate(tokens):
        token["id"] = 256 + i

DECODERS = [
    {"type": "BPEDecoder", "suffix": "</w>"},
    {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": True, "use_regex": True},
    {"type": "WordPiece", "prefix": "##", "cleanup": True},
    {"type": "WordPiece", "prefix": "##", "cleanup": False},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "always", "split": True},
    {"type": "Metaspace", "replacement": "▁", "prepend_scheme": "never", "split": True},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": True},
    {"type": "CTC", "pad_token": "<pad>", "word_delimiter_token": "|", "cleanup": False},
    {"type": "Fuse"},
    {"type": "ByteFallback"},
    {"type": "Strip", "content": "a", "start": 1, "stop": 1},
    {"type": "Replace", "pattern": {"Regex": "[#▁]+"}, "content": "é"},
    {
        "type": "Sequence",
        "decoders": [
            {"type": "Replace", "pattern": {"String": "▁"}, "content": " "},
            {"type": "ByteFallback"},
            {"type": "Fuse"},
            {"type": "Strip", "content": " ", "start": 1, "stop": 0},
        ],
    },
]
CHAINS = [
    [],
    ["a"],
    ["▁The", "▁st", "one", "▁▁", "."],
    ["the", "##se", "are", "n", "'", "t", ".", "##", "do", "not", "'s", "!"],
    ["st", "one</w>", "a</w>", "</w>"],
    ["<0xE7>", "<0x9F>", "<0xB3>", "x", "<0xE7>", "<0x9F>", "y", "<0x41>", "<0xEF>", "<0xBB>", "<0xBF>"],
    ["çŁ", "³", "ĠThe", "石", "ï", "»", "¿", "ÿ", "a b"],
    ["<pad>", "h", "h", "<pad>", "h", "|", "|", "a", "a<pad>", "|", "."],
    ["aba", "aa a", "baab", "aaaa"],
]


def encoded(spec, texts):
    tokenizer = Tokenizer.from_str(json.dumps(spec))
    cases = []
    for text in texts:
        e = tokenizer.encode(text)
        cases.append([e.ids, [x for pair in e.offsets for x in pair], e.word_ids])
    return cases


def main():
    entries = [{"normalizer": n} for n in NORMALIZERS]
    entries += [{"pre_tokenizer": p} for p in PRE_TOKENIZERS]
    entries += [{"model": m} for m in MODELS]
    entries += [{"model": m, "pre_tokenizer": {"type": "WhitespaceSplit"}} for m in MODELS]
    entries += [{"added_tokens": a} for a in ADDED]
    entries += [{"added_tokens": a, "normalizer": bert(True, True, None, True)} for a in ADDED]
    entries += [{"added_tokens": a, "pre_tokenizer": metaspace("first")} for a in ADDED[:2]]
    write(
        "components",
        {
            "madeBy": {"tokenizers": version("tokenizers")},
            "base": BASE,
            "texts": TEXTS,
            "entries": [{"spec": entry, "cases": encoded(BASE | entry, TEXTS)} for entry in entries],
            "chains": CHAINS,
            "decoders": [
                {"spec": spec, "texts": [decode(spec, chain) for chain in CHAINS]} for spec in DECODERS
            ],
        },
    )


def decode(spec, chain):
    """What a decoder makes of tokens."""
    vocab = {token: i for i, token in enumerate(dict.fromkeys(chain))}
    model = {"type": "WordLevel", "vocab": vocab | {"<unused>": len(vocab)}, "unk_token": "<unused>"}
    tokenizer = Tokenizer.from_str(json.dumps(BASE | {"model": model, "decoder": spec}))
    try:
        return tokenizer.decode([vocab[token] for token in chain], skip_special_tokens=False)
    except BaseException:  # a panic of the Rust side: there is nothing to agree with
        return None


if __name__ == "__main__":
    main()
