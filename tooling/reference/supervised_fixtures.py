"""What TRL makes of rows of fine-tuning and of preferences, for packages/data.

Rows go through the dataset preparation of `SFTTrainer` and `RewardTrainer`, their collators and `pack_dataset`.
Writes `packages/data/test/fixtures/supervised.json`.

usage: python tooling/reference/supervised_fixtures.py
"""

import json
import re
import tempfile

from datasets import Dataset
from tokenizers import Tokenizer, decoders, models, pre_tokenizers, trainers
from transformers import GPT2Config, GPT2ForSequenceClassification, GPT2LMHeadModel, PreTrainedTokenizerFast
from trl import RewardConfig, RewardTrainer, SFTConfig, SFTTrainer, extract_prompt, pack_dataset
from trl.trainer.sft_trainer import DataCollatorForLanguageModeling

from ashlar_random import RandomStream
from fixtures import REPOSITORY, versions, write_json

TEMPLATES = dict(
    re.findall(
        r"export const (\w+)Template = String\.raw`([^`]*)`",
        (REPOSITORY / "packages/tokenizer/src/chat/templates.ts").read_text(encoding="utf-8"),
    )
)
SPECIAL = ["<|system|>", "<|user|>", "<|assistant|>", "<|end|>", "<|pad|>", "<|im_start|>", "<|im_end|>"]
TEXT = "Where is the stone? The stone is in the yard, on the wall. Who laid it? Anna laid the stone there. "


def trained():
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer = trainers.BpeTrainer(vocab_size=300, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False)
    backend.train_from_iterator([TEXT] * 4, trainer)
    return backend


BACKEND = trained()


def user(text):
    return {"role": "user", "content": text}


def assistant(text):
    return {"role": "assistant", "content": text}


PAIRS = [
    {"prompt": "Where is the stone?", "completion": " In the yard."},
    {"prompt": "Who laid it?", "completion": " Anna, née Ø 🙂."},
    {"prompt": "Where is the stone that Anna laid on the wall in the yard of the house?", "completion": " There."},
    {"prompt": "Ends by itself:", "completion": " yes.<|end|>"},
    {"prompt": "Is it long?", "completion": " It is in the yard, on the wall, in the yard, on the wall, in the yard."},
    {"prompt": "", "completion": "Nobody asked."},
]
CHAT_PAIRS = [
    {"prompt": [user("Where is the stone?")], "completion": [assistant("In the yard.")]},
    {"prompt": [{"role": "system", "content": "Be short."}, user("Who?")], "completion": [assistant("Anna.")]},
    {"prompt": [user("Who?"), assistant("Anna."), user("Where?")], "completion": [assistant("On the wall.")]},
]
CHATS = [
    {"messages": [user("Where is the stone?"), assistant("In the yard.")]},
    {"messages": [user("Who?"), assistant("Anna."), user("Where?"), assistant("On the wall, in the yard.")]},
    {"messages": [user("Where is the stone that Anna laid on the wall in the yard, who laid it?"), assistant("There.")]},
]
TEXTS = [{"text": "The stone is in the yard."}, {"text": "Anna laid it."}]

CASES = [
    {"name": "prompt and completion", "rows": PAIRS, "maxLength": 24},
    {"name": "prompt and completion, padded with EOS", "rows": PAIRS, "maxLength": 64, "pad": "<|end|>"},
    {"name": "the prompt learnt too", "rows": PAIRS, "maxLength": 64, "completionOnlyLoss": False},
    {"name": "text", "rows": TEXTS, "maxLength": 64},
    {"name": "prompt and completion as messages", "rows": CHAT_PAIRS, "maxLength": 64},
    {"name": "prompt and completion as messages, ChatML", "rows": CHAT_PAIRS, "maxLength": 64, "template": "chatml"},
    {"name": "chats", "rows": CHATS, "maxLength": 24, "assistantOnlyLoss": True},
    {"name": "chats, padded with EOS", "rows": CHATS, "maxLength": 64, "assistantOnlyLoss": True, "pad": "<|end|>"},
    {"name": "chats, ChatML", "rows": CHATS, "maxLength": 64, "assistantOnlyLoss": True, "template": "chatml"},
    {"name": "chats, all learnt", "rows": CHATS, "maxLength": 64, "assistantOnlyLoss": False},
]
PREFERENCES = [
    [{"prompt": "Who?", "chosen": " Anna.", "rejected": " Go away, stone."}, {"prompt": "Where?", "chosen": " In the yard.", "rejected": " No."}],
    [{"chosen": "Who? Anna.", "rejected": "Who? Go away."}, {"chosen": "Where? There.", "rejected": "Where? " + "No. " * 20}],
    [
        {"prompt": [user("Who?")], "chosen": [assistant("Anna.")], "rejected": [assistant("Go away, stone.")], "margin": 0.5},
        {"prompt": [user("Where?")], "chosen": [assistant("There.")], "rejected": [assistant("No.")], "margin": 2.0},
    ],
]
EXTRACTED = [
    {"chosen": "The sky is blue.", "rejected": "The sky is green."},
    {"chosen": "The sky is blue", "rejected": "The sky is blue, I think."},
    {"chosen": "blue", "rejected": "green"},
    {"chosen": [user("Who?"), assistant("Anna.")], "rejected": [user("Who?"), assistant("Ben.")]},
]


def tokenizer(pad, template):
    return PreTrainedTokenizerFast(
        tokenizer_object=BACKEND, eos_token="<|end|>", pad_token=pad, chat_template=TEMPLATES[template]
    )


def tiny(kind, processing):
    size = {"vocab_size": len(processing), "n_positions": 64, "n_embd": 4, "n_layer": 1, "n_head": 1}
    return kind(GPT2Config(**size, num_labels=1, pad_token_id=processing.pad_token_id))


def supervised(case):
    processing = tokenizer(case.get("pad", "<|pad|>"), case.get("template", "ashlar"))
    with tempfile.TemporaryDirectory() as folder:
        config = SFTConfig(
            output_dir=folder,
            use_cpu=True,
            bf16=False,
            report_to=[],
            max_length=case["maxLength"],
            completion_only_loss=case.get("completionOnlyLoss"),
            assistant_only_loss=case.get("assistantOnlyLoss", False),
        )
        trainer = SFTTrainer(
            tiny(GPT2LMHeadModel, processing),
            args=config,
            train_dataset=Dataset.from_list(case["rows"]),
            processing_class=processing,
        )
        examples = [{"input_ids": row["input_ids"], "labels": row["labels"]} for row in trainer.train_dataset]
        batch = trainer.data_collator(examples)
    packed = pack_dataset(Dataset.from_list(examples), case["maxLength"], "bfd")
    flat = DataCollatorForLanguageModeling(processing.pad_token_id, padding_free=True)
    return case | {
        "padTokenId": processing.pad_token_id,
        "examples": [{"inputIds": row["input_ids"], "labels": row["labels"]} for row in examples],
        "batch": {"inputIds": batch["input_ids"], "labels": batch["labels"], "mask": batch["attention_mask"]},
        "packed": [packed_row(flat([row]), row) for row in packed],
    }


def packed_row(batch, row):
    ids, labels, positions = (batch[name][0] for name in ("input_ids", "labels", "position_ids"))
    return {"inputIds": ids, "labels": labels, "positions": positions, "lengths": row["seq_lengths"]}


def preferences(rows):
    processing = tokenizer("<|pad|>", "ashlar")
    with tempfile.TemporaryDirectory() as folder:
        config = RewardConfig(output_dir=folder, use_cpu=True, bf16=False, report_to=[], max_length=24)
        trainer = RewardTrainer(
            tiny(GPT2ForSequenceClassification, processing),
            args=config,
            train_dataset=Dataset.from_list(rows),
            processing_class=processing,
        )
        batch = trainer.data_collator(list(trainer.train_dataset))
    return {"rows": rows, "maxLength": 24, "padTokenId": processing.pad_token_id} | {
        "batch": {"inputIds": batch["input_ids"], "mask": batch["attention_mask"], "margins": batch.get("margin")}
    }


def packing(lengths, capacity):
    rows = pack_dataset(Dataset.from_dict({"input_ids": [[i] * n for i, n in enumerate(lengths)]}), capacity, "bfd")
    return {"lengths": lengths, "capacity": capacity, "rows": [documents(row) for row in rows]}


def documents(row):
    """Which documents lie in a row: every token is the number of its document."""
    found, at = [], 0
    for length in row["seq_lengths"]:
        found.append(row["input_ids"][at])
        at += length
    return found


def random_lengths(seed, count, most):
    return [int(u * most) + 1 for u in RandomStream(seed, "lengths").uniform(range(count))]


def permutation(seed, epoch, size):
    """Fisher-Yates from the end, by `uniform(epoch * size + k)` of the stream `data/rows`."""
    stream, order = RandomStream(seed, "data/rows"), list(range(size))
    for k in range(size - 1, 0, -1):
        other = int(stream.uniform([epoch * size + k])[0] * (k + 1))
        order[k], order[other] = order[other], order[k]
    return {"seed": seed, "epoch": epoch, "size": size, "order": order}


def main():
    write_json(
        REPOSITORY / "packages/data/test/fixtures/supervised.json",
        {
            "source": "tooling/reference/supervised_fixtures.py",
            "versions": versions("trl", "transformers", "tokenizers", "datasets"),
            "tokenizer": json.loads(BACKEND.to_str()),
            "supervised": [supervised(case) for case in CASES],
            "preferences": [preferences(rows) for rows in PREFERENCES],
            "extracted": [{"row": row, "explicit": extract_prompt(row)} for row in EXTRACTED],
            "packing": [
                packing([5, 4, 3, 3, 2, 1], 6),
                packing([9, 1, 0, 7, 7, 2], 7),
                packing(random_lengths(1, 40, 16), 16),
                packing(random_lengths(2, 60, 40), 32),
            ],
            "permutations": [permutation(1337, 0, 7), permutation(1337, 3, 7), permutation(2**40 + 1, 1, 12)],
        },
    )


if __name__ == "__main__":
    main()
