"""The job that `apps/bench/src/prepare.ts` writes for every competitor: its description and its weights."""

import json

import numpy as np
import torch

from gpt import GptConfig


def read_job(folder):
    """`job.json` of `folder`, and the weights by path, [out, in]."""
    job = json.loads((folder / "job.json").read_text())
    floats = torch.from_numpy(np.fromfile(folder / "weights.bin", dtype="<f4"))
    return job, {
        p["path"]: floats[p["offset"] : p["offset"] + int(np.prod(p["shape"]))].view(p["shape"]) for p in job["parameters"]
    }


def config_of(job):
    model = job["model"]
    return GptConfig(
        model["vocabSize"], model["contextLength"], model["hiddenSize"], model["numLayers"], model["numHeads"], model["bias"]
    )
