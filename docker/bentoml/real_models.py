"""The models themselves: chat by vLLM's `LLM`, embeddings and ranking by sentence-transformers."""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

from refused import Refused


class RealModels:
    def __init__(
        self, llm: str | None, embedding: str | None, rerank: str | None, llm_arguments: dict[str, Any]
    ) -> None:
        # `LLM` is made for one caller: it is loaded and used in one thread, however many BentoML has.
        self._chat_thread = ThreadPoolExecutor(1, "chat")
        # Their tokenizers are not made for several threads either.
        self._encoding = Lock()
        self._llm: Any = None
        # vLLM first: its share of the card must be free when it starts.
        if llm is not None:
            self._chat_thread.submit(self._load_llm, llm, llm_arguments).result()
        if embedding is not None:
            from sentence_transformers import SentenceTransformer

            self._embedder = SentenceTransformer(embedding)
        if rerank is not None:
            from sentence_transformers import CrossEncoder

            self._ranker = CrossEncoder(rerank)
        self._warm_up(embedding is not None, rerank is not None, llm is not None)

    def embed(self, texts: list[str]) -> tuple[list[list[float]], int]:
        """Vectors of length 1, and the tokens that the model read: it leaves out what is beyond its longest text."""
        with self._encoding:
            vectors = self._embedder.encode(texts, normalize_embeddings=True, show_progress_bar=False)
            read = self._embedder.tokenizer(texts, truncation=True, max_length=self._embedder.max_seq_length)
        return vectors.tolist(), sum(len(ids) for ids in read["input_ids"])

    def score(self, query: str, documents: list[str]) -> list[float]:
        """From 0 to 1."""
        from torch.nn import Sigmoid

        pairs = [(query, document) for document in documents]
        with self._encoding:
            scores = self._ranker.predict(pairs, activation_fn=Sigmoid(), show_progress_bar=False)
        return [float(score) for score in scores]

    def chat(self, messages: list[dict[str, str]], max_tokens: int, temperature: float) -> tuple[str, int, int]:
        return self._chat_thread.submit(self._chat, messages, max_tokens, temperature).result()

    def _load_llm(self, model: str, arguments: dict[str, Any]) -> None:
        from vllm import LLM

        self._llm = LLM(model=model, **{"disable_log_stats": True, **arguments})

    def _chat(self, messages: list[dict[str, str]], max_tokens: int, temperature: float) -> tuple[str, int, int]:
        from jinja2 import TemplateError
        from vllm import SamplingParams

        # With parameters of its own vLLM leaves the model's generation_config.json alone.
        sampling = SamplingParams(max_tokens=max_tokens, temperature=temperature)
        try:
            (reply,) = self._llm.chat(messages, sampling, use_tqdm=False)
        except (ValueError, TemplateError) as refusal:  # too many tokens, or a role that the template does not know
            raise Refused(str(refusal)) from refusal
        (answer,) = reply.outputs
        return answer.text, len(reply.prompt_token_ids), len(answer.token_ids)

    def _warm_up(self, embeds: bool, ranks: bool, chats: bool) -> None:
        """Kernels are compiled and CUDA's libraries loaded at the first use: not in somebody's request."""
        if embeds:
            self.embed(["warm up"])
        if ranks:
            self.score("warm up", ["warm up"])
        if chats:
            self.chat([{"role": "user", "content": "warm up"}], 2, 0.0)
