"""Stands in for the models where there is no GPU: hashed bags of words. Deterministic, quick, and knows no language."""

import math
import os
import time
from itertools import cycle, islice
from zlib import crc32

from refused import Refused

DIMENSIONS = 256
#: Words, as those of bge-base are tokens: what comes after them is not read.
EMBED_WORDS = 512
#: Of prompt and answer together.
CONTEXT_WORDS = 8192


def vector_of(text: str) -> list[float]:
    """Of length 1, with no number below 0."""
    counts = [0] * DIMENSIONS
    for word in text.split()[:EMBED_WORDS]:
        counts[crc32(word.encode()) % DIMENSIONS] += 1
    length = math.sqrt(sum(count * count for count in counts)) or 1.0
    return [count / length for count in counts]


class HashedModels:
    def __init__(self) -> None:
        """Loading takes its time, as that of models does, where a rehearsal wants it to."""
        time.sleep(float(os.environ.get("CUTOVER_LOAD_SECONDS", "0")))

    def embed(self, texts: list[str]) -> tuple[list[list[float]], int]:
        return [vector_of(text) for text in texts], sum(len(text.split()[:EMBED_WORDS]) for text in texts)

    def score(self, query: str, documents: list[str]) -> list[float]:
        """Cosines, which lie from 0 to 1 here."""
        asked = vector_of(query)
        return [min(1.0, sum(a * b for a, b in zip(asked, vector_of(text)))) for text in documents]

    def chat(self, messages: list[dict[str, str]], max_tokens: int, temperature: float) -> tuple[str, int, int]:
        """Repeats the last message until it has said `max_tokens` words or the context is full."""
        prompt = sum(len(f"{message['role']} {message['content']}".split()) for message in messages)
        if prompt >= CONTEXT_WORDS:
            raise Refused(f"The prompt has {prompt} tokens, and the context {CONTEXT_WORDS}")
        words = messages[-1]["content"].split() or ["silence"]
        said = list(islice(cycle(words), min(max_tokens, CONTEXT_WORDS - prompt)))
        return " ".join(said), prompt, len(said)
