"""A reward model from pairs that are ranked by how often 'e' stands in them: the band that Ashlar's runs are held to.

usage: ASHLAR_DATA_DIR=... python tooling/reference/reward_task.py [SEEDS]

For each seed the task model is pretrained on Tiny Shakespeare and writes two continuations of 32 characters to each of 3,000
prompts of 16; the one with more 'e' is preferred, ties are left out. A reward model learns from them for one epoch; 600
further prompts are held out. Accuracy, loss and margin by step go to `apps/bench/bands/reward.json`.
"""

import copy
import math
import sys

import torch
import torch.nn.functional as F
from torch import nn

from fixtures import REPOSITORY, versions, write_json
from task_model import HIDDEN, pretrained, shakespeare

PROMPT, RESPONSE, BATCH, RATE = 16, 32, 32, 3e-4
STEPS = [0, 20, 40, 60]


@torch.no_grad()
def continued(model, tokens):
    for _ in range(RESPONSE):
        probabilities = F.softmax(model(tokens)[:, -1], -1)
        tokens = torch.cat([tokens, torch.multinomial(probabilities, 1)], 1)
    return tokens


def pairs(model, ids, letter, count):
    prompts = torch.stack([ids[start : start + PROMPT] for start in torch.randint(len(ids) - PROMPT, (count,))])
    a, b = continued(model, prompts), continued(model, prompts)
    lead = (a[:, PROMPT:] == letter).sum(1) - (b[:, PROMPT:] == letter).sum(1)
    chosen, rejected = torch.where(lead[:, None] > 0, a, b), torch.where(lead[:, None] > 0, b, a)
    return chosen[lead != 0], rejected[lead != 0]


def scores(model, tokens):
    return model(tokens)[:, -1, 0]


@torch.no_grad()
def exam(model, chosen, rejected):
    lead = scores(model, chosen) - scores(model, rejected)
    return {
        "accuracy": (lead > 0).float().mean().item(),
        "loss": -F.logsigmoid(lead).mean().item(),
        "margin": lead.mean().item(),
    }


def main():
    torch.set_num_threads(1)
    seeds = list(range(int(sys.argv[1]) if len(sys.argv) > 1 else 5))
    characters, ids = shakespeare()
    letter = characters.index("e")
    found = {name: {"accuracy": [], "loss": [], "margin": []} for name in [*map(str, STEPS), "end"]}
    counts = []
    for seed in seeds:
        base = pretrained(seed)
        training, held_out = pairs(base, ids, letter, 3000), pairs(base, ids, letter, 600)
        counts.append([len(training[0]), len(held_out[0])])
        model = copy.deepcopy(base)
        model.lm_head = nn.Linear(HIDDEN, 1, bias=False)
        nn.init.normal_(model.lm_head.weight, std=1 / math.sqrt(HIDDEN + 1))
        optimizer = torch.optim.AdamW(model.parameters(), lr=RATE)

        def note(name):
            for metric, value in exam(model, *held_out).items():
                found[name][metric].append(value)

        note("0")
        for step, rows in enumerate(torch.randperm(len(training[0])).split(BATCH), 1):
            chosen, rejected = scores(model, torch.cat([side[rows] for side in training])).chunk(2)
            value = -F.logsigmoid(chosen - rejected).mean()
            optimizer.zero_grad()
            value.backward()
            optimizer.step()
            if step in STEPS:
                note(str(step))
        note("end")
        print(seed, counts[-1], {name: round(values["accuracy"][-1], 4) for name, values in found.items()}, flush=True)
    write_json(
        REPOSITORY / "apps/bench/bands/reward.json",
        {
            "source": "tooling/reference/reward_task.py",
            "versions": versions("torch"),
            "seeds": seeds,
            "pairs": counts,
            "steps": found,
        },
    )


if __name__ == "__main__":
    main()
