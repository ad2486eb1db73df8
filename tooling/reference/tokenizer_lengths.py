"""Truncation and padding by Hugging Face's `tokenizers`.

Writes `packages/tokenizer/test/fixtures/lengths.json.gz`: tokenizers with every strategy, and batches of texts and pairs.

What overflows comes from `Encoding.truncate` on the encoding of the whole text: `encode` of these versions stops reading
a text where it has tokens enough, so that its windows miss what lies behind.
"""

import itertools
import json
from importlib.metadata import version

from tokenizers import Tokenizer

from tokenizers_fixtures import roberta, write

BATCHES = [
    ["The mason lifts a stone and looks.", "Stone.", ""],
    [["The mason lifts a stone.", "It is heavy."], ["Stone", "and mortar, and sand, and water."]],
]
TEMPLATE = {
    "type": "TemplateProcessing",
    "single": [
        {"SpecialToken": {"id": "<s>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "</s>", "type_id": 0}},
    ],
    "pair": [
        {"SpecialToken": {"id": "<s>", "type_id": 0}},
        {"Sequence": {"id": "A", "type_id": 0}},
        {"SpecialToken": {"id": "</s>", "type_id": 0}},
        {"Sequence": {"id": "B", "type_id": 1}},
        {"SpecialToken": {"id": "</s>", "type_id": 1}},
    ],
    "special_tokens": {
        "<s>": {"id": "<s>", "ids": [0], "tokens": ["<s>"]},
        "</s>": {"id": "</s>", "ids": [2], "tokens": ["</s>"]},
    },
}


def truncations():
    yield None
    for strategy, (length, stride), direction in itertools.product(
        ("LongestFirst", "OnlyFirst", "OnlySecond"), ((12, 0), (11, 3)), ("Right", "Left")
    ):
        yield {"direction": direction, "max_length": length, "strategy": strategy, "stride": stride}


def paddings():
    yield None
    for strategy, direction, multiple in (("BatchLongest", "Right", 8), ({"Fixed": 20}, "Left", None)):
        yield {
            "strategy": strategy,
            "direction": direction,
            "pad_to_multiple_of": multiple,
            "pad_id": 1,
            "pad_type_id": 3,
            "pad_token": "<pad>",
        }


def plain(e):
    return [
        e.ids,
        [x for pair in e.offsets for x in pair],
        e.type_ids,
        e.attention_mask,
        e.special_tokens_mask,
        e.sequence_ids,
    ]


def encoded(spec, batch):
    """The encodings, or `null` where the strategy cannot cut enough."""
    try:
        return [plain(e) for e in Tokenizer.from_str(json.dumps(spec)).encode_batch(batch)]
    except BaseException:
        return None


def windows(tokenizer, text):
    """The windows of a text by length, stride and direction."""
    cut = []
    for length, stride, direction in itertools.product((4, 5, 11), (0, 1, 3), ("right", "left")):
        e = tokenizer.encode(text, add_special_tokens=False)
        e.truncate(length, stride=stride, direction=direction)
        pieces = [[w.ids, [x for pair in w.offsets for x in pair]] for w in [e, *e.overflowing]]
        cut.append([{"maxLength": length, "stride": stride, "direction": direction}, pieces])
    return cut


def main():
    base = json.loads(roberta().to_str())
    entries = []
    for processor, (truncation, padding) in itertools.product(
        (TEMPLATE, base["post_processor"]), itertools.product(truncations(), paddings())
    ):
        over = {"post_processor": processor, "truncation": truncation, "padding": padding}
        batches = [encoded(base | over, [tuple(x) if isinstance(x, list) else x for x in batch]) for batch in BATCHES]
        entries.append({"over": over, "batches": batches})
    made_by = {"tokenizers": version("tokenizers")}
    cut = [[text, windows(Tokenizer.from_str(json.dumps(base | {"post_processor": None})), text)] for text in BATCHES[0]]
    write("lengths", {"madeBy": made_by, "base": base, "batches": BATCHES, "entries": entries, "windows": cut})


if __name__ == "__main__":
    main()
