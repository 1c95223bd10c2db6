"""`LocalTokenizer`: token counts on this machine, without a request. `AsyncLocalTokenizer` does the same in a thread.

This module loads no tokenizer library; the first count does. `_tokenizer` does the work.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from . import types
from ._tokenizer.vocabulary import require

if TYPE_CHECKING:
    from ._tokenizer.known import TokenizerFile
    from ._tokenizer.texts import CountedText
    from ._tokenizer.vocabulary import Vocabulary

__all__ = ["AsyncLocalTokenizer", "LocalTokenizer"]

_published: dict[str, Vocabulary] = {}
"""The tokenizers of published files that this process has loaded, by SHA-256."""
_loading = threading.Lock()


def _in_child() -> None:
    """Replace the lock after a fork: another thread of the parent may have had it."""
    global _loading
    _loading = threading.Lock()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)


class LocalTokenizer:
    """A counter of tokens that sends no request to the service.

    Args:
      model_name: Name of a Gemini or Gemma model, such as "gemini-2.5-flash".
      tokenizer: Path of a tokenizer file, for a model without a published one or for a machine without network access: a
        sentencepiece model, a GGUF file, or a `tokenizer.json`. `model_name` may then be any name.

    The published tokenizer of a model is downloaded at the first count, checked, and kept in a cache folder, which
    `GOOGLE_GENAI_TOKENIZER_CACHE` can set. Several threads may use one object.

    Only text is counted; media raise `ValueError`. The service counts a few tokens more, for the marks between turns.

    Raises:
      ValueError: The model is not known, and `tokenizer` is not given.
      FileNotFoundError: `tokenizer` does not exist.
      ImportError: The package `sentencepiece` is not installed.

    Example::

        tokenizer = LocalTokenizer(model_name="gemini-2.5-flash")
        print(tokenizer.count_tokens("How many tokens are this?").total_tokens)
    """

    def __init__(self, model_name: str, *, tokenizer: str | os.PathLike[str] | None = None) -> None:
        self._model_name = model_name
        self._file: TokenizerFile | None = None
        self._path: Path | None = None
        self._vocabulary: Vocabulary | None = None
        if tokenizer is None:
            from ._tokenizer.known import file_of

            self._file = file_of(model_name)
            require("sentencepiece")
        else:
            self._path = Path(tokenizer)
            if not self._path.exists():
                raise FileNotFoundError(
                    f"tokenizer: expected the path of a tokenizer file, but {self._path} does not exist."
                )

    def __repr__(self) -> str:
        source = "" if self._path is None else f", tokenizer={str(self._path)!r}"
        return f"{type(self).__name__}({self._model_name!r}{source})"

    def count_tokens(
        self,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        *,
        config: types.CountTokensConfigOrDict | None = None,
    ) -> types.CountTokensResult:
        """Return the number of tokens of contents, and of a config's system instruction, functions and response schema.

        Args:
          contents: The contents, in any form that `generate_content` takes.
          config: What to count in addition; see `types.CountTokensConfig`.

        Raises:
          ValueError: The contents are empty or contain media, or the tokenizer file is damaged.
          errors.TokenizerFileError: The tokenizer of the model cannot be downloaded.
        """
        from . import types
        from ._tokenizer.texts import texts_of_config, texts_of_contents

        texts = _valid([*texts_of_contents(contents), *texts_of_config(config)])
        return types.CountTokensResult(total_tokens=self._loaded().count([each.text for each in texts]))

    def compute_tokens(
        self, contents: types.ContentListUnion | types.ContentListUnionDict
    ) -> types.ComputeTokensResult:
        """Return the ids and bytes of the tokens of contents: one entry of `tokens_info` for each text that counts.

        Args:
          contents: The contents, in any form that `generate_content` takes.

        Raises:
          ValueError: The contents are empty or contain media, or the tokenizer file is damaged.
          errors.TokenizerFileError: The tokenizer of the model cannot be downloaded.
        """
        from . import types
        from ._tokenizer.texts import texts_of_contents

        texts = _valid(texts_of_contents(contents))
        found = self._loaded().tokens([each.text for each in texts])
        return types.ComputeTokensResult(
            tokens_info=[
                types.TokensInfo(
                    role=each.role, token_ids=[number for number, _ in tokens], tokens=[piece for _, piece in tokens]
                )
                for each, tokens in zip(texts, found, strict=True)
            ]
        )

    def _loaded(self) -> Vocabulary:
        if self._vocabulary is None:
            self._vocabulary = self._load()
        return self._vocabulary

    def _load(self) -> Vocabulary:
        if self._path is not None:
            from ._tokenizer.reading import vocabulary_in

            return vocabulary_in(self._path)
        assert self._file is not None
        return _published_vocabulary(self._file)


def _published_vocabulary(file: TokenizerFile) -> Vocabulary:
    with _loading:
        if file.sha256 not in _published:
            from ._tokenizer.cache import bytes_of
            from ._tokenizer.sentencepieces import vocabulary_of_model

            _published[file.sha256] = vocabulary_of_model(bytes_of(file), file.name)
        return _published[file.sha256]


def _valid(texts: list[CountedText]) -> list[CountedText]:
    """Return the texts. Raises `ValueError` for a text that UTF-8 cannot express."""
    for each in texts:
        try:
            each.text.encode()
        except UnicodeEncodeError as error:
            raise ValueError(
                f"{each.path}: expected a text of whole characters, got half of a surrogate pair at position {error.start}. "
                "Decode the text with errors='replace'."
            ) from None
    return texts


class AsyncLocalTokenizer:
    """The async form of `LocalTokenizer`. It loads and counts in a thread, so the event loop continues meanwhile.

    Takes the same arguments, which are explained there, and raises the same errors.
    """

    def __init__(self, model_name: str, *, tokenizer: str | os.PathLike[str] | None = None) -> None:
        self._blocking = LocalTokenizer(model_name, tokenizer=tokenizer)

    def __repr__(self) -> str:
        return f"Async{self._blocking!r}"

    async def count_tokens(
        self,
        contents: types.ContentListUnion | types.ContentListUnionDict,
        *,
        config: types.CountTokensConfigOrDict | None = None,
    ) -> types.CountTokensResult:
        """Return the number of tokens; see `LocalTokenizer.count_tokens`."""
        from ._io.concurrency import in_thread

        return await in_thread(lambda: self._blocking.count_tokens(contents, config=config))

    async def compute_tokens(
        self, contents: types.ContentListUnion | types.ContentListUnionDict
    ) -> types.ComputeTokensResult:
        """Return the ids and bytes of the tokens; see `LocalTokenizer.compute_tokens`."""
        from ._io.concurrency import in_thread

        return await in_thread(self._blocking.compute_tokens, contents)
