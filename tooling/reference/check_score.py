"""Opens a folder written by Ashlar as `GPT2ForSequenceClassification` and compares scores.

    python check_score.py FOLDER CASES

CASES is a JSON file: `inputIds` [rows][seq], filled up on the right with the folder's pad token, and the `scores` [rows] that
Ashlar reads at the last real token. Prints one JSON object; exit status 1 for a difference above 1e-4, or tensors that were
missing or left over.
"""

import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForSequenceClassification

TOLERANCE = 1e-4


@torch.no_grad()
def main():
    folder, cases = sys.argv[1], json.loads(Path(sys.argv[2]).read_text())
    torch.set_num_threads(1)
    model, info = AutoModelForSequenceClassification.from_pretrained(folder, dtype=torch.float32, output_loading_info=True)
    scores = model.eval()(torch.tensor(cases["inputIds"])).logits
    report = {
        "class": type(model).__name__,
        "parameters": model.num_parameters(),
        "missing": sorted(info["missing_keys"]),
        "unexpected": sorted(info["unexpected_keys"]),
        "shape": list(scores.shape),
        "maxDifference": (torch.tensor(cases["scores"]) - scores[:, 0]).abs().max().item(),
    }
    print(json.dumps(report))
    return 1 if report["maxDifference"] > TOLERANCE or report["missing"] or report["unexpected"] else 0


if __name__ == "__main__":
    sys.exit(main())
