"""How expected values reach the repository: small JSON files that name their source and the versions behind them."""

import json
import platform
from importlib.metadata import version
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]


def versions(*packages):
    """Python's version, numpy's and those of `packages`."""
    return {"python": platform.python_version()} | {name: version(name) for name in ("numpy", *packages)}


def plain(value):
    """`value` as JSON types. A float32 array is printed with as many digits as float32 has, everything else in full."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if hasattr(value, "detach"):
        return plain(value.detach().numpy())
    if isinstance(value, np.ndarray) and value.ndim > 0:
        return [plain(item) for item in value]
    if isinstance(value, np.float32):
        return float(str(value))
    return value.item() if isinstance(value, (np.generic, np.ndarray)) else value


def lines(value, indent=""):
    """JSON with a line for every entry, lists of numbers on one line."""
    inner = indent + "  "
    if isinstance(value, dict) and value:
        entries = [f"{inner}{json.dumps(key)}: {lines(item, inner)}" for key, item in value.items()]
        return "{\n" + ",\n".join(entries) + f"\n{indent}}}"
    if isinstance(value, list) and any(isinstance(item, dict) for item in value):
        return "[\n" + ",\n".join(inner + lines(item, inner) for item in value) + f"\n{indent}]"
    return json.dumps(value, ensure_ascii=False)


def write_json(path, value):
    """Writes `value` to `path`, folders included, and says how large the file is."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(lines(plain(value)) + "\n", encoding="utf-8")
    print(f"{path.relative_to(REPOSITORY)}: {path.stat().st_size:,} bytes")
