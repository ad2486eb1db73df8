"""PPO towards text full of 'e': the band that Ashlar's runs are held to.

usage: ASHLAR_DATA_DIR=... python tooling/reference/ppo_task.py MODEL [SEEDS]

MODEL is the task model as Ashlar pretrained it (`ASHLAR_TASK_MODEL=MODEL npm run bench -- task ppo` writes it), so that both
start from the same weights. For each seed PPO runs twice from there, with a cheap and a dear KL divergence. A prompt has 16 characters, a response 32, its reward is ten times the share of 'e'. Score, KL a response and
entropy a token in the last iteration go to `apps/bench/bands/ppo.json`.
"""

import copy
import hashlib
import sys
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import nn

from fixtures import REPOSITORY, versions, write_json
from reward_task import continued
from task_model import HIDDEN, loaded, shakespeare

PROMPT, RESPONSE, BATCH, MINIBATCH, EPOCHS, RATE = 16, 32, 64, 16, 4, 2e-4
COEFFICIENTS = [0.05, 0.3]
ITERATIONS = 50
METRICS = ["score", "kl", "entropy"]


def log_probs(model, tokens):
    """Log-probabilities [batch, response] of the responses' characters, and the entropy before each."""
    all_of_them = F.log_softmax(model(tokens)[:, PROMPT - 1 : -1], -1)
    entropy = -(all_of_them.exp() * all_of_them).sum(-1)
    return all_of_them.gather(2, tokens[:, PROMPT:, None])[..., 0], entropy


def values_of(model, tokens):
    return model(tokens)[:, PROMPT - 1 : -1, 0]


def advantages_of(rewards, values, discount=0.95):
    advantages, last = torch.zeros_like(rewards), 0.0
    for t in reversed(range(RESPONSE)):
        following = values[:, t + 1] if t + 1 < RESPONSE else 0.0
        last = rewards[:, t] + following - values[:, t] + discount * last
        advantages[:, t] = last
    return advantages


def ppo(base, ids, letter, coefficient):
    policy, reference, value = copy.deepcopy(base), base, copy.deepcopy(base)
    value.lm_head = nn.Linear(HIDDEN, 1, bias=False)
    nn.init.zeros_(value.lm_head.weight)
    optimizer = torch.optim.Adam([*policy.parameters(), *value.parameters()], lr=RATE, eps=1e-5)
    for _ in range(ITERATIONS):
        starts = torch.randint(len(ids) - PROMPT, (BATCH,))
        with torch.no_grad():
            tokens = continued(policy, torch.stack([ids[start : start + PROMPT] for start in starts]))
            old, _ = log_probs(policy, tokens)
            old_values = values_of(value, tokens)
            scores = 10 * (tokens[:, PROMPT:] == letter).float().mean(1)
            kl = old - log_probs(reference, tokens)[0]
            rewards = -coefficient * kl
            rewards[:, -1] += scores
            advantages = advantages_of(rewards, old_values)
            returns = advantages + old_values
            advantages = (advantages - advantages.mean()) * torch.rsqrt(advantages.var() + 1e-8)
        entropies = []
        for _ in range(EPOCHS):
            for rows in torch.randperm(BATCH).split(MINIBATCH):
                new, entropy = log_probs(policy, tokens[rows])
                ratio, advantage = (new - old[rows]).exp(), advantages[rows]
                loss = torch.max(-advantage * ratio, -advantage * ratio.clamp(0.8, 1.2)).mean()
                found = values_of(value, tokens[rows])
                near = torch.clamp(found, old_values[rows] - 0.2, old_values[rows] + 0.2)
                errors = torch.max((found - returns[rows]) ** 2, (near - returns[rows]) ** 2)
                loss = loss + 0.1 * 0.5 * errors.mean()
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                entropies.append(entropy.mean().item())
    entropy = sum(entropies) / len(entropies)
    last = {"score": scores.mean().item(), "kl": kl.sum(1).mean().item(), "entropy": entropy}
    return last


def main():
    torch.set_num_threads(1)
    path = Path(sys.argv[1])
    seeds = list(range(int(sys.argv[2]) if len(sys.argv) > 2 else 5))
    characters, ids = shakespeare()
    base = loaded(path, len(characters))
    letter = characters.index("e")
    runs = {str(coefficient): {metric: [] for metric in METRICS} for coefficient in COEFFICIENTS}
    for seed in seeds:
        torch.manual_seed(seed)
        for coefficient in COEFFICIENTS:
            found = ppo(base, ids, letter, coefficient)
            for metric, value in found.items():
                runs[str(coefficient)][metric].append(value)
            print(seed, coefficient, found, flush=True)
    write_json(
        REPOSITORY / "apps/bench/bands/ppo.json",
        {
            "source": "tooling/reference/ppo_task.py",
            "versions": versions("torch"),
            "modelSha256": hashlib.sha256(path.read_bytes()).hexdigest(),
            "seeds": seeds,
            "iterations": ITERATIONS,
            "runs": runs,
        },
    )


if __name__ == "__main__":
    main()
