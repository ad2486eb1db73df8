"""Opens a model folder written by Ashlar with transformers, and compares logits.

    python check_folder.py FOLDER --ids 1,2,3 [--logits FILE] [--generate N]

Prints one JSON object: the number of parameters, whether every tensor of the folder was used, the logits' shape and their
first values at the last position. With `--logits FILE` (a JSON list [seq][vocab] computed by Ashlar) also the largest
difference, and exit status 1 where that is above 1e-4. With `--generate N` also the ids of a greedy continuation.
"""

import argparse
import json
import sys
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

TOLERANCE = 1e-4


def arguments():
    parser = argparse.ArgumentParser(description="Compare a model folder written by Ashlar with transformers.")
    parser.add_argument("folder", type=Path)
    source = parser.add_mutually_exclusive_group(required=True)
    source.add_argument("--ids", type=lambda text: [int(word) for word in text.split(",")], help="token ids, with commas")
    source.add_argument("--text", help="text, tokenized by the folder's tokenizer.json")
    parser.add_argument("--logits", type=Path, help="JSON list [seq][vocab] to compare with")
    parser.add_argument("--generate", type=int, default=0, metavar="N", help="continue greedily by N tokens")
    return parser.parse_args()


@torch.no_grad()
def main():
    options = arguments()
    torch.set_num_threads(1)
    ids = options.ids or AutoTokenizer.from_pretrained(options.folder)(options.text)["input_ids"]
    model, info = AutoModelForCausalLM.from_pretrained(options.folder, dtype=torch.float32, output_loading_info=True)
    model.eval()
    tokens = torch.tensor([ids])
    logits = model(tokens).logits[0]
    report = {
        "parameters": model.num_parameters(),
        "missing": sorted(info["missing_keys"]),
        "unexpected": sorted(info["unexpected_keys"]),
        "ids": ids,
        "shape": list(logits.shape),
        "lastLogits": logits[-1, :5].tolist(),
    }
    if options.logits:
        ours = torch.tensor(json.loads(options.logits.read_text()))
        report["maxDifference"] = (ours - logits).abs().max().item()
    if options.generate:
        mask = torch.ones_like(tokens)
        found = model.generate(tokens, attention_mask=mask, do_sample=False, max_new_tokens=options.generate)
        report["generated"] = found[0, len(ids) :].tolist()
    print(json.dumps(report))
    return 0 if report.get("maxDifference", 0) <= TOLERANCE else 1


if __name__ == "__main__":
    sys.exit(main())
