"""Small tokenizers in the style of ten model families, and what Hugging Face's `tokenizers` makes of a set of texts.

Writes `packages/tokenizer/test/fixtures/<family>.json.gz`: the `tokenizer.json`, the texts, and for each text ids,
tokens, offsets, type ids and the decoded text. The tokenizers are trained here, on text that this program makes.

    python tokenizers_fixtures.py [--fuzz N] [--out FOLDER]

With more random texts and another folder, the tests of the package run on that: `ASHLAR_FIXTURES=FOLDER vitest run
test/families`.
"""

import argparse

import gzip
import io
import json
import os
import random
import tempfile
import unicodedata
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import sentencepiece
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

from fixtures import REPOSITORY

OUT = REPOSITORY / "packages/tokenizer/test/fixtures"
GPT4 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+"
    r"|\s+(?!\S)|\s+"
)
QWEN = GPT4.replace(r"\p{N}{1,3}", r"\p{N}")

SENTENCES = """The mason lifts a stone and looks at its face before he sets it down beside the others.
A wall is only as true as its lowest course, so she measures twice and cuts once.
I don't think they'll finish today; we've counted 1,204 blocks and it's nearly 17:30.
"Where is the mortar?" he asked. Nobody answered, for nobody knew.
def course(n): return [stone(i) for i in range(n) if i % 2 == 0]  # every second stone
Über den Fluss führt eine Brücke; près de l'église, un café; el niño pequeño juega.
Камень на камень, и стена растёт. Η πέτρα είναι βαριά. 石の上にも三年。 돌 위에 돌을 쌓는다. 墙是用石头砌成的。
The rain came late that year, and the river rose over the lower fields until the road was gone.""".split("\n")


def corpus():
    """About 60 kB: the sentences in a random order, some in capitals, with numbers between them."""
    rng = random.Random(7)
    for _ in range(700):
        sentence = rng.choice(SENTENCES)
        style = rng.random()
        if style < 0.1:
            sentence = sentence.upper()
        elif style < 0.2:
            words = sentence.split()
            rng.shuffle(words)
            sentence = " ".join(words)
        elif style < 0.3:
            sentence += f" {rng.randrange(10 ** rng.randrange(1, 7))}"
        yield sentence


TORTURE = [
    "",
    " ",
    "a",
    "Hello, world!",
    "The mason lifts a stone; it's 1,204 blocks.",
    "\ufeffThe\ufeff stone\ufeff",
    "a\u0085b \u0085\u0085 c",
    "\ufffd x\ufffd",
    "\U0001f468\u200d\U0001f469\u200d\U0001f467 \U0001f44d\U0001f3fd \U0001f1e9\U0001f1ea",
    "石の上にも三年。墙是用石头砌成的",
    "中文 text 中文",
    "돌 위에 돌을",
    "حجر على حجر",
    "กำแพงหิน สูง",
    "पत्थर की दीवार",
    "e\u0301 é ẛ̣ ﬁ Å Å ½ ² Ⅷ",
    "naïve façade Ärger ß ſ K İ ı",
    "   three   spaces   ",
    "\n\n\nlines\n\n \n x\r\n\r\ny\t\tz",
    "  \n  ",
    "trailing space ",
    " leading space",
    "constructor __proto__ toString hasOwnProperty prototype",
    "don't DON'T Don'T they'll WE'VE it'S I'm 'd 'ſ 'Re'",
    "0 12 345 6789 01234567890 3.14 1e10 ٣٤٥ ²³ ¼",
    "x" * 300,
    "ab" * 120 + " " + "word" * 30,
    "-----=====_____.....!!!!!?????",
    "a\x00b\x01c\x7fd\u00ade\u200bf\u200cg\u2060h",
    "\u00a0\u2003\u3000 spaces\u202f",
    "http://example.org/path?query=1&x=%20#top mail@example.org",
    "\tif (x) {\n\t\treturn y[0];\n\t}\n",
    "▁under▁score ▁ ▁▁",
    "##ing #hash ##",
    "Ġ Ċ ÿ Ā",
    "\U00010348\U0001d54f \U0002000b 𝕳𝖊𝖑𝖑𝖔 ＦＵＬＬ　ＷＩＤＴＨ ｶﾞ",
    "<s> </s> <unk> <pad> <mask> [CLS] [SEP] [MASK] <|endoftext|> <|im_start|>user\nHi<|im_end|>",
    " <mask>  , <mask>. x<mask>y <|endoftext|><|endoftext|>",
    "tool_call <tool_call>{}</tool_call> tools",
]

POOL = (
    [" ", "  ", "\n", "\r\n", "\t", "\u0085", "\ufeff", "\u00a0", "\u3000", "'s", "'LL", "'", '"', ".", ",", "!", "-", "_", "#", "/"]
    + ["a", "B", "the", "stone", "Mason", "é", "e\u0301", "ß", "ſ", "İ", "Ж", "石", "の", "돌", "ح", "ก", "ा", "\u200d", "😀", "👩"]
    + ["0", "7", "42", "1204", "²", "½", "Ⅷ", "\u0301", "ﬁ", "𝕏", "▁", "Ġ", "<s>", "<mask>", "[MASK]", "<|endoftext|>", "\x00", "\x1c", "\ufffd"]
)


def fuzz(count):
    """Random mixtures, the same at every run."""
    rng = random.Random(12345)
    return ["".join(rng.choice(POOL) for _ in range(rng.randrange(1, 14))) for _ in range(count)]


def bpe(tokenizer, size, special=(), alphabet=()):
    trainer = trainers.BpeTrainer(
        vocab_size=size, special_tokens=list(special), initial_alphabet=list(alphabet), show_progress=False
    )
    tokenizer.train_from_iterator(corpus(), trainer)
    return tokenizer


BYTES = pre_tokenizers.ByteLevel.alphabet()


def byte_level(pre_tokenizer, special, normalizer=None, **options):
    tokenizer = Tokenizer(models.BPE(**options))
    if normalizer:
        tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = pre_tokenizer
    tokenizer.decoder = decoders.ByteLevel()
    return bpe(tokenizer, 420, special, BYTES)


def split_bytes(pattern):
    return pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(pattern), "isolated"), pre_tokenizers.ByteLevel(False, True, False)]
    )


def gpt2():
    t = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), ["<|endoftext|>"])
    t.post_processor = processors.ByteLevel(trim_offsets=False)
    return t


def roberta():
    t = byte_level(pre_tokenizers.ByteLevel(add_prefix_space=False), ["<s>", "<pad>", "</s>", "<unk>"])
    t.add_special_tokens([AddedToken("<mask>", lstrip=True)])
    t.post_processor = processors.RobertaProcessing(("</s>", 2), ("<s>", 0), trim_offsets=True, add_prefix_space=False)
    return t


def smollm2():
    pre = pre_tokenizers.Sequence([pre_tokenizers.Digits(True), pre_tokenizers.ByteLevel(False, True, True)])
    return byte_level(pre, ["<|endoftext|>", "<|im_start|>", "<|im_end|>"])


def llama3():
    t = byte_level(split_bytes(GPT4), [], ignore_merges=True)
    t.add_special_tokens([AddedToken(x, normalized=False) for x in ("<|begin_of_text|>", "<|endoftext|>", "<|eot_id|>")])
    begin = t.token_to_id("<|begin_of_text|>")
    template = processors.TemplateProcessing(
        single="<|begin_of_text|> $A",
        pair="<|begin_of_text|> $A <|begin_of_text|>:1 $B:1",
        special_tokens=[("<|begin_of_text|>", begin)],
    )
    t.post_processor = processors.Sequence([processors.ByteLevel(trim_offsets=False), template])
    return t


def qwen2():
    t = byte_level(split_bytes(QWEN), [], normalizers.NFC())
    t.add_special_tokens(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    t.add_tokens([AddedToken(x, special=False, normalized=False) for x in ("<tool_call>", "</tool_call>")])
    t.post_processor = processors.ByteLevel(False, False, False)
    return t


SENTENCEPIECE_SPECIAL = ["<unk>", "<s>", "</s>"]


def byte_fallback(size=640):
    bytes_ = [f"<0x{b:02X}>" for b in range(256)]
    t = Tokenizer(models.BPE(unk_token="<unk>", fuse_unk=True, byte_fallback=True))
    t.pre_tokenizer = pre_tokenizers.Metaspace()
    bpe(t, size, SENTENCEPIECE_SPECIAL + bytes_)
    # only the first three are added tokens; the bytes are ordinary
    spec = json.loads(t.to_str())
    spec["added_tokens"] = spec["added_tokens"][:3]
    return spec


def templated(t):
    t.post_processor = processors.TemplateProcessing(
        single="<s> $A", pair="<s> $A <s>:1 $B:1", special_tokens=[("<s>", t.token_to_id("<s>"))]
    )
    return t


def llama2():
    spec = byte_fallback() | {"pre_tokenizer": None}
    t = Tokenizer.from_str(json.dumps(spec))
    t.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    t.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return templated(t)


def mistral():
    t = Tokenizer.from_str(json.dumps(byte_fallback()))
    t.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="first", split=False)
    t.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return templated(t)


def gemma():
    t = Tokenizer.from_str(json.dumps(byte_fallback()))
    t.normalizer = normalizers.Replace(" ", "▁")
    t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_previous")
    t.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    return templated(t)


def pieces(tokenizer, size):
    """Characters, then the commonest words and parts of words; the library's own trainer breaks ties by chance."""
    counts = Counter()
    for line in corpus():
        normalized = tokenizer.normalizer.normalize_str(line)
        for word, _ in tokenizer.pre_tokenizer.pre_tokenize_str(normalized):
            counts[word] += 1
            for length in (1, 2, 3, 4):
                counts[word[:length]] += 1
                for at in range(1, len(word)):
                    counts["##" + word[at : at + length]] += 1
    single = sorted(piece for piece in counts if len(piece.removeprefix("##")) == 1)
    common = sorted(counts, key=lambda piece: (-counts[piece], piece))
    return (single + [piece for piece in common if piece not in set(single)])[:size]


def bert():
    t = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    t.normalizer = normalizers.BertNormalizer()
    t.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    t.model = models.WordPiece({p: i for i, p in enumerate(special + pieces(t, 415))}, unk_token="[UNK]")
    t.add_special_tokens(special)
    t.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    t.decoder = decoders.WordPiece()
    return t


def train_sentencepiece(kind, size, **options):
    """The bytes of a SentencePiece model."""
    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=corpus(),
        model_writer=model,
        model_type=kind,
        vocab_size=size,
        minloglevel=2,
        num_threads=1,
        **options,
    )
    return model.getvalue()


def character_rules():
    """The core of SentencePiece's rule nmt_nfkc, which is too large for a fixture: `old TAB new`, code points in hex."""
    points = [*range(0x80, 0x600), *range(0x1E00, 0x2500), *range(0x3000, 0x3400), *range(0xF900, 0xFB50)]
    points += [*range(0xFF00, 0xFFF0), *range(0x1D400, 0x1D600)]
    rules = {}
    for point in points:
        old = chr(point)
        new = unicodedata.normalize("NFKC", old)
        if new != old:
            rules[old] = new
        apart = unicodedata.normalize("NFD", old)
        if len(apart) > 1 and unicodedata.normalize("NFC", apart) == old:
            rules[apart] = old
    rules |= {c: " " for c in "\t\n\r\f\u1680\u200b\u200c\u200d\u200e\u200f\u2028\u2029\u2581\ufeff\ufffd"}
    rules |= {chr(point): "" for point in [*range(1, 9), 0xB, *range(0xE, 0x20), 0x7F, 0x8F, 0x9F]}
    codes = lambda text: " ".join(f"{ord(c):X}" for c in text)
    return "".join(f"{codes(old)}\t{codes(new)}\n" for old, new in sorted(rules.items()))


def train_with_rules(rules, *arguments, **options):
    """`train_sentencepiece` with a table of normalization rules; its path, which the model keeps, is always the same."""
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            Path("rules.tsv").write_text(rules, encoding="utf-8")
            return train_sentencepiece(*arguments, normalization_rule_tsv="rules.tsv", **options)
        finally:
            os.chdir(before)


def read_pieces(model):
    processor = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [(processor.id_to_piece(i), processor.get_score(i)) for i in range(processor.get_piece_size())]


def character_map(model):
    """`precompiled_charsmap` of a SentencePiece model, from its protobuf: field 3 (normalizer), field 2."""

    def fields(data):
        at = 0

        def varint():
            nonlocal at
            value = shift = 0
            while True:
                byte = data[at]
                at += 1
                value |= (byte & 127) << shift
                shift += 7
                if byte < 128:
                    return value

        while at < len(data):
            key = varint()
            if key & 7 == 0:
                yield key >> 3, varint()
            else:
                size = {1: 8, 5: 4}.get(key & 7)
                size = varint() if size is None else size
                yield key >> 3, data[at : at + size]
                at += size

    normalizer = next(value for field, value in fields(model) if field == 3)
    return next(value for field, value in fields(normalizer) if field == 2)


def t5(model):
    t = Tokenizer(models.Unigram(read_pieces(model), unk_id=2, byte_fallback=False))
    t.normalizer = normalizers.Precompiled(character_map(model))
    t.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.WhitespaceSplit(), pre_tokenizers.Metaspace()])
    t.decoder = decoders.Metaspace()
    t.add_special_tokens(["<pad>", "</s>", "<unk>"] + [f"<extra_id_{i}>" for i in range(3)])
    t.post_processor = processors.TemplateProcessing(
        single="$A </s>", pair="$A </s> $B </s>", special_tokens=[("</s>", t.token_to_id("</s>"))]
    )
    return t


def record(tokenizer, texts):
    """One case a text: everything `tokenizers` says about it."""
    cases = []
    for text in texts:
        e = tokenizer.encode(text)
        plain = tokenizer.encode(text, add_special_tokens=False)
        cases.append(
            {
                "text": text,
                "ids": e.ids,
                "tokens": e.tokens,
                "offsets": [x for pair in e.offsets for x in pair],
                "typeIds": e.type_ids,
                "words": e.word_ids,
                "decoded": tokenizer.decode(e.ids, skip_special_tokens=False),
                "skipped": tokenizer.decode(plain.ids, skip_special_tokens=True),
            }
        )
    return cases


def slim(case):
    """Fuzz cases keep what the others do not imply."""
    return {key: case[key] for key in ("text", "ids", "offsets", "decoded")}


def write(name, value, folder=OUT):
    """Writes a gzip file without a time stamp, so that a second run gives the same bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), sort_keys=False)
    path = folder / f"{name}.json.gz"
    path.write_bytes(gzip.compress(text.encode(), 9, mtime=0))
    print(f"{path}: {path.stat().st_size:,} bytes")


def main():
    parser = argparse.ArgumentParser(description="Write the fixtures of the tokenizer families.")
    parser.add_argument("--fuzz", type=int, default=300, help="random texts for each family")
    parser.add_argument("--out", type=Path, default=OUT)
    options = parser.parse_args()
    made_by = {package: version(package) for package in ("tokenizers", "sentencepiece")}
    unigram = train_with_rules(character_rules(), "unigram", 400, pad_id=0, eos_id=1, unk_id=2, bos_id=-1)
    families = {
        "gpt2": gpt2(),
        "roberta": roberta(),
        "smollm2": smollm2(),
        "llama3": llama3(),
        "qwen2": qwen2(),
        "llama2": llama2(),
        "mistral": mistral(),
        "gemma": gemma(),
        "bert": bert(),
        "t5": t5(unigram),
    }
    pairs = [("The mason", "lifts a stone."), ("", "only second"), ("only first", ""), ("it's", "石 don't")]
    for name, tokenizer in families.items():
        recorded_pairs = []
        for first, second in pairs:
            e = tokenizer.encode(first, second)
            recorded_pairs.append(
                {
                    "texts": [first, second],
                    "ids": e.ids,
                    "offsets": [x for pair in e.offsets for x in pair],
                    "typeIds": e.type_ids,
                    "sequences": e.sequence_ids,
                    "special": e.special_tokens_mask,
                }
            )
        write(
            name,
            {
                "madeBy": made_by,
                "tokenizer": json.loads(tokenizer.to_str()),
                "cases": record(tokenizer, TORTURE),
                "fuzz": [slim(case) for case in record(tokenizer, fuzz(options.fuzz))],
                "pairs": recorded_pairs,
            },
            options.out,
        )


if __name__ == "__main__":
    main()
