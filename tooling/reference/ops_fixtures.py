"""Values and gradients of PyTorch for the fused operations, on small unequal shapes: `packages/ops/src/fixtures/torch.json`.

Every case has `inputs`, `attributes` (by the names of `@ashlar/ops`), `output`, the `dy` it was differentiated with and the
`gradients` of the inputs that have one. Tensors are `{ shape, values }`, row-major; integers have `dtype: "int32"`.
Heads are packed in the last axis, as `@ashlar/ops` takes them.
"""

import torch
import torch.nn.functional as F

from fixtures import REPOSITORY, versions, write_json


def tensor(value):
    entry = {"shape": list(value.shape), "values": value.detach().reshape(-1)}
    return entry if value.is_floating_point() else {"dtype": "int32"} | entry


def case(name, f, inputs, **attributes):
    """Runs `f(**inputs)` forward and backward with a random upstream gradient."""
    leaves = {key: x.requires_grad_() for key, x in inputs.items() if x.is_floating_point()}
    output = f(**inputs)
    dy = torch.randn_like(output)
    gradients = torch.autograd.grad(output, list(leaves.values()), dy)
    return {
        "name": name,
        "attributes": attributes,
        "inputs": {key: tensor(x) for key, x in inputs.items()},
        "output": tensor(output),
        "dy": tensor(dy),
        "gradients": {key: tensor(g) for key, g in zip(leaves, gradients)},
    }


def linear_cases():
    activations = {
        "none": lambda y: y,
        "gelu": F.gelu,
        "gelu_new": lambda y: F.gelu(y, approximate="tanh"),
        "relu": F.relu,
        "silu": F.silu,
    }
    shapes = lambda: dict(x=torch.randn(2, 3, 5) * 2, weight=torch.randn(7, 5), bias=torch.randn(7))
    for activation, g in activations.items():
        yield case(
            "linear",
            lambda x, weight, bias: g(F.linear(x, weight, bias)),
            shapes(),
            **({} if activation == "none" else {"activation": activation}),
        )
    yield case("linear", lambda x, weight: F.linear(x, weight), dict(x=torch.randn(3, 4), weight=torch.randn(6, 4)))


def layer_norm_cases():
    x = lambda: torch.randn(2, 3, 6) * 3 + 1
    norm = lambda eps: lambda x, weight, bias=None: F.layer_norm(x, (6,), weight, bias, eps)
    yield case("layerNorm", norm(1e-5), dict(x=x(), weight=torch.randn(6), bias=torch.randn(6)), eps=1e-5)
    yield case("layerNorm", norm(1e-12), dict(x=x() * 1e-3, weight=torch.randn(6)), eps=1e-12)


def attention_case(batch, seq, key_seq, num_heads, num_kv_heads, head_dim, causal, key_mask=None, scale=None):
    query_offset = key_seq - seq

    def attend(q, k, v, keyMask=None):
        heads = lambda x, count: x.unflatten(-1, (count, head_dim)).transpose(1, 2)
        visible = torch.ones(seq, key_seq, dtype=torch.bool)
        visible = visible.tril(query_offset) if causal else visible
        if keyMask is not None:
            visible = visible & keyMask.bool()[:, None, None, :]
        y = F.scaled_dot_product_attention(
            heads(q, num_heads),
            heads(k, num_kv_heads),
            heads(v, num_kv_heads),
            attn_mask=visible,
            scale=scale,
            enable_gqa=num_heads != num_kv_heads,
        )
        return y.transpose(1, 2).flatten(2)

    inputs = dict(
        q=torch.randn(batch, seq, num_heads * head_dim),
        k=torch.randn(batch, key_seq, num_kv_heads * head_dim),
        v=torch.randn(batch, key_seq, num_kv_heads * head_dim),
    )
    if key_mask is not None:
        inputs["keyMask"] = torch.tensor(key_mask, dtype=torch.int32)
    attributes = dict(numHeads=num_heads, numKvHeads=num_kv_heads, causal=causal)
    return case("attention", attend, inputs, **attributes, **({} if scale is None else {"scale": scale}))


def attention_cases():
    yield attention_case(2, 5, 5, num_heads=3, num_kv_heads=3, head_dim=4, causal=True)
    yield attention_case(1, 4, 6, num_heads=2, num_kv_heads=2, head_dim=3, causal=False)
    yield attention_case(2, 3, 5, num_heads=4, num_kv_heads=2, head_dim=3, causal=True, scale=0.7)
    # left padding of the first sequence: every query still sees a key
    mask = [[0, 0, 1, 1, 1], [1, 1, 1, 1, 1]]
    yield attention_case(2, 3, 5, num_heads=2, num_kv_heads=1, head_dim=4, causal=True, key_mask=mask)


def cross_entropy_case(label_smoothing=0.0):
    f = lambda logits, targets: F.cross_entropy(
        logits.flatten(0, 1),
        targets.flatten().long(),
        ignore_index=-100,
        reduction="none",
        label_smoothing=label_smoothing,
    ).view_as(targets)
    targets = torch.tensor([[0, 8, -100], [3, -100, 5]], dtype=torch.int32)
    attributes = {"ignoreIndex": -100} | ({"labelSmoothing": label_smoothing} if label_smoothing else {})
    return case("crossEntropy", f, dict(logits=torch.randn(2, 3, 9) * 4, targets=targets), **attributes)


def embedding_case():
    ids = torch.tensor([[4, 0, 4], [1, 4, 0]], dtype=torch.int32)
    return case("embedding", lambda ids, weight: F.embedding(ids, weight), dict(ids=ids, weight=torch.randn(6, 5)))


def gelu_cases():
    x = torch.tensor([-12.0, -4.0, -1.0, -0.3, 0.0, 0.3, 1.0, 4.0, 12.0])
    for approximate in ("none", "tanh"):
        yield case("gelu", lambda x: F.gelu(x, approximate=approximate), dict(x=x.clone()), approximate=approximate)


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    cases = [
        *linear_cases(),
        *gelu_cases(),
        *layer_norm_cases(),
        *attention_cases(),
        embedding_case(),
        cross_entropy_case(),
        cross_entropy_case(label_smoothing=0.1),
    ]
    write_json(
        REPOSITORY / "packages/ops/src/fixtures/torch.json",
        {"source": "tooling/reference/ops_fixtures.py", "versions": versions("torch"), "cases": cases},
    )


if __name__ == "__main__":
    main()
