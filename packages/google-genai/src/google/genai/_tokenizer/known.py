"""The models with a published tokenizer, and the files of these tokenizers. Facts only."""

from __future__ import annotations

import difflib
from typing import NamedTuple


class TokenizerFile(NamedTuple):
    """A published sentencepiece model."""

    name: str
    """Name in the cache, without ending."""
    url: str
    sha256: str

    @property
    def file_name(self) -> str:
        """Name of the file in the cache; it changes with the content."""
        return f"{self.name}-{self.sha256[:12]}.model"


_REPOSITORY = "https://raw.githubusercontent.com/google/gemma_pytorch/"
FILES = {
    "gemma2": TokenizerFile(
        "gemma2",
        _REPOSITORY + "33b652c465537c6158f9a472ea5700e5e770ad3f/tokenizer/tokenizer.model",
        "61a7b147390c64585d6c3543dd6fc636906c9af3865a5548f27f31aee1d4c8e2",
    ),
    "gemma3": TokenizerFile(
        "gemma3",
        _REPOSITORY + "014acb7ac4563a5f77c76d7ff98f31b568c16508/tokenizer/gemma3_cleaned_262144_v2.spiece.model",
        "1299c11d7cf632ef3b4e11937501358ada021bbdf7c47638d13c0ee982f2e79c",
    ),
}

MODELS = {
    **dict.fromkeys(
        """
        gemini-3-pro-preview gemini-3-flash-preview
        gemini-2.5-pro gemini-2.5-pro-preview-06-05 gemini-2.5-pro-preview-05-06 gemini-2.5-pro-exp-03-25
        gemini-2.5-flash gemini-2.5-flash-preview-05-20 gemini-2.5-flash-preview-04-17
        gemini-2.5-flash-lite gemini-2.5-flash-lite-preview-06-17 gemini-live-2.5-flash
        gemini-2.0-flash gemini-2.0-flash-001 gemini-2.0-flash-lite gemini-2.0-flash-lite-001
        gemma-3-1b-it gemma-3-4b-it gemma-3-12b-it gemma-3-27b-it
        """.split(),
        "gemma3",
    ),
    **dict.fromkeys(["gemma-2-2b-it", "gemma-2-9b-it", "gemma-2-27b-it"], "gemma2"),
}
"""Names of models, without `models/`, and the tokenizer of each."""


def file_of(model_name: str) -> TokenizerFile:
    """Return the file of a model's tokenizer; the name may have a prefix such as `models/`.

    Raises `ValueError` for a model that is not in `MODELS`.
    """
    name = model_name.rpartition("/")[2]
    if name not in MODELS:
        close = difflib.get_close_matches(name, MODELS, n=3)
        hint = f" Similar names: {', '.join(close)}." if close else ""
        raise ValueError(
            f"model_name: the tokenizer of the model {model_name!r} is not known.{hint} Known models: {', '.join(MODELS)}. "
            "For another model, pass the path of its tokenizer: LocalTokenizer(model_name, tokenizer=path)."
        )
    return FILES[MODELS[name]]
