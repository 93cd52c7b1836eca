"""Takes memory of the first GPU and holds it, as a leak of an engine would: `vram-hog.py <MiB per second>`, or `all` for what is free.

Run by the keeper with the stack's own Python (strike `leak` and `fill-memory`). It ends with its parent's kill, or of a full card
it goes on holding what it has: the engine beside it is the one that must fail.
"""

import sys
import time

import torch

MIB = 2**20
STEP_SECONDS = 0.1


def take(mib: int) -> "torch.Tensor | None":
    try:
        return torch.empty(mib * MIB, dtype=torch.uint8, device="cuda:0").fill_(1)
    except torch.OutOfMemoryError:
        return None


def main() -> None:
    held = []
    print("holding", flush=True)
    if sys.argv[1] == "all":
        # Halving: the largest pieces first, down to one that nobody can use.
        size = torch.cuda.mem_get_info()[0] // MIB
        while size >= 2:
            piece = take(size)
            if piece is None:
                size //= 2
            else:
                held.append(piece)
    else:
        per_step = max(2, round(float(sys.argv[1]) * STEP_SECONDS))
        while (piece := take(per_step)) is not None:
            held.append(piece)
            time.sleep(per_step / float(sys.argv[1]))
    torch.cuda.synchronize()
    while True:
        time.sleep(3600)


main()
