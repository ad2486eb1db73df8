"""Learning rates, clipping and optimizer steps of nanoGPT, transformers and torch, for packages/optim.

usage: python tooling/reference/optim_fixtures.py
"""

import math

import torch
from ashlar_random import initial_value
from fixtures import REPOSITORY, versions, write_json
from transformers import (
    get_constant_schedule_with_warmup,
    get_cosine_schedule_with_warmup,
    get_linear_schedule_with_warmup,
)

SEED = 1337
SHAPES = {"wte.weight": (7, 3), "h.0.c_fc.weight": (5, 4), "h.0.c_fc.bias": (5,), "h.0.ln.weight": (1,)}
STEPS = 30
RECORDED = (1, 2, 30)
MAX_NORM = 0.5


def nanogpt_learning_rate(it, learning_rate, warmup_iters, lr_decay_iters, min_lr):
    """get_lr of nanoGPT's train.py."""
    if it < warmup_iters:
        return learning_rate * (it + 1) / (warmup_iters + 1)
    if it > lr_decay_iters:
        return min_lr
    decay_ratio = (it - warmup_iters) / (lr_decay_iters - warmup_iters)
    coeff = 0.5 * (1.0 + math.cos(math.pi * decay_ratio))
    return min_lr + coeff * (learning_rate - min_lr)


def learning_rates(schedule, steps, learning_rate):
    """What torch uses in each step under a schedule of transformers."""
    optimizer = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=learning_rate)
    scheduler = schedule(optimizer)
    rates = []
    for _ in range(steps):
        rates.append(scheduler.get_last_lr()[0])
        optimizer.step()
        scheduler.step()
    return rates


def schedules():
    nano = {"learningRate": 1e-3, "warmupSteps": 7, "decaySteps": 40, "minLearningRate": 1e-4}
    flat = {"learningRate": 6e-4, "warmupSteps": 0, "decaySteps": 1, "minLearningRate": 0}
    cases = [
        {"name": "nanoGptSchedule", "options": options, "rates": [nanogpt_learning_rate(it, *options.values()) for it in range(50)]}
        for options in (nano, flat)
    ]
    for name, schedule in [
        ("cosineWithWarmup", get_cosine_schedule_with_warmup),
        ("linearWithWarmup", get_linear_schedule_with_warmup),
    ]:
        for warmup, total in [(5, 40), (0, 40), (6, 6)]:
            rates = learning_rates(lambda optimizer: schedule(optimizer, warmup, total), 50, 3e-4)
            options = {"learningRate": 3e-4, "warmupSteps": warmup, "totalSteps": total}
            cases.append({"name": name, "options": options, "rates": rates})
    for warmup in (0, 9):
        rates = learning_rates(lambda optimizer: get_constant_schedule_with_warmup(optimizer, warmup), 20, 3e-4)
        cases.append({"name": "constantWithWarmup", "options": {"learningRate": 3e-4, "warmupSteps": warmup}, "rates": rates})
    return cases


def parameters():
    return {
        path: torch.from_numpy(initial_value(SEED, path, shape, 0.3)).requires_grad_() for path, shape in SHAPES.items()
    }


def set_gradients(params, step):
    """From the generator, so that a test can make the same; they shrink, so that clipping acts on the first ones only."""
    for path, parameter in params.items():
        values = initial_value(SEED, f"gradient/{step}/{path}", SHAPES[path], 0.5 / (step + 1))
        parameter.grad = torch.from_numpy(values)


def groups(params, decay):
    return [
        {"params": [p for p in params.values() if p.dim() >= 2], "weight_decay": decay},
        {"params": [p for p in params.values() if p.dim() < 2], "weight_decay": 0.0},
    ]


def run(make, state_keys):
    """Trains with clipping: norms before clipping, and parameters and state after the recorded steps."""
    params = parameters()
    optimizer = make(params)
    norms, recorded = [], []
    for step in range(STEPS):
        set_gradients(params, step)
        norms.append(torch.nn.utils.clip_grad_norm_(params.values(), MAX_NORM).item())
        for group in optimizer.param_groups:
            group["lr"] = 0.01 / (step + 1)
        optimizer.step()
        if step + 1 in RECORDED:
            state = {
                f"{path}.{key}": optimizer.state[p][key].clone().flatten() for path, p in params.items() for key in state_keys
            }
            values = {path: p.detach().clone().flatten() for path, p in params.items()}
            recorded.append({"step": step + 1, "parameters": values, "state": state})
    return {"norms": norms, "recorded": recorded}


def adamw(params):
    return torch.optim.AdamW(groups(params, 0.1), lr=0.0, betas=(0.9, 0.95), eps=1e-8)


def sgd(nesterov):
    return lambda params: torch.optim.SGD(groups(params, 0.1), lr=0.0, momentum=0.9, nesterov=nesterov)


write_json(
    REPOSITORY / "packages/optim/test/fixtures/optim.json",
    {
        "source": "tooling/reference/optim_fixtures.py",
        "versions": versions("torch", "transformers"),
        "schedules": schedules(),
        "seed": SEED,
        "shapes": SHAPES,
        "steps": STEPS,
        "maxNorm": MAX_NORM,
        "adamW": run(adamw, ("exp_avg", "exp_avg_sq")),
        "sgd": run(sgd(False), ("momentum_buffer",)),
        "nesterov": run(sgd(True), ("momentum_buffer",)),
    },
)
