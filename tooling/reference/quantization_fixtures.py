"""int8, NF4 and int4 codes, scales and errors, for packages/quantization.

Written from the published definitions in numpy and torch (bitsandbytes itself is not run); `check` holds them to
numbers that bitsandbytes' own CPU kernels gave: packed NF4 codes, scales, the 8-bit map, int8 codes, errors.

usage: python tooling/reference/quantization_fixtures.py
"""

import base64

import numpy as np
import torch
from ashlar_random import RandomStream
from fixtures import REPOSITORY, versions, write_json

SEED = 1337
F = np.float32
NF4 = np.array(
    [
        -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453, -0.28444138169288635, -0.18477343022823334,
        -0.09105003625154495, 0.0, 0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
        0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
    ],
    dtype=F,
)  # fmt: skip


def dynamic_map():
    """The signed dynamic 8-bit type: per decade, the means of neighbouring points of an even division of [0.1, 1]."""
    positive = []
    for decade in range(7):
        edges = torch.linspace(0.1, 1, 2**decade + 1)
        positive.append((edges[1:] + edges[:-1]) / 2 * 10 ** (decade - 6))
    positive = torch.cat(positive)
    return torch.cat([-positive, positive, torch.tensor([0.0, 1.0])]).sort().values.numpy()


def nearest(values, codes):
    """Index of the nearest code, of two equally near ones the lower; checked against the plain search for the least distance."""
    values = values.astype(F)
    found = np.searchsorted((codes[1:] + codes[:-1]) / F(2), values, side="left")
    least = np.abs(values[:, None] - codes).argmin(1)
    disagree = np.flatnonzero(found != least)
    # only within rounding of a midpoint
    assert all(abs(abs(values[i] - codes[found[i]]) - abs(values[i] - codes[least[i]])) < 1e-7 for i in disagree)
    return found.astype(np.uint8)


def blockwise(values, codes, size):
    """Codes of `values` divided by the largest absolute value of their block, and those."""
    padded = np.pad(values, (0, -len(values) % size)).reshape(-1, size)
    absmax = np.abs(padded).max(1)
    with np.errstate(divide="ignore"):
        factor = np.where(absmax > 0, F(1) / absmax, F(0))
    return nearest((padded * factor[:, None]).reshape(-1)[: len(values)], codes), absmax


def nf4(values, size, double):
    codes, absmax = blockwise(values, NF4, size)
    even = np.append(codes, np.uint8(7)) if len(codes) % 2 else codes
    result = {"packed": even[::2] << 4 | even[1::2], "absmax": absmax}
    scales = absmax
    if double:
        offset = F(absmax.astype(np.float64).mean())
        dynamic = dynamic_map()
        inner, nested = blockwise(absmax - offset, dynamic, 256)
        scales = dynamic[inner] * np.repeat(nested, 256)[: len(inner)] + offset
        result |= {"absmaxCodes": inner, "nestedAbsmax": nested, "offset": offset}
    return result | {"dequantized": NF4[codes] * np.repeat(scales, size)[: len(values)]}


def int8(matrix, threshold=0.0):
    """Codes, scales and outlier columns; np.rint rounds halves to even, as torch.round does."""
    outlier = (np.abs(matrix) >= threshold) & (threshold > 0)
    kept = np.where(outlier, F(0), matrix)
    absmax = np.abs(kept).max(1)
    with np.errstate(divide="ignore", invalid="ignore"):
        factor = np.where(absmax > 0, F(127) / absmax, F(0)).astype(F)
    codes = np.rint(kept * factor[:, None]).astype(np.int8)
    codes[:, outlier.any(0)] = 0
    values = codes.astype(F) * absmax[:, None] * F(1 / 127)
    return {"codes": codes, "absmax": absmax, "outlierColumns": np.flatnonzero(outlier.any(0)), "dequantized": values}


def int4(values, size):
    """Affine codes: 16 even steps over the values of a group and 0, which is one of them. In float32."""
    groups = np.pad(values, (0, -len(values) % size)).reshape(-1, size)
    low, high = np.minimum(groups.min(1), 0), np.maximum(groups.max(1), 0)
    scale = (high - low) / F(15)
    zero = np.rint(-low / scale)
    codes = np.clip(np.rint(groups / scale[:, None]) + zero[:, None], 0, 15)
    restored = ((codes - zero[:, None]) * scale[:, None]).reshape(-1)[: len(values)]
    flat = codes.astype(np.uint8).reshape(-1)[: len(values)]
    even = np.append(flat, np.uint8(0)) if len(flat) % 2 else flat
    return {"packed": even[::2] << 4 | even[1::2], "scales": scale, "zeros": zero.astype(np.uint8), "dequantized": restored}


def relative_error(values, restored):
    """Root mean square of the difference over that of the values."""
    values = values.astype(np.float64)
    return float(np.sqrt(((restored - values) ** 2).mean() / (values**2).mean()))


def text(codes):
    return base64.b64encode(np.ascontiguousarray(codes).tobytes()).decode()


def ramp():
    """128 values: a ramp from -0.5 to 0.5 and a sine."""
    return torch.cat([torch.linspace(-1, 1, 64) * 0.5, torch.sin(torch.arange(64).float())]).numpy()


PACKED = [0, 0, 1, 17, 17, 17, 18, 34, 34, 51, 52, 68, 69, 85, 102, 103, 120, 136, 153, 170, 171, 187, 204, 204, 221, 221, 238,
          238, 238, 239, 255, 255, 126, 249, 16, 78, 252, 32, 44, 254, 64, 25, 254, 113, 6, 239, 161, 3, 223, 211, 1, 191, 229,
          1, 126, 249, 16, 78, 252, 32, 44, 253, 64, 25]  # fmt: skip


def check():
    """The numbers of bitsandbytes."""
    found = nf4(ramp(), 64, False)
    assert found["packed"].tolist() == PACKED
    assert np.allclose(found["absmax"], [0.5, 0.9999902], atol=1e-7)
    assert np.allclose(found["dequantized"][:8], [-0.5] * 5 + [-0.3480964] * 3, atol=1e-7)
    dynamic = dynamic_map()
    assert dynamic[:3].tolist() == [-0.992968738079071, -0.9789062738418579, -0.96484375] and len(dynamic) == 256
    assert dynamic[124:132].tolist() == [
        -7.749999895168003e-06, -3.250000190746505e-06, -5.500000384017767e-07, 0.0, 5.500000384017767e-07,
        3.250000190746505e-06, 7.749999895168003e-06, 2.1249998098937795e-05,
    ]  # fmt: skip
    assert dynamic[-3:].tolist() == [0.9789062738418579, 0.992968738079071, 1.0]
    torch.manual_seed(0)
    normal = nf4(torch.randn(4096 * 64).numpy(), 64, True)
    assert abs(normal["offset"] - 2.5996940) < 1e-6 and len(normal["nestedAbsmax"]) == 16
    found = int8(np.array([[0.5, -1, 8, 0.25], [1, 0.1, -0.3, -0.75]], dtype=F), 6)
    assert found["codes"].tolist() == [[64, -127, 0, 32], [127, 13, 0, -95]]
    assert found["absmax"].tolist() == [1, 1] and found["outlierColumns"].tolist() == [2]


def vectors():
    """Small inputs written out: the ramp, ties, a short and odd last block, zeros."""
    middle = (NF4[1:] + NF4[:-1]) / F(2)
    cases = {"ramp": (ramp(), 64), "ties": (np.append(middle, F(1)), 16), "shortOddBlock": (ramp()[3:82], 64)}
    for name, (values, size) in cases.items():
        found = nf4(values, size, False)
        yield {
            "name": name,
            "blockSize": size,
            "values": values,
            "packed": found["packed"],
            "absmax": found["absmax"],
            "dequantized": found["dequantized"],
        }


def drawn(rows, columns):
    return RandomStream(SEED, "weights").normal(rows * columns).astype(F).reshape(rows, columns)


def errors():
    """Relative errors on 1024 x 1024 standard normal values."""
    matrix = drawn(1024, 1024)
    flat = matrix.reshape(-1)
    result = {"int8": relative_error(matrix, int8(matrix)["dequantized"])}
    for size in (64, 128, 256, 512):
        result[f"nf4-{size}"] = relative_error(flat, nf4(flat, size, False)["dequantized"])
    result["nf4-64-double"] = relative_error(flat, nf4(flat, 64, True)["dequantized"])
    result["int4-128"] = relative_error(flat, int4(flat, 128)["dequantized"])
    measured = {"int8": 0.00789, "nf4-64": 0.0920, "nf4-64-double": 0.0920, "nf4-128": 0.0956, "nf4-256": 0.0987, "nf4-512": 0.1015, "int4-128": 0.1006}
    for name, error in measured.items():
        assert abs(result[name] - error) < 5e-4 * (0.1 if name == "int8" else 1), (name, result[name], error)
    return result


def fixture():
    matrix = drawn(131, 127)
    flat = matrix.reshape(-1)
    double = nf4(flat, 64, True)
    rows = int8(matrix)
    groups = int4(flat[:4001], 128)
    small = np.array([[0.5, -1, 8, 0.25], [1, 0.1, -0.3, -0.75]], dtype=F)
    return {
        "source": "tooling/reference/quantization_fixtures.py",
        "versions": versions("torch"),
        "dynamicMap": dynamic_map(),
        "vectors": list(vectors()),
        "outliers": {"values": small.reshape(-1), "shape": small.shape, "threshold": 6.0}
        | {key: int8(small, 6.0)[key].reshape(-1) for key in ("codes", "outlierColumns", "absmax")},
        "drawn": {
            "seed": SEED,
            "stream": "weights",
            "shape": matrix.shape,
            "int8": {"codes": text(rows["codes"]), "absmax": text(rows["absmax"])},
            "nf4": {key: text(double[key]) for key in ("packed", "absmax", "absmaxCodes", "nestedAbsmax")}
            | {"offset": float(double["offset"])},
            "int4": {"length": 4001, "groupSize": 128} | {key: text(groups[key]) for key in ("packed", "scales", "zeros")},
            "dequantizedSums": {
                "int8": float(rows["dequantized"].astype(np.float64).sum()),
                "nf4": float(double["dequantized"].astype(np.float64).sum()),
                "int4": float(groups["dequantized"].astype(np.float64).sum()),
            },
        },
        "relativeErrors": {"shape": [1024, 1024], "seed": SEED, "stream": "weights", "values": errors()},
    }


if __name__ == "__main__":
    check()
    write_json(REPOSITORY / "packages/quantization/test/fixtures/quantization.json", fixture())
