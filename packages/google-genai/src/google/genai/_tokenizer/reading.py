"""The choice of a reader for a tokenizer file, by the first bytes of the file."""

from __future__ import annotations

from pathlib import Path

from .vocabulary import Vocabulary


def vocabulary_in(path: Path) -> Vocabulary:
    """Return the tokenizer in a file: a sentencepiece model, the metadata of a GGUF file, or a `tokenizer.json`.

    Raises:
      OSError: The file cannot be read.
      ValueError: The file is none of these, is damaged, or needs a tokenizer that is not supported.
      ImportError: The library for this kind of file is not installed.
    """
    if path.is_dir():
        raise IsADirectoryError(f"tokenizer: {path} is a folder; pass the path of a file in it.")
    with path.open("rb") as file:
        start = file.read(64)
    if start.startswith(b"GGUF"):
        from .gguf import vocabulary_of_gguf

        return vocabulary_of_gguf(path)
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{"):
        from .huggingface import vocabulary_of_json

        return vocabulary_of_json(path)
    from .sentencepieces import vocabulary_of_model

    return vocabulary_of_model(path.read_bytes(), str(path))
