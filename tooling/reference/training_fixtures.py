"""What Hugging Face's trainers learn from a made-up text, to packages/tokenizer/test/fixtures/training.json.gz."""

import gzip
import json
import os
import random
from pathlib import Path

os.environ["TOKENIZERS_PARALLELISM"] = "false"

import tokenizers  # noqa: E402
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers  # noqa: E402

SYLLABLES = ["ba", "ke", "lo", "mi", "nu", "ra", "st", "an", "er", "ing", "é", "ß", "日本", "語", "🌍", "x", "q", "12", "7", "'s"]


def text(seed=1, words=3000):
    rng = random.Random(seed)
    lexicon = ["".join(rng.choice(SYLLABLES) for _ in range(rng.choice([1, 2, 2, 3, 4, 6]))) for _ in range(600)]
    weights = [1 / (rank + 1) for rank in range(len(lexicon))]
    out = []
    for word in rng.choices(lexicon, weights, k=words):
        out.append(word.capitalize() if rng.random() < 0.1 else word)
        out.append(rng.choice([" ", " ", " ", " ", ", ", ".\n", "  ", "\n\n"]))
    return "".join(out)


CASES = [
    {"vocabSize": 900, "specialTokens": ["<|endoftext|>", "<pad>"]},
    {"vocabSize": 100000},
    {"vocabSize": 900, "minFrequency": 4},
    {"vocabSize": 900, "maxTokenLength": 5},
    {"vocabSize": 600, "limitAlphabet": 40},
    {"vocabSize": 500, "alphabet": "abcxyz"},
    {"vocabSize": 600, "specialTokens": ["lo", "ra"]},
]


def train_bpe(corpus, case):
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    options = {
        "vocab_size": case["vocabSize"],
        "min_frequency": case.get("minFrequency", 0),
        "special_tokens": case.get("specialTokens", []),
        "initial_alphabet": list(case["alphabet"]) if "alphabet" in case else pre_tokenizers.ByteLevel.alphabet(),
        "show_progress": False,
    }
    if "limitAlphabet" in case:
        # a limit is only exact where the trainer breaks no ties: without the bytes that the text lacks
        options["initial_alphabet"] = []
        options["limit_alphabet"] = case["limitAlphabet"]
    if "maxTokenLength" in case:
        options["max_token_length"] = case["maxTokenLength"]
    tokenizer.train_from_iterator([corpus], trainers.BpeTrainer(**options))
    model = json.loads(tokenizer.to_str())["model"]
    return {"merges": model["merges"], "vocab": model["vocab"]}


def main():
    corpus = text()
    word_piece = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    word_piece.normalizer = normalizers.BertNormalizer()
    word_piece.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    word_piece.train_from_iterator(
        [corpus], trainers.WordPieceTrainer(vocab_size=400, special_tokens=["[UNK]", "[CLS]"], show_progress=False)
    )
    unigram = Tokenizer(models.Unigram())
    unigram.pre_tokenizer = pre_tokenizers.Metaspace()
    unigram.train_from_iterator(
        [corpus], trainers.UnigramTrainer(vocab_size=4000, special_tokens=["<s>"], unk_token="<unk>", show_progress=False)
    )
    result = {
        "tokenizers": tokenizers.__version__,
        "text": corpus,
        "bpe": [{**case, **train_bpe(corpus, case)} for case in CASES],
        "wordPiece": list(json.loads(word_piece.to_str())["model"]["vocab"]),
        "unigram": json.loads(unigram.to_str())["model"]["vocab"],
    }
    out = Path(__file__).resolve().parents[2] / "packages/tokenizer/test/fixtures/training.json.gz"
    out.write_bytes(gzip.compress(json.dumps(result, ensure_ascii=False, separators=(",", ":")).encode(), 9, mtime=0))


main()
