"""Opens an adapter folder written by Ashlar with peft, on its base in transformers, and compares logits.

    python check_adapter.py BASE ADAPTER --ids 1,2,3 --logits FILE

FILE is a JSON list [seq][vocab] computed by Ashlar. Prints one JSON object: trainable parameters, how far the adapter
moves the base's logits, and the largest difference to FILE, before and after merging. Exit status 1 above 1e-4.
"""

import argparse
import json
import sys
import warnings
from pathlib import Path

import torch
from peft import PeftModel
from transformers import AutoModelForCausalLM

TOLERANCE = 1e-4


def arguments():
    parser = argparse.ArgumentParser(description="Compare an adapter written by Ashlar with peft.")
    parser.add_argument("base", type=Path)
    parser.add_argument("adapter", type=Path)
    parser.add_argument("--ids", type=lambda text: [int(word) for word in text.split(",")], required=True)
    parser.add_argument("--logits", type=Path, required=True)
    return parser.parse_args()


@torch.no_grad()
def main():
    options = arguments()
    torch.set_num_threads(1)
    # peft warns of missing and unexpected tensors and goes on
    warnings.simplefilter("error")
    base = AutoModelForCausalLM.from_pretrained(options.base, dtype=torch.float32).eval()
    tokens = torch.tensor([options.ids])
    plain = base(tokens).logits[0]
    model = PeftModel.from_pretrained(base, options.adapter, is_trainable=True).eval()
    ours = torch.tensor(json.loads(options.logits.read_text()))
    logits = model(tokens).logits[0]
    report = {
        "trainable": model.get_nb_trainable_parameters()[0],
        "movedBy": (logits - plain).abs().max().item(),
        "maxDifference": (ours - logits).abs().max().item(),
        "maxDifferenceMerged": (ours - model.merge_and_unload()(tokens).logits[0]).abs().max().item(),
    }
    print(json.dumps(report))
    return 0 if max(report["maxDifference"], report["maxDifferenceMerged"]) <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
