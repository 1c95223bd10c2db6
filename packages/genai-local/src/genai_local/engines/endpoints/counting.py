"""Token counts of prompts at an endpoint: the tokens of what the client sent, without those of the model's chat format.

An endpoint with a tokenizer counts the texts. Any other endpoint reports the tokens of a whole prompt in its usage;
the tokens of its chat format are measured once, and subtracted.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Literal

from ...protocol.errors import JsonObject
from .bodies import Dialect
from .concurrency import map_concurrently

Post = Callable[[str, JsonObject], Awaitable[JsonObject]]
"""Sends a body to a path of the endpoint and returns the reply."""

_AT_ONCE = 8
_LETTER = "a"
"""A text of one token."""
_Place = Literal["first", "system", "later"]
_SAMPLES: dict[_Place, tuple[str, ...]] = {
    "first": ("user",),
    "system": ("system", "user"),
    "later": ("user", "assistant", "user"),
}


async def count_texts(post: Post, dialect: Dialect, model: str | None, texts: Sequence[str]) -> int:
    """Return the number of tokens of texts, each tokenized on its own, at an endpoint with a tokenizer."""
    if not texts:
        return 0
    if dialect == "llama.cpp":
        return len((await post("/tokenize", {"content": list(texts)}))["tokens"])

    async def count(text: str) -> int:
        question: JsonObject = {"model": model, "prompt": text, "add_special_tokens": False}
        return int((await post("/tokenize", question))["count"])

    return sum(await map_concurrently(count, texts, at_once=_AT_ONCE))


async def usage_of(post: Post, model: str | None, question: JsonObject) -> int:
    """Return the tokens that an endpoint reports for a whole prompt: `messages`, and perhaps `tools`."""
    reply = await post("/v1/chat/completions", {**question, "model": model, "max_tokens": 1})
    return int(reply["usage"]["prompt_tokens"])


class ChatFormat:
    """The tokens that the chat format of an endpoint without a tokenizer adds to messages.

    They are a number for the first message, one for a system message (negative, if it replaces a default), and one for
    each further message. Each number is measured with messages of one token when it is first needed.

    Args:
        count: returns the tokens that the endpoint reports for messages.
    """

    def __init__(self, count: Callable[[Sequence[JsonObject]], Awaitable[int]]) -> None:
        self._count = count
        self._sizes: dict[_Place, int] = {}
        self._measurement = asyncio.Lock()

    async def tokens_of(self, messages: Sequence[JsonObject]) -> int:
        """Return the number of tokens that the format adds to these messages."""
        systems = sum(1 for message in messages if message["role"] == "system")
        later = max(0, len(messages) - systems - 1)
        async with self._measurement:
            tokens = await self._size("first")
            tokens += await self._size("system") if systems else 0
            return tokens + (later * await self._size("later") if later else 0)

    async def _size(self, place: _Place) -> int:
        if place not in self._sizes:
            roles = _SAMPLES[place]
            added = await self._count([{"role": role, "content": _LETTER} for role in roles]) - len(roles)
            if place != "first":
                added = (added - await self._size("first")) // (len(roles) - 1)
            self._sizes[place] = added
        return self._sizes[place]
