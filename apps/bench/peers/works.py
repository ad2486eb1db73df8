"""Works of the suite in Python libraries, on one thread: `works.py FOLDER torch|tiktoken|tokenizers`. Speaks the protocol of
`src/protocol.ts`; `src/works/folder.ts` says what the folder holds."""

import base64
import json
import sys
import time
from pathlib import Path

from lines import milliseconds, requests, send

FOLDER, LIBRARY = Path(sys.argv[1]), sys.argv[2]
WORKS = json.loads((FOLDER / "works.json").read_text())


def text_of(work):
    return (FOLDER / work["text"]).read_text(encoding="utf-8")


def torch_worker(work):
    import numpy as np
    import torch

    torch.set_num_threads(1)
    floats = torch.from_numpy(np.fromfile(FOLDER / "operands.bin", dtype="<f4"))

    def operand(name):
        shape, offset = work[name]["shape"], work[name]["offset"]
        x = floats[offset : offset + int(np.prod(shape))].view(shape)
        return x.transpose(-1, -2) if work[f"transpose{name.upper()}"] else x

    a, b = operand("a"), operand("b")
    return lambda: torch.matmul(a, b), lambda c: c.flatten().tolist()


def tiktoken_worker(work):
    import tiktoken

    lines = (FOLDER / work["ranks"]).read_text().split("\n")
    ranks = {base64.b64decode(token): int(rank) for token, rank in (line.split() for line in lines if line)}
    # GPT-2's pattern
    pattern = r"""'(?:[sdmt]|ll|ve|re)| ?\p{L}++| ?\p{N}++| ?[^\s\p{L}\p{N}]++|\s++$|\s+(?!\S)|\s"""
    encoding = tiktoken.Encoding("suite", pat_str=pattern, mergeable_ranks=ranks, special_tokens={})
    text = text_of(work)
    return lambda: encoding.encode_ordinary(text), lambda ids: ids


def tokenizers_worker(work):
    from tokenizers import Tokenizer, models, pre_tokenizers, trainers

    text = text_of(work)
    if work["kind"] == "encode":
        tokenizer = Tokenizer.from_file(str(FOLDER / work["tokenizer"]))
        return lambda: tokenizer.encode(text), lambda encoding: encoding.ids

    def train():
        tokenizer = Tokenizer(models.BPE())
        tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        options = {"vocab_size": work["vocabSize"], "initial_alphabet": alphabet, "show_progress": False}
        tokenizer.train_from_iterator([text], trainers.BpeTrainer(**options))
        return tokenizer

    return train, lambda tokenizer: [" ".join(pair) for pair in json.loads(tokenizer.to_str())["model"]["merges"]]


WORKERS = {"torch": torch_worker, "tiktoken": tiktoken_worker, "tokenizers": tokenizers_worker}


def main():
    since = time.perf_counter()
    version = __import__(LIBRARY).__version__
    send({"type": "ready", "versions": {LIBRARY: version}, "setupMs": milliseconds(since)})
    workers, last = {}, {}
    for request in requests():
        name = request["work"]
        if name not in workers:
            workers[name] = WORKERS[LIBRARY](WORKS[name])
        run, outcome = workers[name]
        if request["type"] == "do":
            since = time.perf_counter()
            for _ in range(request["count"]):
                last[name] = run()
            send({"type": "did", "ms": milliseconds(since)})
        else:
            send({"type": "outcome", "values": outcome(last[name])})


if __name__ == "__main__":
    main()
