"""The embedded engine: llama.cpp in this process with a GGUF file, used through its loopback endpoint.

A second instance computes embeddings, with a model of its own or, from the first embedding on, with the model for
chats. `openai` implements the chat.
"""

from __future__ import annotations

import asyncio
import os
import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ...protocol.errors import ApiError, JsonObject
from .. import Embedding, ModelFacts, TextToEmbed, Token
from .concurrency import TokenBudget
from .openai import OpenAIEngine, normalise

_CONTEXT_TOKENS = 8192
_OUTPUT_TOKENS = 2048
"""A limit for small models, which may not stop by themselves."""
_EMBEDDING_CONTEXT_TOKENS = 2048
_SLOTS = 4
_REPEAT_PENALTY = 1.1
_REPEAT_TOKENS = 256
_SEQUENCE_PENALTY = 0.8
_ALLOWED_SEQUENCE = 3
_END_BIAS = 2.0
_QUIET = -1


class TextForm(NamedTuple):
    """The form of text that a model for embeddings expects."""

    query_prefix: str = ""
    document_prefix: str = ""
    is_normalised: bool = False
    """Whether characters have to be in Unicode's form NFKC, and white space is single spaces."""

    def apply(self, text: str) -> str:
        """Return a text in this form, without a prefix."""
        return _SPACE.sub(" ", unicodedata.normalize("NFKC", text)) if self.is_normalised else text


_SPACE = re.compile(r"[\s\u200b-\u200f\ufeff]+")


class _Instance(OpenAIEngine):
    """An instance of llama.cpp behind its endpoint."""

    async def token_ids(self, text: str, *, with_marks: bool = False) -> list[int]:
        """Return the ids of a text's tokens.

        Args:
            text: the text.
            with_marks: whether to add the tokens that the model expects before and after a text.
        """
        return (await self._post("/tokenize", {"content": text, "add_special": with_marks}))["tokens"]

    async def vector_of(self, tokens: Sequence[int]) -> list[float]:
        """Return the embedding of a sequence of tokens, normalised."""
        reply = await self._post("/v1/embeddings", {"input": list(tokens), "encoding_format": "float"})
        return normalise(reply["data"][0]["embedding"])


class LlamaEngine(_Instance):
    """A GGUF model run by xllamacpp.

    Args:
        model: path of the GGUF file.
        context_tokens: length of the context, shared by the requests that run at the same time.
        embedding_model: path of the GGUF file of a model for embeddings; None to use the hidden states of `model`.
        embedding_form: the form of text that this model expects.
        embedding_context_tokens: maximum length of an embedded text; models that were trained with fewer tokens have
            a lower limit.
        threads: number of threads; by default one for every two processors, since llama.cpp's threads wait for each
            other, and other load on the machine slows down all of them.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        context_tokens: int = _CONTEXT_TOKENS,
        embedding_model: str | Path | None = None,
        embedding_form: TextForm = TextForm(),  # noqa: B008 - immutable
        embedding_context_tokens: int = _EMBEDDING_CONTEXT_TOKENS,
        threads: int | None = None,
    ) -> None:
        super().__init__("http://127.0.0.1", context_tokens=context_tokens)
        self.path = Path(model)
        self.threads = threads or max(1, (os.cpu_count() or 1) // 2)
        self._server: Any = None
        self._has_own_embedder = embedding_model is not None
        self._embedder = _Embedder(
            Path(embedding_model or model), self.threads, embedding_context_tokens, embedding_form
        )

    async def open(self) -> None:
        """Load the model.

        Raises:
            RuntimeError: when the file or the package xllamacpp is missing, or the file is not a valid model.
        """
        for path in (self.path, self._embedder.path):
            if not path.is_file():
                raise RuntimeError(f"The model file {path} does not exist.")
        self._server = await asyncio.to_thread(
            start_llama, self.path, self.threads, _chat_settings(self.context_tokens)
        )
        self.root = self._server.listening_address
        await super().open()
        self.model = self.path.stem.lower()
        # llama.cpp ends the requests with an error when together they need more than the context.
        self._budget = TokenBudget(self.facts.input_token_limit)
        properties = await self._get("/props")
        self._against_repetition = await self._settings_against_repetition(properties.get("eos_token", ""))
        defaults = properties["default_generation_settings"]["params"]
        self._facts = ModelFacts(
            name=self.model,
            description=f"{self.path.stem} run by llama.cpp on this machine.",
            input_token_limit=self.facts.input_token_limit,
            output_token_limit=min(_OUTPUT_TOKENS, self.facts.input_token_limit),
            temperature=round(defaults["temperature"], 3),
            top_p=round(defaults["top_p"], 3),
            top_k=defaults["top_k"],
        )
        await self._embedder.open(None if self._has_own_embedder else self)

    async def _settings_against_repetition(self, end: str) -> JsonObject:
        """Return the settings with which a small model ends its answers, at a temperature of 0 too.

        Repeated tokens and repeated sequences of tokens become less likely, the token that ends an answer more likely.
        """
        settings: JsonObject = {
            "repeat_penalty": _REPEAT_PENALTY,
            "repeat_last_n": _REPEAT_TOKENS,
            "dry_multiplier": _SEQUENCE_PENALTY,
            "dry_allowed_length": _ALLOWED_SEQUENCE,
            "dry_penalty_last_n": _OUTPUT_TOKENS,
        }
        ends: list[int] = []
        if end:
            ends = (await self._post("/tokenize", {"content": end, "parse_special": True}))["tokens"]
        if len(ends) == 1:
            # By default a line end or a colon interrupts a sequence, and lists of the same line would not be seen.
            settings |= {"dry_sequence_breakers": [end], "logit_bias": [[ends[0], _END_BIAS]]}
        return settings

    async def close(self) -> None:
        """Unload the model."""
        await super().close()
        await self._embedder.close()
        await asyncio.to_thread(self._drop_server)

    def _drop_server(self) -> None:
        """Release the native server, whose destructor waits for its threads."""
        self._server = None

    @property
    def embedding_path(self) -> Path:
        """The GGUF file of the model that embeds texts."""
        return self._embedder.path

    @property
    def embedding_facts(self) -> ModelFacts:
        """The model that embeds texts; valid once the engine is open."""
        return self._embedder.facts

    async def tokenize(self, text: str, *, for_embeddings: bool = False) -> list[Token]:
        """Return the tokens of a text from the tokenizer of one of the models."""
        if for_embeddings and self._has_own_embedder:
            return await self._embedder.tokenize(text)
        return await super().tokenize(text)

    async def count_embedding_tokens(self, text: str) -> int:
        """Count the tokens of a text for the embedding model."""
        return await self._embedder.count_tokens(text)

    async def embed(self, texts: Sequence[TextToEmbed]) -> list[Embedding]:
        """Return the normalised mean of the hidden states of each text."""
        return await self._embedder.embed(texts)


class _Embedder:
    """The llama.cpp instance for embeddings, and the tokenizer of its model.

    Args:
        path: the GGUF file.
        threads: number of threads.
        context_tokens: maximum number of tokens; models that were trained with fewer have a lower limit.
        form: the form of text that the model expects.
    """

    def __init__(self, path: Path, threads: int, context_tokens: int, form: TextForm) -> None:
        self.path = path
        self.threads = threads
        self.context_tokens = context_tokens
        self.form = form
        self._facts: ModelFacts | None = None
        self._tokenizer: _Instance | None = None
        self._beginnings: list[list[int]] = []
        self._end: list[int] = []
        self._instance: _Instance | None = None
        self._server: Any = None
        self._start = asyncio.Lock()

    @property
    def facts(self) -> ModelFacts:
        """The facts of the model; valid once the embedder is open."""
        assert self._facts, "the engine is not open"
        return self._facts

    async def open(self, chat: _Instance | None) -> None:
        """Learn the facts of the model.

        Args:
            chat: the instance for chats with the same model, so that this one starts with the first embedding;
                None to start now.

        Raises:
            RuntimeError: when the file cannot be loaded.
        """
        self._tokenizer = chat or await self._started()
        self._beginnings, self._end = await _frame_of(self._tokenizer, self.form)
        limit = min(self.context_tokens, self._tokenizer.facts.input_token_limit)
        limit -= max(map(len, self._beginnings)) + len(self._end)
        name = self.path.stem.lower()
        description = f"{self.path.stem} run by llama.cpp on this machine."
        if chat is not None:
            description = (
                f"The mean of the hidden states of {self.path.stem}, a model for chats, which is not good for search. "
                "For search: genai-local pull minilm"
            )
        self._facts = ModelFacts(name, description, input_token_limit=limit, output_token_limit=1)

    async def close(self) -> None:
        """Stop the instance."""
        if self._instance is not None:
            await self._instance.close()
            self._instance = None
        await asyncio.to_thread(self._drop_server)

    def _drop_server(self) -> None:
        self._server = None

    async def tokenize(self, text: str) -> list[Token]:
        """Return the tokens of a text."""
        assert self._tokenizer, "the engine is not open"
        return await self._tokenizer.tokenize(self.form.apply(text))

    async def count_tokens(self, text: str) -> int:
        """Count the tokens of a text, without those that the model adds."""
        assert self._tokenizer, "the engine is not open"
        return len(await self._tokenizer.token_ids(self.form.apply(text)))

    async def embed(self, texts: Sequence[TextToEmbed]) -> list[Embedding]:
        """Return the normalised mean of the hidden states of each text."""
        instance = await self._started()
        return [await self._embed_one(instance, item) for item in texts]

    async def _embed_one(self, instance: _Instance, item: TextToEmbed) -> Embedding:
        assert self._tokenizer, "the engine is not open"
        tokens = await self._tokenizer.token_ids(self.form.apply(item.text))
        limit = self.facts.input_token_limit
        is_long = len(tokens) > limit
        if is_long and not item.truncate:
            raise ApiError(
                400,
                f"The input token count ({len(tokens)}) exceeds the maximum number of tokens allowed ({limit}).",
            )
        tokens = tokens[:limit]
        vector = await instance.vector_of([*self._beginnings[0 if item.is_query else 1], *tokens, *self._end])
        return Embedding(vector, len(tokens), truncated=is_long)

    async def _started(self) -> _Instance:
        async with self._start:
            if self._instance is None:
                settings = _embedding_settings(self.context_tokens)
                self._server = await asyncio.to_thread(start_llama, self.path, self.threads, settings)
                instance = _Instance(self._server.listening_address)
                await instance.open()
                self._instance = instance
        return self._instance


async def _frame_of(tokenizer: _Instance, form: TextForm) -> tuple[list[list[int]], list[int]]:
    """Return the tokens before a query and before a document, and those after a text.

    The model expects some of them, such as BERT's [CLS] and [SEP], before and after each text.
    """
    alone, marked = await tokenizer.token_ids("a"), await tokenizer.token_ids("a", with_marks=True)
    before = next(
        (start for start in range(len(marked)) if marked[start : start + len(alone)] == alone), 0
    )  # none, when the tokenizer joins its marks to the text
    prefixes = [await tokenizer.token_ids(text) if text else [] for text in (form.query_prefix, form.document_prefix)]
    beginnings = [[*marked[:before], *prefix] for prefix in prefixes]
    return beginnings, marked[before + len(alone) :]


def _chat_settings(context_tokens: int | None) -> dict[str, Any]:
    # One cache for all slots, so that a single request can use the whole context.
    return {"n_ctx": context_tokens, "n_parallel": _SLOTS, "kv_unified": True}


def _embedding_settings(size: int) -> dict[str, Any]:
    return {"n_ctx": size, "n_batch": size, "n_ubatch": size, "n_parallel": 1, "embedding": True}


def start_llama(path: Path, threads: int, settings: dict[str, Any]) -> Any:
    """Start a llama.cpp server on a free loopback port; it stops when the object is deleted.

    Args:
        path: the GGUF file.
        threads: number of threads.
        settings: further fields of llama.cpp's parameters.

    Raises:
        RuntimeError: when the package xllamacpp is missing or the file cannot be loaded.
    """
    try:
        import xllamacpp  # pyright: ignore[reportMissingTypeStubs]
    except ImportError as error:
        raise RuntimeError(
            "The llama engine needs the package xllamacpp: pip install 'genai-local[llama]', "
            "or use another engine (--engine openai, --engine scripted)."
        ) from error
    library: Any = xllamacpp
    parameters = library.CommonParams()
    parameters.model.path = str(path)
    parameters.port = 0
    parameters.verbosity = _QUIET
    parameters.fit_params = False
    parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    if settings.get("embedding"):
        parameters.pooling_type = library.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    for name, value in settings.items():
        setattr(parameters, name, value)
    try:
        return library.Server(parameters)
    except Exception as error:
        raise RuntimeError(f"{path} could not be loaded as a model: {error}") from error
