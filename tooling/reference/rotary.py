"""Rotary embeddings of transformers' own classes: `packages/ops/src/fixtures/rotary.json`.

Heads are packed in the last axis, as `@ashlar/ops` takes them. Positions are small: transformers takes angles in float32.
"""

import torch
from transformers import GPTJConfig, GPTNeoXConfig, LlamaConfig
from transformers.models.gpt_neox import modeling_gpt_neox as neox
from transformers.models.gptj import modeling_gptj as gptj
from transformers.models.llama import modeling_llama as llama

from fixtures import REPOSITORY, versions, write_json
from ops_fixtures import tensor


def case(name, turn, positions, num_heads, head_dim, tables, **attributes):
    """`turn` takes and gives `[batch, seq, heads, headDim]`."""
    batch, seq = positions.shape
    x = torch.randn(batch, seq, num_heads * head_dim, requires_grad=True)
    y = turn(x.unflatten(-1, (num_heads, head_dim))).flatten(2)
    dy = torch.randn_like(y)
    (dx,) = torch.autograd.grad(y, [x], dy)
    return {
        "name": name,
        "attributes": dict(numHeads=num_heads, **attributes),
        "tables": tables,
        "x": tensor(x),
        "positions": tensor(positions.to(torch.int32)),
        "output": tensor(y),
        "dy": tensor(dy),
        "gradient": tensor(dx),
    }


def halves(module, embedding, positions):
    """Llama and GPT-NeoX: cosines and sines of whole heads, heads before positions."""
    cos, sin = embedding(torch.zeros(1), positions)
    return lambda x: module.apply_rotary_pos_emb(x.transpose(1, 2), x.transpose(1, 2), cos, sin)[0].transpose(1, 2)


def llama_case(name, positions, heads, head_dim, rope, tables):
    config = LlamaConfig(
        hidden_size=heads * head_dim, num_attention_heads=heads, max_position_embeddings=64, rope_parameters=rope
    )
    embedding = llama.LlamaRotaryEmbedding(config)
    tables = tables or {"frequencies": embedding.inv_freq}
    tables = {"maxPositions": 64, "rotaryDim": head_dim, **tables}
    return case(name, halves(llama, embedding, positions), positions, heads, head_dim, tables, interleaved=False)


def neox_case(positions):
    heads, head_dim = 3, 8
    rope = {"rope_type": "default", "rope_theta": 10_000.0, "partial_rotary_factor": 0.5}
    config = GPTNeoXConfig(hidden_size=heads * head_dim, num_attention_heads=heads, rope_parameters=rope)
    turn = halves(neox, neox.GPTNeoXRotaryEmbedding(config), positions)
    tables = {"maxPositions": 64, "rotaryDim": head_dim // 2, "base": 10_000}
    return case("GPT-NeoX, half of each head", turn, positions, heads, head_dim, tables, interleaved=False)


def gptj_case(positions):
    heads, head_dim, rotary_dim = 2, 10, 6
    table = gptj.create_sinusoidal_positions(64, rotary_dim)
    sin, cos = torch.split(table[positions], rotary_dim // 2, dim=-1)

    def turn(x):
        turned = gptj.apply_rotary_pos_emb(x[..., :rotary_dim], sin, cos)
        return torch.cat([turned, x[..., rotary_dim:]], dim=-1)

    assert GPTJConfig().rotary_dim is not None  # part of a head turns, as here
    tables = {"maxPositions": 64, "rotaryDim": rotary_dim, "base": 10_000}
    return case("GPT-J, 6 of 10", turn, positions, heads, head_dim, tables, interleaved=True)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    positions = torch.tensor([[0, 1, 2, 3], [1, 1, 0, 1]])
    later = torch.tensor([[5, 6, 7], [1, 2, 3]])
    default = {"rope_type": "default", "rope_theta": 500_000.0}
    llama3 = {
        "rope_type": "llama3",
        "rope_theta": 500_000.0,
        "factor": 8.0,
        "low_freq_factor": 1.0,
        "high_freq_factor": 4.0,
        "original_max_position_embeddings": 32,
    }
    cases = [
        llama_case("Llama", positions, 2, 6, default, {"base": 500_000}),
        llama_case("Llama 3, scaled frequencies", later, 1, 8, llama3, None),
        neox_case(later),
        gptj_case(later),
    ]
    path = REPOSITORY / "packages/ops/src/fixtures/rotary.json"
    write_json(path, {"source": "tooling/reference/rotary.py", "versions": versions("torch", "transformers"), "cases": cases})


if __name__ == "__main__":
    main()
