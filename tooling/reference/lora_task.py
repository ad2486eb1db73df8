"""LoRA against full fine-tuning on another text: the band that Ashlar's runs are held to.

usage: ASHLAR_DATA_DIR=... python tooling/reference/lora_task.py MODEL [SEEDS]

MODEL is the task model as Ashlar pretrained it (`ASHLAR_TASK_MODEL=MODEL npm run bench -- task lora` writes it), so that both
start from the same weights. For each seed it is fine-tuned for 300 steps on conversations of hh-rlhf (characters that Tiny
Shakespeare lacks left out), whole and with adapters of several sizes. The loss is taken over 256 rows
of each text's end, the same for every run; where they start is written with the band, to `apps/bench/bands/lora.json`.
"""

import copy
import gzip
import hashlib
import json
import math
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from fixtures import REPOSITORY, versions, write_json
from task_model import DATA, ROW, draw, loaded, loss, rows, shakespeare

LENGTH, HELD_OUT, STEPS, ALPHA = 400_000, 40_000, 300, 16
RUNS = {
    "full": dict(rate=1e-3),
    "all:8": dict(rate=1e-2, rank=8),
    "all:2": dict(rate=1e-2, rank=2),
    "attn:8": dict(rate=1e-2, rank=8, only="c_attn"),
    "all:8 at 1e-3": dict(rate=1e-3, rank=8),
}


class Lora(nn.Module):
    def __init__(self, base, rank):
        super().__init__()
        self.base, self.scale = base, ALPHA / rank
        self.a = nn.Parameter(torch.empty(rank, base.in_features))
        self.b = nn.Parameter(torch.zeros(base.out_features, rank))
        nn.init.kaiming_uniform_(self.a, a=math.sqrt(5))

    def forward(self, x):
        return self.base(x) + F.linear(F.linear(x, self.a), self.b) * self.scale


def new_text(characters):
    """The conversations people preferred, one after the other."""
    with gzip.open(DATA / "hh-rlhf-harmless-1800.jsonl.gz", "rt") as file:
        text = "\n".join(json.loads(line)["chosen"] for line in file)
    known = set(characters)
    return "".join(character for character in text if character in known)[:LENGTH]


def adapted(model, rank, only=None):
    model.requires_grad_(False)
    for block in model.h:
        for name in [only] if only else ["c_attn", "c_proj", "c_fc", "c_out"]:
            setattr(block, name, Lora(getattr(block, name), rank))
    return model


def fine_tuned(model, ids, rate, **adapters):
    model = copy.deepcopy(model)
    if adapters:
        adapted(model, **adapters)
    parameters = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=rate, weight_decay=0.0)
    for _ in range(STEPS):
        value = loss(model, draw(ids))
        optimizer.zero_grad()
        value.backward()
        nn.utils.clip_grad_norm_(parameters, 1.0)
        optimizer.step()
    return model, sum(parameter.numel() for parameter in parameters)


def main():
    torch.set_num_threads(1)
    path = Path(sys.argv[1])
    seeds = list(range(int(sys.argv[2]) if len(sys.argv) > 2 else 5))
    characters, old = shakespeare()
    base = loaded(path, len(characters))
    text = new_text(characters)
    new = torch.tensor([characters.index(character) for character in text])
    training, held_out = new[:-HELD_OUT], {"newText": new[-HELD_OUT:], "shakespeare": old[-100_000:]}
    generator = torch.Generator().manual_seed(1)
    starts = {name: torch.randint(len(ids) - ROW - 1, (256,), generator=generator) for name, ids in held_out.items()}
    exams = {name: rows(ids, starts[name]) for name, ids in held_out.items()}

    @torch.no_grad()
    def losses(model):
        return {name: loss(model, exam).item() for name, exam in exams.items()}

    runs = {name: {"settings": settings, "newText": [], "shakespeare": []} for name, settings in RUNS.items()}
    before = losses(base)
    for seed in seeds:
        for run, settings in RUNS.items():
            torch.manual_seed(seed)
            model, runs[run]["trainable"] = fine_tuned(base, training, **settings)
            for name, value in losses(model).items():
                runs[run][name].append(value)
        print(seed, {run: round(found["newText"][-1], 4) for run, found in runs.items()}, flush=True)
    write_json(
        REPOSITORY / "apps/bench/bands/lora.json",
        {
            "source": "tooling/reference/lora_task.py",
            "versions": versions("torch"),
            "modelSha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "newTextSha256": hashlib.sha256(text.encode()).hexdigest(),
            "starts": starts,
            "seeds": seeds,
            "before": before,
            "runs": runs,
        },
    )


if __name__ == "__main__":
    main()
