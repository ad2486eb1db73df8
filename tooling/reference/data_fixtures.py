"""Where nanoGPT cuts texts, and where training batches start, for packages/data.

usage: python tooling/reference/data_fixtures.py
"""

from ashlar_random import batch_offsets
from fixtures import REPOSITORY, versions, write_json

TEXTS = ["To be, or not to be", "a", "ab", "0123456789" * 3, "naïve 🙂🙂 Straße 🙂 日本語", "🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂🙂"]


def split(text, held_out):
    """data/shakespeare_char/prepare.py of nanoGPT, for any part."""
    n = int(len(text) * (1 - held_out))
    return {"text": text, "heldOut": held_out, "train": text[:n], "validation": text[n:]}


def batches(seed, step, batch_size, length, context):
    offsets = batch_offsets(seed, step, batch_size, length, context)
    return {"seed": seed, "step": step, "batchSize": batch_size, "length": length, "contextLength": context} | {
        "offsets": offsets
    }


write_json(
    REPOSITORY / "packages/data/test/fixtures/data.json",
    {
        "source": "tooling/reference/data_fixtures.py",
        "versions": versions(),
        "splits": [split(text, part) for text in TEXTS for part in (0.1, 0.25, 0)],
        "batches": [
            batches(1337, 0, 12, 1_003_854, 64),
            batches(1337, 1999, 12, 1_003_854, 64),
            batches(2**40 + 1, 3, 5, 18, 16),
            batches(0, 7, 4, 17, 16),
        ],
    },
)
