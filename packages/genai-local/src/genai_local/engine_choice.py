"""Engines by name, with their settings. Only this module knows all engines."""

from __future__ import annotations

from pathlib import Path

from . import weights
from .engines import Engine

NAMES = ("llama", "openai", "scripted")


def make_engine(
    name: str,
    *,
    model: str | None = None,
    url: str | None = None,
    api_key: str | None = None,
    embedding_model: str | None = None,
    threads: int | None = None,
) -> Engine:
    """Return the engine with this name, not yet open.

    Args:
        name: one of `NAMES`.
        model: for llama the path of a GGUF file, by default the pulled model; for openai the name of the model.
        url: base URL of the OpenAI-compatible endpoint.
        api_key: key for the endpoint.
        embedding_model: for llama the name of a pulled model or the path of a GGUF file, by default the first pulled
            model for embeddings, else the hidden states of the model; for openai the name of the model, if different.
        threads: threads of the llama engine; by default one for every two processors.

    Raises:
        ValueError: for an unknown name, or a missing setting.
        RuntimeError: when a model has not been pulled.
    """
    if name == "scripted":
        from .engines.scripted import ScriptedEngine

        return ScriptedEngine()
    if name == "openai":
        from .engines.endpoints.openai import OpenAIEngine

        if not url:
            raise ValueError(
                "url: the openai engine needs the base URL of an endpoint, such as http://127.0.0.1:11434/v1."
            )
        return OpenAIEngine(url, model=model, api_key=api_key, embedding_model=embedding_model)
    if name == "llama":
        from .engines.endpoints.llama import LlamaEngine, TextForm

        embedder = _embedder_file(embedding_model)
        is_e5 = embedder == weights.path_of("e5")
        return LlamaEngine(
            model or weights.find(weights.DEFAULT),
            embedding_model=embedder,
            embedding_form=TextForm("query: ", "passage: ", is_normalised=True) if is_e5 else TextForm(),
            threads=threads,
        )
    raise ValueError(f"engine: expected one of {', '.join(NAMES)}, not {name!r}.")


def _embedder_file(name: str | None) -> Path | None:
    """Return the path of the model for embeddings; None when none is named and none has been pulled."""
    if name is not None:
        return weights.find(name) if name in weights.KNOWN else Path(name)
    return next((path for known in weights.FOR_EMBEDDINGS if (path := weights.path_of(known)).is_file()), None)
