"""Engines by name, with their settings. Only this module knows all engines."""

from __future__ import annotations

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
        embedding_model: name of the model for embeddings at the endpoint, if different.
        threads: threads of the llama engine; by default one for every two processors.

    Raises:
        ValueError: for an unknown name, or a missing setting.
        RuntimeError: when the default model has not been pulled.
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
        from .engines.endpoints.llama import LlamaEngine

        return LlamaEngine(model or weights.find(weights.DEFAULT), threads=threads)
    raise ValueError(f"engine: expected one of {', '.join(NAMES)}, not {name!r}.")
