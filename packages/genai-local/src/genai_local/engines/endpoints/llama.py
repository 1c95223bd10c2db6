"""The embedded engine: llama.cpp in this process with a GGUF file, used through its loopback endpoint.

A second instance for embeddings starts with the first embedding. `openai` implements the chat.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ...protocol.errors import ApiError
from .. import Embedding, ModelFacts
from .openai import OpenAIEngine, normalise

_CONTEXT_TOKENS = 8192
_OUTPUT_TOKENS = 2048
"""A limit for small models, which may not stop by themselves."""
_EMBEDDING_CONTEXT_TOKENS = 2048
_SLOTS = 4
_QUIET = -1


class LlamaEngine(OpenAIEngine):
    """A GGUF model run by xllamacpp.

    Args:
        model: path of the GGUF file.
        context_tokens: length of the context, shared by the requests that run at the same time.
        embedding_context_tokens: maximum length of an embedded text.
        threads: number of threads; by default one for every two processors, since llama.cpp's threads wait for each
            other, and other load on the machine slows down all of them.
    """

    def __init__(
        self,
        model: str | Path,
        *,
        context_tokens: int = _CONTEXT_TOKENS,
        embedding_context_tokens: int = _EMBEDDING_CONTEXT_TOKENS,
        threads: int | None = None,
    ) -> None:
        super().__init__("http://127.0.0.1", context_tokens=context_tokens)
        self.path = Path(model)
        self.embedding_context_tokens = embedding_context_tokens
        self.threads = threads or max(1, (os.cpu_count() or 1) // 2)
        self._server: Any = None
        self._embedder: _Embedder | None = None
        self._embedder_start = asyncio.Lock()

    async def open(self) -> None:
        """Load the model.

        Raises:
            RuntimeError: when the file or the package xllamacpp is missing, or the file is not a valid model.
        """
        if not self.path.is_file():
            raise RuntimeError(f"The model file {self.path} does not exist.")
        self._server = await asyncio.to_thread(
            start_llama, self.path, self.threads, _chat_settings(self.context_tokens)
        )
        self.root = self._server.listening_address
        await super().open()
        self.model = self.path.stem.lower()
        defaults = (await self._get("/props"))["default_generation_settings"]["params"]
        self._facts = ModelFacts(
            name=self.model,
            description=f"{self.path.stem} run by llama.cpp on this machine.",
            input_token_limit=self.facts.input_token_limit,
            output_token_limit=min(_OUTPUT_TOKENS, self.facts.input_token_limit),
            temperature=round(defaults["temperature"], 3),
            top_p=round(defaults["top_p"], 3),
            top_k=defaults["top_k"],
        )

    async def close(self) -> None:
        """Unload the model."""
        await super().close()
        if self._embedder is not None:
            await self._embedder.close()
            self._embedder = None
        await asyncio.to_thread(self._drop_server)

    def _drop_server(self) -> None:
        """Release the native server, whose destructor waits for its threads."""
        self._server = None

    async def embed(self, texts: Sequence[tuple[str, bool]]) -> list[Embedding]:
        """Return the normalised mean of the hidden states of each text."""
        async with self._embedder_start:
            if self._embedder is None:
                limit = self.embedding_context_tokens
                server = await asyncio.to_thread(start_llama, self.path, self.threads, _embedding_settings(limit))
                embedder = _Embedder(server, limit)
                await embedder.open()
                self._embedder = embedder
        return await self._embedder.embed(texts)


class _Embedder(OpenAIEngine):
    """The llama.cpp instance for embeddings."""

    def __init__(self, server: Any, context_tokens: int) -> None:
        super().__init__(server.listening_address, context_tokens=context_tokens)
        self._server = server

    async def close(self) -> None:
        await super().close()
        self._server = None

    async def _embed_one(self, text: str, truncate: bool) -> Embedding:
        tokens = (await self._post("/tokenize", {"content": text, "add_special": True}))["tokens"]
        limit = self.facts.input_token_limit
        is_long = len(tokens) > limit
        if is_long and not truncate:
            raise ApiError(
                400,
                f"The input token count ({len(tokens)}) exceeds the maximum number of tokens allowed ({limit}).",
            )
        tokens = tokens[:limit]
        reply = await self._post("/v1/embeddings", {"input": tokens, "encoding_format": "float"})
        return Embedding(normalise(reply["data"][0]["embedding"]), len(tokens), truncated=is_long)


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
