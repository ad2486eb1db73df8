"""A tiny GPT-2 with a head for one score, saved by transformers, and the scores that transformers computes with it.

Writes `packages/transformer/test/fixtures/gpt2-score/` (the folder of `save_pretrained`) and `gpt2-score.json` beside it:
the score at each position, and what `GPT2ForSequenceClassification` reads at the last token before the padding.
"""

import torch
from transformers import GPT2Config, GPT2ForSequenceClassification

from fixtures import REPOSITORY, versions, write_json

FOLDER = REPOSITORY / "packages/transformer/test/fixtures/gpt2-score"
PAD = 0
CONFIG = dict(vocab_size=24, n_positions=12, n_embd=8, n_layer=2, n_head=2, num_labels=1, pad_token_id=PAD)


@torch.no_grad()
def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    model = GPT2ForSequenceClassification(GPT2Config(**CONFIG)).eval()
    for name, parameter in model.named_parameters():
        parameter.normal_(1.0 if "ln_" in name and name.endswith("weight") else 0.0, 0.3)
    model.save_pretrained(FOLDER)
    (FOLDER / "model.safetensors").chmod(0o644)
    lengths = torch.tensor([9, 1, 6])
    tokens = torch.randint(1, CONFIG["vocab_size"], (3, 9))
    tokens[torch.arange(9) >= lengths[:, None]] = PAD
    write_json(
        FOLDER.with_suffix(".json"),
        {
            "source": "tooling/reference/gpt2_score.py",
            "versions": versions("torch", "transformers"),
            "parameters": model.num_parameters(),
            "inputIds": tokens,
            "lengths": lengths,
            "scores": model.score(model.transformer(tokens).last_hidden_state)[..., 0],
            "pooled": model(tokens).logits[:, 0],
        },
    )


if __name__ == "__main__":
    main()
