"""nanoGPT's model in PyTorch, with the tanh GELU of GPT-2's own weights and initial values from Ashlar's generator.

Weights lie [out, in] and are named as in Ashlar's state dict: `wte.weight`, `h.0.attn.c_attn.weight`, ...
Source: karpathy/nanoGPT, `model.py`.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import nn

from ashlar_random import initial_value


@dataclass
class GptConfig:
    vocab_size: int
    context_length: int
    hidden_size: int
    num_layers: int
    num_heads: int
    bias: bool = True


class LayerNorm(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(config.hidden_size))
        self.bias = nn.Parameter(torch.zeros(config.hidden_size)) if config.bias else None

    def forward(self, x):
        return F.layer_norm(x, self.weight.shape, self.weight, self.bias, 1e-5)


class Attention(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.num_heads = config.num_heads
        self.c_attn = nn.Linear(config.hidden_size, 3 * config.hidden_size, bias=config.bias)
        self.c_proj = nn.Linear(config.hidden_size, config.hidden_size, bias=config.bias)

    def forward(self, x):
        batch, seq, hidden = x.shape
        heads = [
            part.view(batch, seq, self.num_heads, hidden // self.num_heads).transpose(1, 2)
            for part in self.c_attn(x).split(hidden, dim=2)
        ]
        y = F.scaled_dot_product_attention(*heads, is_causal=True)
        return self.c_proj(y.transpose(1, 2).reshape(batch, seq, hidden))


class Mlp(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.c_fc = nn.Linear(config.hidden_size, 4 * config.hidden_size, bias=config.bias)
        self.c_proj = nn.Linear(4 * config.hidden_size, config.hidden_size, bias=config.bias)

    def forward(self, x):
        return self.c_proj(F.gelu(self.c_fc(x), approximate="tanh"))


class Block(nn.Module):
    def __init__(self, config):
        super().__init__()
        self.ln_1, self.attn = LayerNorm(config), Attention(config)
        self.ln_2, self.mlp = LayerNorm(config), Mlp(config)

    def forward(self, x):
        x = x + self.attn(self.ln_1(x))
        return x + self.mlp(self.ln_2(x))


class Gpt(nn.Module):
    """Token ids [batch, seq] to logits [batch, seq, vocab]; the head is the token embedding."""

    def __init__(self, config):
        super().__init__()
        self.config = config
        self.wte = nn.Embedding(config.vocab_size, config.hidden_size)
        self.wpe = nn.Embedding(config.context_length, config.hidden_size)
        self.h = nn.ModuleList(Block(config) for _ in range(config.num_layers))
        self.ln_f = LayerNorm(config)

    def forward(self, tokens):
        x = self.wte(tokens) + self.wpe(torch.arange(tokens.shape[1]))
        for block in self.h:
            x = block(x)
        return F.linear(self.ln_f(x), self.wte.weight)


def initial_weights(config, seed):
    """Ashlar's initial values: N(0, 0.02), residual projections by 1 / sqrt(2 * layers), gains 1, biases 0."""
    weights = {}
    for path, parameter in Gpt(config).named_parameters():
        if parameter.ndim < 2:
            weights[path] = parameter.detach().clone().fill_(0 if path.endswith("bias") else 1)
        else:
            std = 0.02 / (2 * config.num_layers) ** 0.5 if path.endswith("c_proj.weight") else 0.02
            weights[path] = torch.from_numpy(initial_value(seed, path, tuple(parameter.shape), std))
    return weights


CONV1D = ("attn.c_attn.weight", "attn.c_proj.weight", "mlp.c_fc.weight", "mlp.c_proj.weight")


def to_hugging_face(weights):
    """The names and the transposed projections of `transformers.GPT2LMHeadModel`."""
    return {f"transformer.{path}": w.T.contiguous() if path.endswith(CONV1D) else w for path, w in weights.items()}


def from_hugging_face(weights):
    """The inverse of `to_hugging_face`; the tied head and the mask buffers are left out."""
    return {
        path.removeprefix("transformer."): w.T if path.endswith(CONV1D) else w
        for path, w in weights.items()
        if path.startswith("transformer.")
    }
