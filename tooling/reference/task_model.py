"""The model of the small tasks: 112,512 parameters, characters, pretrained on Tiny Shakespeare for 1,500 steps.

2 layers of 64 with 4 heads, context 64, erf GELU, a head of its own; `apps/bench/src/tasks` has the same in TypeScript. Runs
here draw from torch's generator: what is compared is the spread over seeds, not single steps.
"""

import os
from pathlib import Path

import torch
import torch.nn.functional as F
from safetensors.torch import load_file
from torch import nn

HIDDEN, LAYERS, HEADS, CONTEXT, ROW = 64, 2, 4, 64, 48
DATA = Path(os.environ.get("ASHLAR_DATA_DIR", "."))


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.ln_1, self.ln_2 = nn.LayerNorm(HIDDEN), nn.LayerNorm(HIDDEN)
        self.c_attn, self.c_proj = nn.Linear(HIDDEN, 3 * HIDDEN), nn.Linear(HIDDEN, HIDDEN)
        self.c_fc, self.c_out = nn.Linear(HIDDEN, 4 * HIDDEN), nn.Linear(4 * HIDDEN, HIDDEN)

    def forward(self, x):
        batch, seq, _ = x.shape
        heads = [
            part.view(batch, seq, HEADS, HIDDEN // HEADS).transpose(1, 2)
            for part in self.c_attn(self.ln_1(x)).split(HIDDEN, dim=2)
        ]
        seen = F.scaled_dot_product_attention(*heads, is_causal=True)
        x = x + self.c_proj(seen.transpose(1, 2).reshape(batch, seq, HIDDEN))
        return x + self.c_out(F.gelu(self.c_fc(self.ln_2(x))))


class TaskModel(nn.Module):
    """Token ids [batch, seq] to logits [batch, seq, vocab]."""

    def __init__(self, vocab_size):
        super().__init__()
        self.wte, self.wpe = nn.Embedding(vocab_size, HIDDEN), nn.Embedding(CONTEXT, HIDDEN)
        self.h = nn.ModuleList(Block() for _ in range(LAYERS))
        self.ln_f = nn.LayerNorm(HIDDEN)
        self.lm_head = nn.Linear(HIDDEN, vocab_size, bias=False)
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Embedding)):
                nn.init.normal_(module.weight, std=0.02)
            if isinstance(module, nn.Linear) and module.bias is not None:
                nn.init.zeros_(module.bias)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.h:
            x = block(x)
        return self.lm_head(self.ln_f(x))


def shakespeare():
    """The text, its characters in order, and its ids."""
    text = (DATA / "tinyshakespeare.txt").read_text()
    characters = sorted(set(text))
    ids = {character: i for i, character in enumerate(characters)}
    return characters, torch.tensor([ids[character] for character in text])


def rows(ids, starts):
    """Inputs and targets of the rows that start there, [rows, ROW] each."""
    inputs = torch.stack([ids[start : start + ROW] for start in starts])
    return inputs, torch.stack([ids[start + 1 : start + ROW + 1] for start in starts])


def draw(ids, count=32):
    return rows(ids, torch.randint(len(ids) - ROW - 1, (count,)))


def loss(model, batch):
    inputs, targets = batch
    return F.cross_entropy(model(inputs).flatten(0, 1), targets.flatten())


def loaded(path, vocab_size):
    """The task model as Ashlar pretrained it."""
    model = TaskModel(vocab_size)
    names = {"lmHead": "lm_head", ".mlp.c_proj": ".c_out", ".attn.": ".", ".mlp.": ".", "transformer.": ""}
    state = {}
    for name, tensor in load_file(path).items():
        for ours, theirs in names.items():
            name = name.replace(ours, theirs)
        state[name] = tensor
    model.load_state_dict(state)
    return model


def pretrained(seed, steps=1500):
    torch.manual_seed(seed)
    characters, ids = shakespeare()
    model = TaskModel(len(characters))
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
    for _ in range(steps):
        value = loss(model, draw(ids))
        optimizer.zero_grad()
        value.backward()
        optimizer.step()
    return model
