"""A model of the benchmark as an ONNX file that decodes with a cache, in the form in which GPT-2 is exported for onnxruntime.

    python export_onnx.py JOB_FOLDER OUT.onnx

JOB_FOLDER holds `job.json` and `weights.bin` (see `apps/bench/src/prepare.ts`). Inputs are `ids`, int64 [1, seq], and for every
layer `past.<i>.key` and `past.<i>.value`, [1, heads, past, head size]; outputs are `logits` of the last position, [1, vocab], and
`present.<i>.key` and `present.<i>.value`, longer by seq.
"""

import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from bench_job import config_of, read_job
from gpt import Gpt


class Decoder(nn.Module):
    """`Gpt` with the keys and values of earlier tokens as inputs and outputs."""

    def __init__(self, model):
        super().__init__()
        self.model = model

    def forward(self, ids, *past):
        model, config = self.model, self.model.config
        seq, before = ids.shape[1], past[0].shape[2]
        positions = torch.arange(before, before + seq)
        hidden = torch.arange(before + seq)[None, :] > positions[:, None]
        x = model.wte(ids) + model.wpe(positions)
        present = []
        for layer, block in enumerate(model.h):
            attention = block.attn
            q, k, v = (
                part.view(1, seq, config.num_heads, -1).transpose(1, 2)
                for part in attention.c_attn(block.ln_1(x)).split(config.hidden_size, dim=2)
            )
            k, v = torch.cat([past[2 * layer], k], 2), torch.cat([past[2 * layer + 1], v], 2)
            scores = (q @ k.transpose(2, 3)) * q.shape[-1] ** -0.5
            y = F.softmax(scores.masked_fill(hidden, float("-inf")), -1) @ v
            x = x + attention.c_proj(y.transpose(1, 2).reshape(1, seq, config.hidden_size))
            x = x + block.mlp(block.ln_2(x))
            present += [k, v]
        return F.linear(model.ln_f(x[:, -1]), model.wte.weight), *present


def main():
    folder, out = sys.argv[1:]
    job, weights = read_job(Path(folder))
    config = config_of(job)
    model = Gpt(config)
    model.load_state_dict(weights)
    names = [f"{i}.{part}" for i in range(config.num_layers) for part in ("key", "value")]
    # one tensor each: a tensor given twice becomes one input
    past = [torch.zeros(1, config.num_heads, 3, config.hidden_size // config.num_heads) for _ in names]
    with torch.no_grad():
        torch.onnx.export(
            Decoder(model).eval(),
            (torch.zeros(1, 2, dtype=torch.int64), *past),
            out,
            input_names=["ids", *(f"past.{name}" for name in names)],
            output_names=["logits", *(f"present.{name}" for name in names)],
            dynamic_shapes=({1: torch.export.Dim("seq")}, tuple({2: torch.export.Dim("before")} for _ in names)),
            dynamo=True,
            external_data=False,
            verbose=False,
        )


if __name__ == "__main__":
    main()
