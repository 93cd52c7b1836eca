"""Gives every refusal the one shape of docs/contract.md, and says of every reply where it is simulated.

BentoML has three shapes of its own: `{"error", "detail": […]}` for a body that is not what the method takes, a LIST with
one `{"error"}` for what a method refuses, and plain text for paths and methods that there are none of.
"""

import json
from typing import Any, Callable

PATHS = ("/embed", "/rerank", "/chat")
MOST_BYTES = 32 * 2**20
#: A caller that is still sending would not read a reply: so much is read and dropped first.
MOST_DROPPED = 64 * 2**20

CODES = {
    400: "refused",
    404: "unknown_model",
    405: "wrong_method",
    413: "too_large",
    415: "wrong_content_type",
    500: "internal",
    501: "not_served",
    503: "engine_unavailable",
    504: "engine_timeout",
}


def shaped(status: int, path: str, body: bytes) -> dict[str, Any]:
    """What BentoML says of a refusal, in the contract's words."""
    try:
        said = json.loads(body)
    except ValueError:
        said = {"error": body.decode(errors="replace").strip()}
    if isinstance(said, list) and said:
        said = said[0]
    detail = said.get("detail") if isinstance(said, dict) else None
    if isinstance(detail, list) and detail:
        field = ".".join(map(str, detail[0].get("loc", ()))) or None
        return {"error": f"{field or 'The body'}: {detail[0].get('msg')}", "code": "invalid", "field": field}
    error = said.get("error") if isinstance(said, dict) else None
    if status == 404 and path not in PATHS:
        return {"error": f"There is no path {path}", "code": "unknown_path", "field": None}
    if status == 501:
        error = "This stack has no server for this path"  # BentoML keeps the reason of any 5xx to its log
    return {"error": error or f"HTTP status {status}", "code": CODES.get(status, "internal"), "field": None}


class OneShape:
    """ASGI, inside BentoML's own time limit and access log, outside its routes."""

    def __init__(self, app: Any, ready: Callable[[], bool], simulated: bool) -> None:
        self._app, self._ready, self._simulated = app, ready, simulated

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        path, evidence = scope["path"], [(b"x-cutover-evidence", b"simulated")] if self._simulated else []
        held: dict[str, Any] | None = None
        said = b""

        async def shape(message: Any) -> None:
            nonlocal held, said
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *evidence]}
                if message["status"] >= 400 and path != "/health":
                    held = message
                    return
            elif held is not None and message["type"] == "http.response.body":
                said += message.get("body", b"")
                if not message.get("more_body"):
                    await refuse(send, held["status"], shaped(held["status"], path, said), held["headers"])
                return
            await send(message)

        if path not in PATHS or scope["method"] != "POST":
            return await self._app(scope, receive, shape)
        headers = dict(scope["headers"])
        if not self._ready():
            reason = {"error": "The models are being loaded", "code": CODES[503], "field": None}
            return await refuse(send, 503, reason, [*evidence, (b"retry-after", b"5")])
        if headers.get(b"content-type", b"").split(b";")[0].strip().lower() != b"application/json":
            reason = {"error": "Send JSON: content-type: application/json", "code": CODES[415], "field": None}
            return await refuse(send, 415, reason, evidence)
        body = await read(receive)
        if body is None:
            reason = {"error": f"The body is over {MOST_BYTES} bytes", "code": CODES[413], "field": None}
            return await refuse(send, 413, reason, [*evidence, (b"connection", b"close")])
        if not body.strip():
            # BentoML would take it for {}.
            reason = {"error": "The body is empty", "code": "invalid", "field": None}
            return await refuse(send, 400, reason, evidence)
        whole = iter([{"type": "http.request", "body": body, "more_body": False}])

        async def again() -> Any:
            return next(whole, None) or await receive()

        await self._app(scope, again, shape)


async def read(receive: Any) -> bytes | None:
    """The body; None where it is too large, and has then been dropped."""
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] != "http.request":
            return b""  # the caller is gone
        size += len(message.get("body", b""))
        if size <= MOST_BYTES:
            parts.append(message.get("body", b""))
        if not message.get("more_body") or size > MOST_DROPPED:
            return b"".join(parts) if size <= MOST_BYTES else None


async def refuse(send: Any, status: int, reason: dict[str, Any], headers: list[tuple[bytes, bytes]]) -> None:
    body = json.dumps(reason).encode()
    kept = [(name, value) for name, value in headers if name.lower() not in (b"content-type", b"content-length")]
    fresh = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": [*kept, *fresh]})
    await send({"type": "http.response.body", "body": body})
