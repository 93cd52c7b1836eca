"""The service before the migration: chat, embeddings and ranking in one BentoML service on :3001 (docs/contract.md).

Started by serve.py, which puts the settings into the environment. `CUTOVER_MODELS=hashed` puts a tiny stand-in in the
models' place, for machines without a GPU; its replies say that they are simulated.
"""

import json
import os
from typing import Annotated

import bentoml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from loading import Loading
from one_shape import OneShape
from refused import NotServed, UnknownModel


def not_blank(text: str) -> str:
    if not text.strip():
        raise ValueError("is empty or only white space")
    return text


Saying = Annotated[str, AfterValidator(not_blank)]
#: The largest whole number that JSON carries everywhere.
Count = Annotated[int, Field(le=2**53 - 1)]
#: Texts, documents or messages of one request, as docs/contract.md says.
MOST_ITEMS = 10_000


class Body(BaseModel):
    # A number is no text and a text no number; fields that are not here are ignored.
    model_config = ConfigDict(strict=True)

    model: str | None = None


class EmbedRequest(Body):
    texts: list[Saying] = Field(min_length=1, max_length=MOST_ITEMS)


class RerankRequest(Body):
    query: Saying
    documents: list[Saying] = Field(min_length=1, max_length=MOST_ITEMS)
    top_n: Annotated[Count, Field(ge=0)] | None = None


class ChatMessage(BaseModel):
    model_config = ConfigDict(strict=True)

    role: Saying
    content: str


class ChatRequest(Body):
    messages: list[ChatMessage] = Field(min_length=1, max_length=MOST_ITEMS)
    max_tokens: Annotated[Count, Field(ge=1)] = 1024
    temperature: float = Field(default=0.7, ge=0, allow_inf_nan=False)


class EmbedResponse(BaseModel):
    embeddings: list[list[float]]
    model: str
    usage: dict[str, int]


class RerankResult(BaseModel):
    index: int
    score: float
    text: str


class RerankResponse(BaseModel):
    results: list[RerankResult]
    model: str


class ChatResponse(BaseModel):
    content: str
    model: str
    usage: dict[str, int]


#: None where the stack has no such model.
names = {
    "llm": os.environ.get("LLM_MODEL") or None,
    "embedding": os.environ.get("EMBEDDING_MODEL") or None,
    "rerank": os.environ.get("RERANK_MODEL") or None,
}
simulated = os.environ.get("CUTOVER_MODELS") == "hashed"


def load_models():
    # Imported here: both take long, and one of them needs what the other's machine lacks.
    if simulated:
        from hashed_models import HashedModels

        return HashedModels()
    from real_models import RealModels

    return RealModels(**names, llm_arguments=json.loads(os.environ.get("LLM_ARGUMENTS", "{}")))


loading = Loading(load_models)
#: One for each chat, text and document that was answered: what the engine's side has to say when requests are accounted for.
finished = bentoml.metrics.Counter("finished_sequences", "Chats, texts and documents answered", labelnames=["role"])


def served(role: str, asked: str | None) -> str:
    """The model of a role; refuses another one that was asked for."""
    name = names[role]
    if name is None:
        raise NotServed(f"This stack has no {role} model")
    if asked is not None and asked != name:
        raise UnknownModel(f"The model {asked!r} is not served here; {name!r} is")
    return name


async def health(_: Request) -> JSONResponse:
    ready = loading.models is not None
    body = {"status": "healthy" if ready else "unhealthy", "framework": "bentoml", "models": names}
    return JSONResponse(body, status_code=200 if ready else 503)


# BentoML's own routes all take POST, so that GET /health is a page that is mounted beside them. At the root: mounted at
# /health it would be /health/ and the path itself a redirect.
@bentoml.asgi_app(Starlette(routes=[Route("/health", health, methods=["GET"])]), path="/")
@bentoml.service(
    name="search-inference",
    traffic={"timeout": int(os.environ.get("SERVICE_TIMEOUT", "300"))},
    threads=int(os.environ.get("SERVICE_THREADS", "1")),
)
class SearchInference:
    # BentoML gives a worker no requests before its constructor is through: loading there would leave whoever asks for
    # /health without a reply instead of with 503.
    def __init__(self) -> None:
        for role in ("chat", "embed", "rerank"):
            finished.labels(role=role)  # from now on a count of 0, not none
        loading.start()

    # `/`: a parameter by position takes the whole body, one by name would be a field of it.
    @bentoml.api
    def embed(self, request: EmbedRequest, /) -> EmbedResponse:
        model = served("embedding", request.model)
        vectors, tokens = loading.models.embed(request.texts)
        finished.labels(role="embed").inc(len(request.texts))
        return EmbedResponse(embeddings=vectors, model=model, usage={"total_tokens": tokens})

    @bentoml.api
    def rerank(self, request: RerankRequest, /) -> RerankResponse:
        model = served("rerank", request.model)
        scores = loading.models.score(request.query, request.documents)
        best = sorted(range(len(scores)), key=lambda index: -scores[index])[: request.top_n or None]
        results = [RerankResult(index=at, score=scores[at], text=request.documents[at]) for at in best]
        finished.labels(role="rerank").inc(len(request.documents))
        return RerankResponse(results=results, model=model)

    @bentoml.api
    def chat(self, request: ChatRequest, /) -> ChatResponse:
        model = served("llm", request.model)
        messages = [message.model_dump() for message in request.messages]
        content, prompt, completion = loading.models.chat(messages, request.max_tokens, request.temperature)
        usage = {"prompt_tokens": prompt, "completion_tokens": completion, "total_tokens": prompt + completion}
        finished.labels(role="chat").inc()
        return ChatResponse(content=content, model=model, usage=usage)

    @bentoml.on_shutdown
    def stop(self) -> None:
        loading.stop()


SearchInference.add_asgi_middleware(OneShape, ready=lambda: loading.models is not None, simulated=simulated)
