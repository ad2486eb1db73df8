"""The benchmark's job in PyTorch on one thread: the reference for speed and loss. Speaks the protocol of `src/protocol.ts`."""

import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

sys.path.insert(0, str(Path(__file__).resolve().parents[3] / "tooling/reference"))
from bench_job import config_of, read_job  # noqa: E402
from gpt import Gpt  # noqa: E402
from lines import milliseconds, requests, send  # noqa: E402


class Competitor:
    def __init__(self, folder):
        self.job, weights = read_job(folder)
        model, options = self.job["model"], self.job["optimizer"]
        self.context, self.max_norm = model["contextLength"], options["maxGradNorm"]
        self.model = Gpt(config_of(self.job))
        self.model.load_state_dict(weights)
        self.ids = torch.tensor(self.job["ids"])
        groups = [
            {"params": [p for p in self.model.parameters() if p.ndim >= 2], "weight_decay": options["weightDecay"]},
            {"params": [p for p in self.model.parameters() if p.ndim < 2], "weight_decay": 0.0},
        ]
        self.optimizer = torch.optim.AdamW(groups, lr=0.0, betas=tuple(options["betas"]), eps=options["eps"])

    def step(self, windows, learning_rate):
        loss = F.cross_entropy(self.model(windows[:, :-1]).flatten(0, 1), windows[:, 1:].flatten())
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), self.max_norm)
        for group in self.optimizer.param_groups:
            group["lr"] = learning_rate
        self.optimizer.step()
        return loss.item()

    def train(self, steps):
        ms, losses = [], []
        for step in steps:
            windows = torch.stack([self.ids[o : o + self.context + 1] for o in step["offsets"]])
            since = time.perf_counter()
            losses.append(self.step(windows, step["learningRate"]))
            ms.append(milliseconds(since))
        return {"type": "trained", "ms": ms, "losses": losses}

    @torch.no_grad()
    def generate(self, prompt, count):
        """nanoGPT's way: it has no cache, each token is a full forward pass."""
        ids, ms = list(prompt), []
        for _ in range(count):
            since = time.perf_counter()
            ids.append(self.model(torch.tensor([ids]))[0, -1].argmax().item())
            ms.append(milliseconds(since))
        return {"type": "generated", "ms": ms, "ids": ids[len(prompt) :]}


def main():
    torch.set_num_threads(1)
    since = time.perf_counter()
    competitor = Competitor(Path(sys.argv[1]))
    send({"type": "ready", "versions": {"torch": torch.__version__}, "setupMs": milliseconds(since)})
    for request in requests():
        if request["type"] == "train":
            send(competitor.train(request["steps"]))
        elif request["type"] == "generate":
            send(competitor.generate(request["prompt"], request["count"]))


if __name__ == "__main__":
    main()
