"""Opens tokenizers written by Ashlar with Hugging Face's `tokenizers`, and compares ids and texts.

    python check_tokenizers.py FOLDER

Every `*.json` of the folder holds `tokenizer` (the tokenizer.json), `texts`, `ids` (special tokens of the text allowed, those
of the post-processor added) and `decoded`, the text of each list of ids. Prints one JSON object, exit status 1 where
anything differs.
"""

import json
import sys
from importlib.metadata import version
from pathlib import Path

from tokenizers import Tokenizer


def differences(case):
    """The texts whose ids or decoded texts are not the same."""
    tokenizer = Tokenizer.from_str(json.dumps(case["tokenizer"]))
    found = []
    for text, ids, decoded in zip(case["texts"], case["ids"], case["decoded"], strict=True):
        theirs = tokenizer.encode(text).ids
        if theirs != ids:
            found.append({"text": text, "ours": ids, "theirs": theirs})
        elif (back := tokenizer.decode(ids, skip_special_tokens=False)) != decoded:
            found.append({"text": text, "ours": decoded, "theirs": back})
    return found


def main():
    report = {"tokenizers": version("tokenizers"), "files": 0, "texts": 0, "differences": {}}
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
        case = json.loads(path.read_text(encoding="utf-8"))
        report["files"] += 1
        report["texts"] += len(case["texts"])
        if found := differences(case):
            report["differences"][path.stem] = {"count": len(found), "first": found[0]}
    print(json.dumps(report, ensure_ascii=False))
    sys.exit(1 if report["differences"] else 0)


if __name__ == "__main__":
    main()
