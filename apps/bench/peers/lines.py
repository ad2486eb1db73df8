"""The protocol of `src/protocol.ts`: one JSON object a line."""

import json
import sys
import time


def milliseconds(since):
    return (time.perf_counter() - since) * 1000


def send(reply):
    print(json.dumps(reply), flush=True)


def requests():
    for line in sys.stdin:
        request = json.loads(line)
        if request["type"] == "exit":
            return
        yield request
