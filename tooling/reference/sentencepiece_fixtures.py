"""Small SentencePiece models and what SentencePiece makes of the torture set.

Writes `packages/tokenizer/test/fixtures/sentencepiece.json.gz`: the `.model` files in base64, ids, decoded texts.
"""

import base64
from importlib.metadata import version

import sentencepiece

from tokenizers_fixtures import TORTURE, fuzz, train_sentencepiece, train_with_rules, write

RULES = "41 30A\t61\n30A\t\nFB01\t66 69\n41\t61\nA0\t20\n3000\t20\n9\t20\nA\t20\n65 301\tE9\n2460\t31 2E\n"


def models():
    yield "unigram", train_sentencepiece("unigram", 320, normalization_rule_name="identity", character_coverage=0.98)
    yield "unigram with rules", train_with_rules(RULES, "unigram", 320)
    yield "unigram with bytes", train_sentencepiece(
        "unigram", 600, normalization_rule_name="identity", byte_fallback=True, character_coverage=0.98
    )
    yield "bpe with bytes", train_sentencepiece(
        "bpe",
        700,
        normalization_rule_name="identity",
        byte_fallback=True,
        remove_extra_whitespaces=False,
        split_digits=True,
        character_coverage=0.98,
    )
    yield "bpe", train_sentencepiece("bpe", 420, normalization_rule_name="identity", add_dummy_prefix=False)


def main():
    texts = TORTURE + fuzz(150)
    entries = []
    for name, model in models():
        processor = sentencepiece.SentencePieceProcessor(model_proto=model)
        unknown = processor.unk_id()
        cases = []
        for text in texts:
            ids = processor.encode(text)
            # SentencePiece writes unknown ids in its own way, so only what is known is decoded
            cases.append([ids, None if unknown in ids else processor.decode(ids)])
        entries.append({"name": name, "model": base64.b64encode(model).decode(), "cases": cases})
    write("sentencepiece", {"madeBy": {"sentencepiece": version("sentencepiece")}, "texts": texts, "models": entries})


if __name__ == "__main__":
    main()
