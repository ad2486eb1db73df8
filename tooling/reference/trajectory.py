"""The first training steps of small GPTs, step by step: 200 of `nano` and `config-a` for the trajectory tests of Ashlar,
and 16 of `hidden-384`, of which a step takes seconds, for its benchmark.

Nothing but numbers is committed: weights, text and batches come from the generator of `ashlar_random.py`.

- text: `ids[i]` from uniforms `u(i)` of the stream `trajectory/ids`: `ids[0] = floor(65 u(0))`, then
  `(7 * ids[i-1] + 3) mod 65` where `u(i) < 0.75`, else `floor(65 * 4 * (u(i) - 0.75))`. 8,192 ids;
- batches: rows at `batch_offsets(seed, step, ...)`, targets shifted by one;
- AdamW 1e-3, betas (0.9, 0.99), eps 1e-8, weight decay 0.1 on tensors of rank 2, gradient clipped to norm 1.0;
- nanoGPT's schedule: `lr (step + 1) / 101` for 100 steps, then a cosine to 1e-4 at step 2,000.

`nano` trains transformers' GPT2LMHeadModel, `config-a` (nanoGPT's CPU shape) and `hidden-384`, which have no biases, the
model of `gpt.py`; on `nano` the two are compared first. The losses are those of float32; a run in float64 gives `noise`, how far
float32 itself is from exact arithmetic: the largest difference of a loss, and of a parameter relative to its norm.

Key biases are left out of the final parameters: attention does not see them, so their gradient is rounding noise.
"""

import math
import sys

import numpy as np
import torch
import torch.nn.functional as F
from transformers import GPT2Config, GPT2LMHeadModel

from ashlar_random import RandomStream, batch_offsets
from fixtures import REPOSITORY, versions, write_json
from gpt import Gpt, GptConfig, from_hugging_face, initial_weights, to_hugging_face

SEED, LENGTH = 1337, 8192
LEARNING_RATE, MIN_LEARNING_RATE, WARMUP_STEPS, DECAY_STEPS = 1e-3, 1e-4, 100, 2000

# the model, rows in a batch, steps
MODELS = {
    "nano": (GptConfig(65, context_length=16, hidden_size=32, num_layers=2, num_heads=2), 4, 200),
    "config-a": (GptConfig(65, context_length=64, hidden_size=128, num_layers=4, num_heads=4, bias=False), 12, 200),
    "hidden-384": (GptConfig(65, context_length=256, hidden_size=384, num_layers=6, num_heads=6, bias=False), 8, 16),
}


def markov_ids():
    u = RandomStream(SEED, "trajectory/ids").uniform(np.arange(LENGTH))
    ids = [math.floor(65 * u[0])]
    for x in u[1:]:
        ids.append((7 * ids[-1] + 3) % 65 if x < 0.75 else math.floor(65 * 4 * (x - 0.75)))
    return torch.tensor(ids)


def learning_rate(step):
    if step < WARMUP_STEPS:
        return LEARNING_RATE * (step + 1) / (WARMUP_STEPS + 1)
    ratio = (step - WARMUP_STEPS) / (DECAY_STEPS - WARMUP_STEPS)
    return MIN_LEARNING_RATE + 0.5 * (1 + math.cos(math.pi * ratio)) * (LEARNING_RATE - MIN_LEARNING_RATE)


def hugging_face(config):
    """GPT2LMHeadModel of the shape of `config`, dropout 0."""
    return GPT2LMHeadModel(
        GPT2Config(
            vocab_size=config.vocab_size,
            n_positions=config.context_length,
            n_embd=config.hidden_size,
            n_layer=config.num_layers,
            n_head=config.num_heads,
            activation_function="gelu_new",
            attn_pdrop=0.0,
            embd_pdrop=0.0,
            resid_pdrop=0.0,
            bos_token_id=None,
            eos_token_id=None,
        )
    )


def build(config, dtype):
    """The model with its initial weights, and its logits as a function of token ids."""
    weights = initial_weights(config, SEED)
    if config.bias:
        model = hugging_face(config)
        model.load_state_dict(to_hugging_face(weights), strict=False)
        model.tie_weights()
        logits = lambda tokens: model(tokens).logits
    else:
        model = logits = Gpt(config)
        model.load_state_dict(weights)
    model.to(dtype)
    return model, logits


def train(config, batch_size, steps, dtype):
    """Losses and gradient norms (before clipping) of each step, and the final weights by our names and layout."""
    model, logits = build(config, dtype)
    ids, context = markov_ids(), config.context_length
    matrices = [p for p in model.parameters() if p.ndim >= 2]
    vectors = [p for p in model.parameters() if p.ndim < 2]
    groups = [{"params": matrices, "weight_decay": 0.1}, {"params": vectors, "weight_decay": 0.0}]
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.99), eps=1e-8)
    losses, norms = [], []
    for step in range(steps):
        offsets = batch_offsets(SEED, step, batch_size, LENGTH, context)
        windows = torch.stack([ids[o : o + context + 1] for o in offsets])
        loss = F.cross_entropy(logits(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten())
        optimizer.zero_grad()
        loss.backward()
        norms.append(torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0).item())
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step)
        optimizer.step()
        losses.append(loss.item())
    state = model.state_dict()
    return losses, norms, from_hugging_face(state) if config.bias else state


def seen(path, weight):
    """The entries of a parameter that the loss depends on, flat."""
    if path.endswith("c_attn.bias"):
        query, _, value = weight.chunk(3)
        return torch.cat([query, value])
    return weight.reshape(-1)


def relative_difference(path, weight, exact):
    return (seen(path, weight.double() - exact).norm() / seen(path, exact).norm()).item()


def summary(path, weight):
    flat = seen(path, weight)
    indices = sorted({0, flat.numel() // 3, 2 * flat.numel() // 3, flat.numel() - 1})
    return {"l2": flat.double().norm(), "indices": indices, "values": flat[indices]}


def fixture(name):
    config, batch_size, steps = MODELS[name]
    losses, norms, weights = train(config, batch_size, steps, torch.float32)
    exact_losses, _, exact = train(config, batch_size, steps, torch.float64)
    noise = {
        "loss": max(abs(a - b) for a, b in zip(losses, exact_losses)),
        "parameter": max(relative_difference(path, w, exact[path]) for path, w in weights.items()),
    }
    print(f"{name}: loss {losses[0]:.6f} -> {losses[-1]:.6f}, float32 noise {noise}")
    return {
        "source": "tooling/reference/trajectory.py",
        "versions": versions("torch", "transformers"),
        "seed": SEED,
        "text": {"stream": "trajectory/ids", "length": LENGTH, "first": markov_ids()[:16]},
        "model": {
            "vocabSize": config.vocab_size,
            "contextLength": config.context_length,
            "hiddenSize": config.hidden_size,
            "numLayers": config.num_layers,
            "numHeads": config.num_heads,
            "activation": "gelu_new",
            "bias": config.bias,
        },
        "batchSize": batch_size,
        "optimizer": {"betas": [0.9, 0.99], "eps": 1e-8, "weightDecay": 0.1, "maxGradNorm": 1.0},
        "schedule": {
            "learningRate": LEARNING_RATE,
            "warmupSteps": WARMUP_STEPS,
            "decaySteps": DECAY_STEPS,
            "minLearningRate": MIN_LEARNING_RATE,
        },
        "noise": noise,
        "losses": losses,
        "gradientNorms": norms,
        "parameters": {path: summary(path, weights[path]) for path in sorted(weights)},
    }


@torch.no_grad()
def check():
    """Our transcription of nanoGPT and transformers' GPT-2 are one function on `nano`."""
    config, batch_size, _ = MODELS["nano"]
    tokens = markov_ids()[: batch_size * config.context_length].view(batch_size, -1)
    ours = Gpt(config)
    ours.load_state_dict(initial_weights(config, SEED))
    difference = (ours(tokens) - build(config, torch.float32)[1](tokens)).abs().max().item()
    assert difference < 1e-6, f"gpt.py and transformers differ by {difference} on nano"


if __name__ == "__main__":
    torch.set_num_threads(1)
    check()
    for name in sys.argv[1:] or MODELS:
        write_json(REPOSITORY / f"packages/trainer/test/fixtures/trajectory-{name}.json", fixture(name))
