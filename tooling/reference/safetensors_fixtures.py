"""Files written by Python's safetensors, for packages/checkpoint.

usage: python tooling/reference/safetensors_fixtures.py
"""

import base64

import torch
from fixtures import REPOSITORY, versions, write_json
from safetensors.torch import save


def case(tensors, metadata=None):
    """The file, and each tensor's values as they should read: exact as float64, NaN and infinities as words."""
    values = {
        name: {"shape": list(t.shape), "values": [word(v) for v in t.flatten().tolist()]}
        for name, t in tensors.items()
    }
    return {"file": base64.b64encode(save(tensors, metadata)).decode(), "metadata": metadata, "tensors": values}


def word(value):
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return str(value)
    return value


torch.manual_seed(1)
weights = torch.randn(3, 5)
extremes = [0.0, -0.0, 1.0, -2.5, 1e-8, 6.1e-5, 5.96e-8, 65504.0, 1e-40, float("inf"), float("-inf"), float("nan")]
halves = torch.cat([torch.tensor(extremes), torch.randn(20), torch.randn(20) * 1e-5])
# ties of both halves: 1 + odd multiples of half a unit in the last place
ties = torch.tensor([1 + k * 2.0**-11 for k in range(1, 8)] + [1 + k * 2.0**-8 for k in range(1, 8)])
floats = torch.cat([halves, ties])

cases = {
    # what ours must write byte for byte
    "written": case(
        {
            "wte.weight": weights,
            "h.0.attn.bias": torch.zeros(4),
            "scalar": torch.tensor(7.5),
            "empty": torch.zeros(0, 4),
            "ids": torch.tensor([[1, -2], [2**31 - 1, -(2**31)]], dtype=torch.int32),
            "mask": torch.tensor([True, False, True]),
            "größe": torch.tensor([1.0]),
        },
        {"format": "pt"},
    ),
    "bytes": case(
        {
            "mask": torch.tensor([False, True]),
            "codes": torch.tensor([0, 7, 255], dtype=torch.uint8),
            "scales": torch.tensor([0.5, 2.0]),
            "half": torch.tensor([3], dtype=torch.int32),
        }
    ),
    "no metadata": case({"a": torch.tensor([1.0, 2.0])}),
    "F16": case({"source": floats, "x": floats.to(torch.float16)}),
    "BF16": case({"source": floats, "x": floats.to(torch.bfloat16)}),
    "all types": case(
        {
            "f64": torch.tensor([0.1, -1e30, 3.0], dtype=torch.float64),
            "i64": torch.tensor([5, -(2**31), 2**31 - 1], dtype=torch.int64),
            "i16": torch.tensor([-32768, 32767], dtype=torch.int16),
            "i8": torch.tensor([-128, 127, 0], dtype=torch.int8),
            "u8": torch.tensor([0, 255], dtype=torch.uint8),
            "u16": torch.tensor([0, 65535], dtype=torch.uint16),
            "u32": torch.tensor([0, 2**31 - 1], dtype=torch.uint32),
            "u64": torch.tensor([9], dtype=torch.uint64),
        }
    ),
}
write_json(
    REPOSITORY / "packages/checkpoint/test/fixtures/safetensors.json",
    {
        "source": "tooling/reference/safetensors_fixtures.py",
        "versions": versions("torch", "safetensors"),
        "cases": cases,
    },
)
