"""A tiny GPT-2 with LoRA adapters, saved by peft, and what peft computes with them.

Writes to `packages/lora/test/fixtures/`: the base model `base/`, three adapters `adapter/` (all linears, a rank and an alpha
of their own for some), `adapter-rslora/` (one linear of one layer, rsLoRA) and `adapter-dora/` (DoRA, with the last norm
trained whole), and `lora.json` with their logits, losses and gradients, and a single linear worked out by hand-sized
numbers.
"""

import json
import shutil

import torch
from peft import LoraConfig, get_peft_model
from peft.tuners.lora import LoraModel
from transformers import GPT2Config, GPT2LMHeadModel

from fixtures import REPOSITORY, versions, write_json

FOLDER = REPOSITORY / "packages/lora/test/fixtures"
CONFIG = dict(vocab_size=40, n_positions=12, n_embd=16, n_layer=2, n_head=2, bos_token_id=39, eos_token_id=39)
ADAPTERS = {
    "adapter": dict(
        r=4,
        lora_alpha=6,
        lora_dropout=0.1,
        target_modules=["c_attn", "c_proj", "c_fc"],
        rank_pattern={"h.1.attn.c_proj": 2},
        alpha_pattern={"c_fc": 3},
    ),
    "adapter-rslora": dict(r=4, lora_alpha=6, target_modules=r".*\.h\.1\.attn\.c_attn", use_rslora=True),
    "adapter-dora": dict(
        r=3, lora_alpha=6, target_modules=["c_attn", "mlp.c_proj"], use_dora=True, modules_to_save=["ln_f"]
    ),
}


def randomize(named_parameters, std):
    for name, parameter in named_parameters:
        gain = "ln_" in name and name.endswith("weight")
        torch.nn.init.normal_(parameter, 1.0 if gain else 0.0, std)


def base_model():
    torch.manual_seed(0)
    model = GPT2LMHeadModel(GPT2Config(**CONFIG))
    randomize(model.named_parameters(), 0.3)
    return model.eval()


def save(model, folder):
    """As `save_pretrained`, but with the set of targets in a fixed order and without the model card."""
    model.save_pretrained(folder)
    (folder / "README.md").unlink()
    path = folder / "adapter_config.json"
    config = json.loads(path.read_text())
    for name in ("target_modules", "modules_to_save"):
        if isinstance(config[name], list):
            config[name].sort()
    path.write_text(json.dumps(config, indent=2) + "\n")


def saved_name(name):
    """A parameter's name in adapter_model.safetensors."""
    name = name.replace(".modules_to_save.default", "").replace(".default", "")
    return name.replace("lora_magnitude_vector.weight", "lora_magnitude_vector")


def adapter(name, settings, ids):
    torch.manual_seed(1)
    model = get_peft_model(base_model(), LoraConfig(task_type="CAUSAL_LM", fan_in_fan_out=True, **settings)).eval()
    trained = [(n, p) for n, p in model.named_parameters() if p.requires_grad]
    lengths = [p for n, p in trained if "magnitude" in n]
    randomize(((n, p) for n, p in trained if "magnitude" not in n), 0.2)
    with torch.no_grad():
        for p in lengths:
            p.mul_(1 + 0.2 * torch.randn_like(p))
    save(model, FOLDER / name)
    output = model(ids, labels=ids)
    output.loss.backward()
    gradients = {saved_name(n): p.grad for n, p in model.named_parameters() if p.grad is not None}
    with torch.no_grad():
        with model.disable_adapter():
            base = model(ids).logits
        merged = model.merge_and_unload()(ids).logits
    difference = (merged - output.logits).abs().max().item()
    assert difference < 1e-4, f"merging moves the logits by {difference}"
    return {
        "logits": output.logits,
        "loss": output.loss,
        "gradients": {n: {"norm": g.norm(), "first": g.flatten()[:6]} for n, g in sorted(gradients.items())},
    }, base


def one_linear():
    """`y` for one input, the change of the weight, and the weight after merging and unmerging."""
    values = {
        "weight": [[1.0, 2.0, 3.0], [-1.0, 0.5, 2.0]],
        "bias": [0.1, -0.1],
        "a": [[0.1, 0.2, 0.3], [-0.1, 0.0, 0.1]],
        "b": [[0.5, -0.5], [0.2, 0.4]],
        "x": [[1.0, -1.0, 2.0]],
        "rank": 2,
        "alpha": 4,
    }
    tensor = {name: torch.tensor(values[name]) for name in ("weight", "bias", "a", "b", "x")}
    found = {}
    for name, kind in (("lora", {}), ("rslora", {"use_rslora": True}), ("dora", {"use_dora": True})):
        holder = torch.nn.ModuleDict({"linear": torch.nn.Linear(3, 2)})
        config = LoraConfig(r=2, lora_alpha=4, target_modules=["linear"], **kind)
        layer = LoraModel(holder, config, "default").model["linear"]
        with torch.no_grad():
            layer.base_layer.weight.copy_(tensor["weight"])
            layer.base_layer.bias.copy_(tensor["bias"])
            layer.lora_A["default"].weight.copy_(tensor["a"])
            layer.lora_B["default"].weight.copy_(tensor["b"])
            found[name] = {"scale": layer.scaling["default"], "delta": layer.get_delta_weight("default")}
            if name == "dora":
                magnitude = tensor["weight"].norm(dim=1)
                layer.lora_magnitude_vector["default"].weight.copy_(magnitude)
                found[name]["magnitude"] = magnitude
            found[name]["y"] = layer(tensor["x"])
            layer.merge()
            found[name]["merged"] = layer.base_layer.weight.clone()
            layer.unmerge()
            found[name]["unmergeError"] = (layer.base_layer.weight - tensor["weight"]).abs().max()
    return values | found


def main():
    torch.set_num_threads(1)
    shutil.rmtree(FOLDER, ignore_errors=True)
    base_model().save_pretrained(FOLDER / "base")
    (FOLDER / "base" / "generation_config.json").unlink()
    torch.manual_seed(2)
    ids = torch.randint(0, CONFIG["vocab_size"] - 1, (2, 9))
    found = {}
    for name, settings in ADAPTERS.items():
        found[name], base = adapter(name, settings, ids)
    write_json(
        FOLDER / "lora.json",
        {
            "versions": versions("torch", "transformers", "peft"),
            "inputIds": ids,
            "baseLogits": base,
            "adapters": found,
            "oneLinear": one_linear(),
        },
    )


if __name__ == "__main__":
    main()
