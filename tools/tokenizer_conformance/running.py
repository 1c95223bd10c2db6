"""The program of one side: reads cases from stdin, prints the outcome of each. It runs with either distribution.

The official tokenizer takes its model only from its cache, and only with the SHA-256 of the published file. Therefore the
small model is put into that cache, and the digest is replaced for the check.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

_MODEL = "gemini-2.5-flash"
_URL = (
    "https://raw.githubusercontent.com/google/gemma_pytorch/014acb7ac4563a5f77c76d7ff98f31b568c16508/"
    "tokenizer/gemma3_cleaned_262144_v2.spiece.model"
)
_SHA256 = "1299c11d7cf632ef3b4e11937501358ada021bbdf7c47638d13c0ee982f2e79c"


class _PublishedDigest:
    def __init__(self, data: bytes = b"", **_: object) -> None:
        pass

    def update(self, data: bytes) -> None:
        pass

    def hexdigest(self) -> str:
        return _SHA256


def tokenizer_with(model: Path, folder: Path) -> Any:
    """Return the tokenizer of the installed distribution with another model, in the official package's cache in `folder`."""
    from google.genai.local_tokenizer import LocalTokenizer

    cache = folder / "vertexai_tokenizer_model"
    cache.mkdir()
    shutil.copy(model, cache / hashlib.sha1(_URL.encode(), usedforsecurity=False).hexdigest())
    tempfile.tempdir = str(folder)
    real, hashlib.sha256 = hashlib.sha256, _PublishedDigest  # type: ignore[assignment]
    try:
        tokenizer = LocalTokenizer(_MODEL)
        tokenizer.count_tokens("a")  # the one of this repository loads its model now
        return tokenizer
    finally:
        hashlib.sha256 = real


def pieces(model: Path) -> Any:
    """Return the model, loaded by the library itself."""
    import sentencepiece

    return sentencepiece.SentencePieceProcessor(model_file=str(model))


def outcome(tokenizer: Any, contents: Any, config: Any) -> Any:
    """Return the count and the tokens, or the name of the exception; every kind of ValueError has that name."""
    try:
        total = tokenizer.count_tokens(contents, config=config).total_tokens
        if config is not None:
            return {"total": total}
        infos = tokenizer.compute_tokens(contents).tokens_info
        return {
            "total": total,
            "tokens": [[info.role, info.token_ids, [token.hex() for token in info.tokens]] for info in infos],
        }
    except ValueError:
        return {"error": "ValueError"}
    except Exception as error:
        return {"error": type(error).__name__}


def main() -> None:
    """Run the official side: the first argument is the path of the model."""
    warnings.simplefilter("ignore")
    with tempfile.TemporaryDirectory() as folder:
        tokenizer = tokenizer_with(Path(sys.argv[1]), Path(folder))
        print(json.dumps([outcome(tokenizer, case["contents"], case["config"]) for case in json.load(sys.stdin)]))


if __name__ == "__main__":
    main()
