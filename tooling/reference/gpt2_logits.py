"""A tiny GPT-2 with random weights, saved by transformers, and what transformers computes with it.

Writes `packages/transformer/test/fixtures/gpt2-tiny/` (the folder of `save_pretrained`) and `gpt2-tiny.json` beside it:
logits of unequal batch, sequence and head sizes, the same sequences left-padded in one batch, and greedy continuations.
"""

import torch
from transformers import GPT2Config, GPT2LMHeadModel

from fixtures import REPOSITORY, versions, write_json

FOLDER = REPOSITORY / "packages/transformer/test/fixtures/gpt2-tiny"
CONFIG = dict(vocab_size=96, n_positions=24, n_embd=24, n_layer=2, n_head=3, bos_token_id=95, eos_token_id=95)


def random_model():
    """Biases and gains random too, and weights large enough for attention and GELU to leave their linear range."""
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(**CONFIG)).eval()
    with torch.no_grad():
        for name, parameter in model.named_parameters():
            gain = "ln_" in name and name.endswith("weight")
            parameter.normal_(1.0 if gain else 0.0, 0.3)
    return model


def ids(batch, seq):
    return torch.randint(0, CONFIG["vocab_size"] - 1, (batch, seq))


@torch.no_grad()
def left_padded(model, lengths):
    """Sequences of several lengths in one batch: padding before the text, positions counted from its first token."""
    width = max(lengths)
    mask = torch.tensor([[0] * (width - length) + [1] * length for length in lengths])
    tokens = ids(len(lengths), width) * mask
    positions = (mask.cumsum(1) - 1).clamp(min=0)
    logits = model(tokens, attention_mask=mask, position_ids=positions).logits
    alone = [model(tokens[i : i + 1, width - n :]).logits[0] for i, n in enumerate(lengths)]
    difference = max((logits[i, width - n :] - alone[i]).abs().max().item() for i, n in enumerate(lengths))
    assert difference < 1e-5, f"left padding moves the logits of transformers by {difference}"
    return {
        "inputIds": tokens,
        "attentionMask": mask,
        "positionIds": positions,
        "lastLogits": logits[:, -1],
        "firstLogits": torch.stack([logits[i, width - n] for i, n in enumerate(lengths)]),
    }


@torch.no_grad()
def greedy(model, prompt, max_new_tokens):
    tokens = torch.tensor([prompt])
    found = model.generate(tokens, attention_mask=torch.ones_like(tokens), do_sample=False, max_new_tokens=max_new_tokens)
    new = found[0, len(prompt) :]
    best = model(found).logits[0, len(prompt) - 1 : -1].topk(2).values
    return {"prompt": prompt, "ids": new, "smallestMargin": (best[:, 0] - best[:, 1]).min()}


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    model = random_model()
    model.save_pretrained(FOLDER)
    (FOLDER / "model.safetensors").chmod(0o644)
    tokens = ids(3, 7)
    write_json(
        FOLDER.with_suffix(".json"),
        {
            "source": "tooling/reference/gpt2_logits.py",
            "versions": versions("torch", "transformers"),
            "parameters": model.num_parameters(),
            "batch": {"inputIds": tokens, "logits": model(tokens).logits},
            "leftPadded": left_padded(model, [5, 1, 8]),
            "greedy": [greedy(model, [7, 42, 3], 12), greedy(model, [11], 23)],
        },
    )


if __name__ == "__main__":
    main()
