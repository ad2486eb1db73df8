"""Biases by distance of Hugging Face's transformers: `packages/ops/src/fixtures/attention-bias.json`.

`slopes`: of ALiBi, by number of heads. `alibi`: causal attention weights of Bloom's form, where the bias is the slope times
the position of the key. `buckets`: of T5 for the distances from -`reach` to `reach`, as runs `[bucket, length]`. `t5`: biases
of T5's module with the gradient of its table for an upstream gradient `dy`.
"""

from itertools import groupby

import torch
from fixtures import REPOSITORY, versions, write_json
from transformers import T5Config
from transformers.models.bloom.modeling_bloom import build_alibi_tensor
from transformers.models.t5.modeling_t5 import T5Attention

REACH = 700


def alibi(num_heads, seq):
    return build_alibi_tensor(torch.ones(1, seq, dtype=torch.long), num_heads, torch.float32)


def alibi_weights(batch, seq, num_heads, head_dim):
    q, k = (torch.randn(batch, seq, num_heads * head_dim) for _ in range(2))
    heads = lambda x: x.unflatten(-1, (num_heads, head_dim)).transpose(1, 2)
    scores = heads(q) @ heads(k).mT / head_dim**0.5 + alibi(num_heads, seq)
    hidden = torch.ones(seq, seq, dtype=torch.bool).triu(1)
    weights = scores.masked_fill(hidden, float("-inf")).softmax(-1)
    shape = dict(batch=batch, seq=seq, numHeads=num_heads, headDim=head_dim)
    return shape | dict(q=q.flatten(), k=k.flatten(), weights=weights.flatten())


def buckets(bidirectional, num_buckets, max_distance):
    distances = torch.arange(-REACH, REACH + 1)
    found = T5Attention._relative_position_bucket(distances, bidirectional, num_buckets, max_distance)
    runs = [[bucket, len(list(run))] for bucket, run in groupby(found.tolist())]
    return dict(bidirectional=bidirectional, numBuckets=num_buckets, maxDistance=max_distance, runs=runs)


def t5_bias(is_decoder, num_buckets, max_distance, num_heads, seq, key_seq, query_offset):
    config = T5Config(
        d_model=4 * num_heads,
        d_kv=4,
        num_heads=num_heads,
        is_decoder=is_decoder,
        relative_attention_num_buckets=num_buckets,
        relative_attention_max_distance=max_distance,
    )
    module = T5Attention(config, has_relative_attention_bias=True)
    table = module.relative_attention_bias.weight
    torch.nn.init.normal_(table)
    bias = module.compute_bias(seq, key_seq, past_seen_tokens=query_offset)[0]
    dy = torch.randn_like(bias)
    bias.backward(dy)
    shape = dict(bidirectional=not is_decoder, numBuckets=num_buckets, maxDistance=max_distance, numHeads=num_heads)
    sizes = dict(seq=seq, keySeq=key_seq, queryOffset=query_offset)
    values = dict(table=table, bias=bias, dy=dy, gradient=table.grad)
    return shape | sizes | {name: value.flatten() for name, value in values.items()}


def main():
    torch.set_num_threads(1)
    torch.manual_seed(0)
    sizes = [(32, 128), (32, 20), (8, 20), (64, 256), (33, 100), (4, 600)]
    write_json(
        REPOSITORY / "packages/ops/src/fixtures/attention-bias.json",
        {
            "source": "tooling/reference/attention_bias.py",
            "versions": versions("torch", "transformers"),
            "slopes": {str(heads): alibi(heads, 2)[:, 0, 1] for heads in (1, 2, 3, 4, 6, 8, 12, 20, 25, 32, 71)},
            "alibi": [alibi_weights(2, 5, 3, 4), alibi_weights(1, 7, 6, 2)],
            "reach": REACH,
            "buckets": [buckets(both, *size) for both in (True, False) for size in sizes],
            "t5": [
                t5_bias(False, 8, 20, num_heads=3, seq=5, key_seq=7, query_offset=2),
                t5_bias(False, 32, 128, num_heads=2, seq=6, key_seq=3, query_offset=0),
                t5_bias(True, 8, 10, num_heads=2, seq=4, key_seq=9, query_offset=5),
                t5_bias(True, 32, 128, num_heads=2, seq=1, key_seq=40, query_offset=30),
            ],
        },
    )


if __name__ == "__main__":
    main()
