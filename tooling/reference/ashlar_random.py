"""The random numbers of Ashlar, in numpy: Philox4x32-10 keyed by a seed and the name of a stream.

The TypeScript side is `packages/ops/src/random`. Both follow the same few lines:

- key = [seed mod 2^32, seed div 2^32]; counter = [block, 0, hash mod 2^32, hash div 2^32],
  where hash is FNV-1a (64 bits) over the UTF-8 bytes of the stream's name;
- block `b` yields four words, and element `i` is word `i & 3` of block `i >> 2`;
- uniform = word * 2^-32; normal = Box-Muller in float64 over the word pairs (0, 1) and (2, 3);
- the initial value of a parameter is float32(mean + std * normal) from the stream `init/<path>`;
- dropout keeps element `i` of call `c` in step `s` where its word is >= floor(rate * 2^32); its counter is [block, c, s, 'drop'];
- row `b` of training batch `s` starts at floor(uniform * (length - context)), element `s * batch + b` of `data/train`.

Source: Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
Run as a program it checks itself against the paper's known answers and writes the fixture of `packages/ops`.
"""

import numpy as np

from fixtures import REPOSITORY, versions, write_json

M0, M1 = np.uint64(0xD2511F53), np.uint64(0xCD9E8D57)
W0, W1 = 0x9E3779B9, 0xBB67AE85
LOW = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox4x32(counter, key):
    """Ten rounds. `counter`: four uint32 arrays (or numbers) of one shape; `key`: two numbers. Four uint64 arrays < 2^32."""
    c0, c1, c2, c3 = np.broadcast_arrays(*(np.asarray(c, dtype=np.uint64) for c in counter))
    k0, k1 = int(key[0]), int(key[1])
    for _ in range(10):
        p0, p1 = M0 * c0, M1 * c2
        c0, c1, c2, c3 = (p1 >> HALF) ^ c1 ^ np.uint64(k0), p1 & LOW, (p0 >> HALF) ^ c3 ^ np.uint64(k1), p0 & LOW
        k0, k1 = (k0 + W0) & 0xFFFFFFFF, (k1 + W1) & 0xFFFFFFFF
    return c0, c1, c2, c3


def fnv1a64(name):
    """FNV-1a over the UTF-8 bytes of `name`, 64 bits."""
    value = 0xCBF29CE484222325
    for byte in name.encode():
        value = ((value ^ byte) * 0x100000001B3) & 0xFFFFFFFFFFFFFFFF
    return value


class RandomStream:
    """The numbers of one stream: `name` under `seed` (a non-negative integer below 2^53)."""

    def __init__(self, seed, name):
        self.key = (seed & 0xFFFFFFFF, seed >> 32)
        self.hash = fnv1a64(name)

    def words(self, indices):
        """Elements at `indices` as uint32."""
        indices = np.asarray(indices, dtype=np.uint64)
        blocks = np.stack(philox4x32((indices >> np.uint64(2), 0, self.hash & 0xFFFFFFFF, self.hash >> 32), self.key))
        return np.take_along_axis(blocks, (indices & np.uint64(3)).astype(np.int64)[None], 0)[0].astype(np.uint32)

    def uniform(self, indices):
        """Elements at `indices` in [0, 1), float64."""
        return self.words(indices) * 2.0**-32

    def normal(self, n):
        """The first `n` standard normal elements, float64."""
        blocks = (n + 3) // 4
        x = self.words(np.arange(4 * blocks)).reshape(blocks, 2, 2)
        radius = np.sqrt(-2 * np.log((x[..., 0] + 0.5) * 2.0**-32))
        angle = 2 * np.pi * ((x[..., 1] + 0.5) * 2.0**-32)
        return np.stack([radius * np.cos(angle), radius * np.sin(angle)], -1).reshape(-1)[:n]


def initial_value(seed, path, shape, std, mean=0.0):
    """The initial value of the parameter at `path`, float32 of `shape`."""
    values = mean + std * RandomStream(seed, f"init/{path}").normal(int(np.prod(shape)))
    return values.astype(np.float32).reshape(shape)


def batch_offsets(seed, step, batch_size, length, context_length):
    """Where the rows of training batch `step` start in a split of `length` tokens."""
    rows = np.arange(step * batch_size, (step + 1) * batch_size)
    return np.floor(RandomStream(seed, "data/train").uniform(rows) * (length - context_length)).astype(np.int64)


def dropout_mask(seed, step, call, rate, n):
    """Which of `n` elements dropout keeps in its call number `call` of training step `step`; they are scaled by 1 / (1 - rate)."""
    key = (seed & 0xFFFFFFFF, seed >> 32)
    words = np.stack(philox4x32((np.arange((n + 3) // 4), call, step, 0x64726F70), key), -1).reshape(-1)[:n]
    return words >= np.floor(rate * 2**32)


KNOWN_ANSWERS = [
    # counter, key, words: the test vectors published with Random123
    ((0, 0, 0, 0), (0, 0), (0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8)),
    ((0xFFFFFFFF,) * 4, (0xFFFFFFFF,) * 2, (0x408F276D, 0x41C83B0E, 0xA20BC7C6, 0x6D5451FD)),
    (
        (0x243F6A88, 0x85A308D3, 0x13198A2E, 0x03707344),
        (0xA4093822, 0x299F31D0),
        (0xD16CFE09, 0x94FDCCEB, 0x5001E420, 0x24126EA1),
    ),
]


def check():
    for counter, key, expected in KNOWN_ANSWERS:
        found = tuple(int(word) for word in philox4x32(counter, key))
        assert found == expected, f"philox4x32({counter}, {key}) is {found}, published {expected}"
    assert fnv1a64("") == 0xCBF29CE484222325 and fnv1a64("foobar") == 0x85944171F73967E8
    sample = RandomStream(7, "moments").normal(400_000)
    assert abs(sample.mean()) < 0.005 and abs(sample.std() - 1) < 0.005


def fixture():
    streams = []
    for seed, name in [
        (0, "generation"),
        (1337, "init/wte.weight"),
        (1337, "init/h.0.attn.c_attn.weight"),
        (2**32 + 5, "data/train"),
        (2**53 - 1, "Zürich 🙂"),
    ]:
        stream, indices = RandomStream(seed, name), [0, 1, 2, 3, 4, 6, 1001, 2**32 - 1]
        streams.append(
            {
                "seed": seed,
                "name": name,
                "hash": f"{stream.hash:016x}",
                "indices": indices,
                "uint32": stream.words(indices),
                "uniform": stream.uniform(indices),
                "normal": stream.normal(10),
                "initialValue": {"std": 0.02, "mean": 0.5, "values": np.float32(0.5 + 0.02 * stream.normal(6))},
            }
        )
    batches = [
        {"seed": 1337, "step": step, "batchSize": 4, "length": 8192, "contextLength": 16}
        | {"offsets": batch_offsets(1337, step, 4, 8192, 16)}
        for step in (0, 1, 199)
    ]
    masks = [
        {"seed": seed, "step": step, "call": call, "rate": rate, "kept": dropout_mask(seed, step, call, rate, 22) * 1}
        for seed, step, call, rate in [(1337, 0, 0, 0.1), (1337, 12, 3, 0.5), (2**40 + 1, 70000, 9, 0.2)]
    ]
    return {
        "source": "tooling/reference/ashlar_random.py",
        "versions": versions(),
        "philox4x32": [{"counter": c, "key": k, "words": w} for c, k, w in KNOWN_ANSWERS],
        "streams": streams,
        "batches": batches,
        "dropout": masks,
    }


if __name__ == "__main__":
    check()
    write_json(REPOSITORY / "packages/ops/src/random/fixtures/random.json", fixture())
