#!/usr/bin/env python3
"""Makes the new weights of the suite weight-sync: a LoRA adapter for a model's folder, or a second folder of the same shapes.

  make-weights.py lora  OUT --model FOLDER [--seed 7] [--rank 16]
  make-weights.py model OUT --model FOLDER [--seed 7]

Random weights from a seed: what an engine does to load them does not depend on their values, and an answer of theirs is
another one beyond doubt. Needs Python 3.9 and nothing else: an adapter in PEFT's format is a JSON file and a safetensors
file, which is a header in JSON and the bytes of each tensor.
"""
import argparse
import json
import random
import shutil
import struct
from pathlib import Path

PIECE = 1 << 24

# The high byte of a 16-bit number has its sign and the upper bits of its exponent. With that byte one of two and the low
# byte any, a number is + or - and lies in one or two octaves; its root mean square is told behind it.
HIGH = {
    ("BF16", "weight"): 0x3C,  # 0.0078 to 0.031, 0.018: as models are initialised (0.02)
    ("F16", "weight"): 0x24,  # 0.0156 to 0.0195, 0.018
    ("BF16", "adapter"): 0x3D,  # 0.031 to 0.125, 0.072: see write_adapter
}


def numbers(source, count, high):
    """Random 16-bit numbers, piece by piece, as bytes."""
    signs = bytes(high | (byte & 0x80) for byte in range(256))
    while count > 0:
        size = min(count, PIECE)
        piece = bytearray(2 * size)
        piece[0::2] = source.randbytes(size)
        piece[1::2] = source.randbytes(size).translate(signs)
        yield piece
        count -= size


def write_safetensors(path, header, pieces):
    head = json.dumps(header, separators=(",", ":")).encode()
    head += b" " * (-len(head) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(head)) + head)
        for piece in pieces:
            file.write(piece)


def write_adapter(out, model, seed, rank):
    config = json.loads((model / "config.json").read_text())
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    size = config.get("head_dim") or hidden // config["num_attention_heads"]
    queries, keys = config["num_attention_heads"] * size, config["num_key_value_heads"] * size
    shapes = {
        "self_attn.q_proj": (queries, hidden),
        "self_attn.k_proj": (keys, hidden),
        "self_attn.v_proj": (keys, hidden),
        "self_attn.o_proj": (hidden, queries),
        "mlp.gate_proj": (inner, hidden),
        "mlp.up_proj": (inner, hidden),
        "mlp.down_proj": (hidden, inner),
    }
    tensors, at = {}, 0
    for layer in range(config["num_hidden_layers"]):
        for name, (rows, columns) in shapes.items():
            for part, shape in (("A", [rank, columns]), ("B", [rows, rank])):
                end = at + 2 * shape[0] * shape[1]
                key = f"base_model.model.model.layers.{layer}.{name}.lora_{part}.weight"
                tensors[key] = {"dtype": "BF16", "shape": shape, "data_offsets": [at, end]}
                at = end
    # alpha/rank x sqrt(rank) x 0.072 x 0.072 is 0.04 at rank 16: twice as strong as the weights that it is added to.
    (out / "adapter_config.json").write_text(
        json.dumps(
            {
                "peft_type": "LORA",
                "task_type": "CAUSAL_LM",
                "base_model_name_or_path": str(model),
                "r": rank,
                "lora_alpha": 2 * rank,
                "lora_dropout": 0.0,
                "bias": "none",
                "fan_in_fan_out": False,
                "inference_mode": True,
                "modules_to_save": None,
                "target_modules": [name.split(".")[1] for name in shapes],
                "use_dora": False,
                "use_rslora": False,
            },
            indent=1,
        )
    )
    header = {"__metadata__": {"format": "pt"}, **tensors}
    source = random.Random(seed)
    write_safetensors(out / "adapter_model.safetensors", header, numbers(source, at // 2, HIGH["BF16", "adapter"]))


def read_header(path):
    with open(path, "rb") as file:
        (size,) = struct.unpack("<Q", file.read(8))
        return json.loads(file.read(size)), 8 + size


def others(path, source):
    """The tensors of a file in their order: matrices are drawn anew; norms and biases are as they were."""
    header, begin = read_header(path)
    tensors = sorted((t["data_offsets"], name, t) for name, t in header.items() if name != "__metadata__")
    with open(path, "rb") as file:
        for (at, end), name, tensor in tensors:
            high = HIGH.get((tensor["dtype"], "weight"))
            if len(tensor["shape"]) < 2:
                file.seek(begin + at)
                yield file.read(end - at)
            elif high is None:
                raise SystemExit(f"{path}: {name} is {tensor['dtype']}; only BF16 and F16 can be drawn, not what is quantised")
            else:
                yield from numbers(source, (end - at) // 2, high)


def write_model(out, model, seed):
    source = random.Random(seed)
    for path in sorted(model.iterdir()):
        if path.suffix == ".safetensors":
            write_safetensors(out / path.name, read_header(path)[0], others(path, source))
        elif path.is_file():
            shutil.copy(path, out)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("what", choices=["lora", "model"])
    parser.add_argument("out", type=Path)
    parser.add_argument("--model", type=Path, required=True, help="folder of the model that is served, with its config.json")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--rank", type=int, default=16)
    given = parser.parse_args()
    given.out.mkdir(parents=True, exist_ok=True)
    if given.what == "lora":
        write_adapter(given.out, given.model, given.seed, given.rank)
    else:
        write_model(given.out, given.model, given.seed)
    print(given.out)


main()
