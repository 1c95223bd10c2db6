"""Splitting of a text into chunks at white space."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ...protocol.errors import JsonObject, invalid

MAX_TOKENS = 512
_DEFAULT_TOKENS = 200
_DEFAULT_OVERLAP = 20
_WORD = re.compile(r"\S+")


@dataclass(frozen=True)
class Chunking:
    """Settings for splitting a text. A token is a word, as in the service's chunking at white space."""

    max_tokens: int = _DEFAULT_TOKENS
    overlap_tokens: int = _DEFAULT_OVERLAP


def read_chunking(request: JsonObject) -> Chunking:
    """Return the settings in `chunkingConfig` of a canonical request.

    Raises:
        ApiError: 400 for a number out of range.
    """
    config: JsonObject = request.get("chunkingConfig", {}).get("whiteSpaceConfig", {})
    path = "chunkingConfig.whiteSpaceConfig"
    size: int = config.get("maxTokensPerChunk", _DEFAULT_TOKENS)
    if not 1 <= size <= MAX_TOKENS:
        raise invalid(f"{path}.maxTokensPerChunk", f"expected between 1 and {MAX_TOKENS}, not {size}.")
    overlap: int = config.get("maxOverlapTokens", min(_DEFAULT_OVERLAP, size // 10))
    if not 0 <= overlap < size:
        raise invalid(f"{path}.maxOverlapTokens", f"expected at least 0 and less than {size}, not {overlap}.")
    return Chunking(size, overlap)


def chunks_of(text: str, chunking: Chunking) -> list[str]:
    """Return the chunks of a text, with unchanged white space within each chunk.

    Example:
        >>> chunks_of("a b  c d e", Chunking(max_tokens=3, overlap_tokens=1))
        ['a b  c', 'c d e']
    """
    words = [match.span() for match in _WORD.finditer(text)]
    chunks: list[str] = []
    start = 0
    while start < len(words):
        end = min(start + chunking.max_tokens, len(words))
        chunks.append(text[words[start][0] : words[end - 1][1]])
        if end == len(words):
            break
        start = end - chunking.overlap_tokens
    return chunks
