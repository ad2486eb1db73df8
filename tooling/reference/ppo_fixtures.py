"""Advantages, whitening and the losses of PPO with their gradients, for packages/ppo.

The formulas are written out in PyTorch as the papers have them; gradients are autograd's.
Writes `packages/ppo/test/fixtures/ppo.json`.

usage: python tooling/reference/ppo_fixtures.py
"""

import torch

from fixtures import REPOSITORY, versions, write_json

torch.set_default_dtype(torch.float64)


def masked_mean(x, mask):
    return (x * mask).sum() / mask.sum()


def whiten(x, mask, shift=True):
    mean = masked_mean(x, mask)
    variance = masked_mean((x - mean) ** 2, mask) * mask.sum() / (mask.sum() - 1)
    white = (x - mean) * torch.rsqrt(variance + 1e-8)
    return (white if shift else white + mean) * mask


def advantages(rewards, values, mask, gamma, lam):
    rows, columns = rewards.shape
    result = torch.zeros_like(rewards)
    for row in range(rows):
        last = 0.0
        length = int(mask[row].sum())
        for t in reversed(range(length)):
            following = values[row, t + 1] if t + 1 < length else 0.0
            delta = rewards[row, t] + gamma * following - values[row, t]
            last = delta + gamma * lam * last
            result[row, t] = last
    return result


def case(seed, rows, columns, lengths, gamma, lam, clip, value_clip):
    generator = torch.Generator().manual_seed(seed)
    draw = lambda scale=1.0: torch.randn(rows, columns, generator=generator) * scale
    mask = torch.tensor([[1.0 if t < length else 0.0 for t in range(columns)] for length in lengths])
    rewards, values = draw() * mask, draw() * mask
    old = -draw().abs() * mask
    new = ((old + draw(0.3)) * mask).requires_grad_()
    new_values = ((values + draw(0.5)) * mask).requires_grad_()
    raw = advantages(rewards, values, mask, gamma, lam)
    returns = (raw + values) * mask
    white = whiten(raw, mask)
    ratio = ((new - old) * mask).exp()
    plain, clipped = -white * ratio, -white * ratio.clamp(1 - clip, 1 + clip)
    policy = masked_mean(torch.maximum(plain, clipped), mask)
    near = torch.minimum(torch.maximum(new_values, values - value_clip), values + value_clip)
    errors, near_errors = (new_values - returns) ** 2, (near - returns) ** 2
    value = 0.5 * masked_mean(torch.maximum(errors, near_errors), mask)
    policy.backward()
    value.backward()
    lists = dict(
        rewards=rewards,
        values=values,
        oldLogProbs=old,
        logProbs=new,
        newValues=new_values,
        advantages=raw,
        returns=returns,
        whitened=white,
        whitenedRewards=whiten(rewards, mask, shift=False),
        policyGradient=new.grad,
        valueGradient=new_values.grad,
    )
    return dict(
        rows=rows,
        columns=columns,
        lengths=lengths,
        gamma=gamma,
        lam=lam,
        clip=clip,
        valueClip=value_clip,
        **{name: x.detach().flatten().tolist() for name, x in lists.items()},
        policyLoss=policy.item(),
        valueLoss=value.item(),
        clipFraction=masked_mean((clipped > plain).double(), mask).item(),
        valueClipFraction=masked_mean((near_errors > errors).double(), mask).item(),
        approximateKl=0.5 * masked_mean((new - old) ** 2, mask).item(),
        ratio=masked_mean(ratio, mask).item(),
    )


write_json(
    REPOSITORY / "packages/ppo/test/fixtures/ppo.json",
    {
        "versions": versions("torch"),
        "cases": [
            case(1, 2, 4, [4, 3], 1.0, 0.95, 0.2, 0.2),
            case(2, 5, 7, [7, 1, 3, 6, 2], 0.99, 0.9, 0.1, 0.3),
            case(3, 3, 11, [11, 5, 8], 1.0, 1.0, 0.2, 0.2),
        ],
    },
)
