"""Starts the service in this very process: `python serve.py --port 3001 --llm-model … [flags of vLLM's LLM]`.

It runs the worker program that `bentoml serve` starts, without the supervisor (circus) that stands above it there. That
supervisor puts its workers into sessions of their own, starts a dead one again and waits a day for a slow one: whoever
started it could neither see that the service died nor be sure that it is gone.
"""

import argparse
import json
import os
import socket
import sys


def llm_arguments(words: list[str]) -> dict[str, object]:
    """`--max-model-len 4096 --enable-chunked-prefill --no-x` → {max_model_len: 4096, enable_chunked_prefill: True, x: False}."""
    found: dict[str, object] = {}
    rest = list(words)
    while rest:
        flag = rest.pop(0)
        if not flag.startswith("--"):
            sys.exit(f"error: unrecognized arguments: {flag}")
        name = flag[2:].replace("-", "_")
        if rest and not rest[0].startswith("--"):
            found[name] = value_of(rest.pop(0))
        elif name.startswith("no_"):
            found[name[3:]] = False
        else:
            found[name] = True
    return found


def value_of(word: str) -> object:
    try:
        return json.loads(word)
    except json.JSONDecodeError:
        return word


def whole(model: str) -> str:
    """A folder by its whole path: the worker has another working folder. Names at the hub stay as they are."""
    return os.path.abspath(model) if os.path.isdir(model) else model


def main() -> None:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=3001)
    parser.add_argument("--llm-model", default="")
    parser.add_argument("--embedding-model", default="")
    parser.add_argument("--rerank-model", default="")
    parser.add_argument("--timeout", type=int, default=300, help="seconds until BentoML gives a request up")
    parser.add_argument("--threads", type=int, default=1, help="requests that are worked on at once; BentoML's default")
    own, rest = parser.parse_known_args()

    os.environ.update(
        LLM_MODEL=whole(own.llm_model),
        EMBEDDING_MODEL=whole(own.embedding_model),
        RERANK_MODEL=whole(own.rerank_model),
        LLM_ARGUMENTS=json.dumps(llm_arguments(rest)),
        SERVICE_TIMEOUT=str(own.timeout),
        SERVICE_THREADS=str(own.threads),
        BENTOML_DO_NOT_TRACK="True",
    )
    os.chdir(os.path.dirname(os.path.abspath(__file__)))
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((own.host, own.port))
    listener.set_inheritable(False)

    # BentoML reads its settings while it is imported.
    from _bentoml_impl.worker.service import main as worker
    from bentoml.serving import ensure_prometheus_dir

    os.environ["PROMETHEUS_MULTIPROC_DIR"] = ensure_prometheus_dir()
    words = ["service:SearchInference", "--fd", str(listener.detach()), "--worker-id", "1"]
    # Answers under way are finished; the grace of cutover's engine `bentoml` is longer.
    worker([*words, "--timeout-graceful-shutdown", "20"])


if __name__ == "__main__":  # vLLM's own processes import this file again
    main()
