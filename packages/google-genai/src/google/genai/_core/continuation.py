"""Answers that the service ended before the model did: their continuation is asked for with the token of the answer.

The first candidate of such an answer has a token, and no finish reason or the reason CONTINUATION. A continuation is the same
request with the token. The number of requests has a bound. `joining` makes one answer of the pieces of a whole one.
"""

from __future__ import annotations

import base64
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from .. import errors, types
from .._io.port import merge_body

if TYPE_CHECKING:
    from .._wire.call import Call
    from .streams import Source

    Answer = types.GenerateContentResponse

MOST = 100
"""Maximum number of continuations of one answer."""
MOST_WITHOUT_PARTS = 3
"""Maximum number of continuations, one after the other, that add nothing to the answer."""


def is_wanted(config: types.GenerateContentConfig | None) -> bool:
    """Return whether the program wants answers to be continued."""
    return config is None or config.automatic_continuation is not False


def token_of(answer: Answer) -> bytes | None:
    """Return the token with which an answer can be continued; None if it is complete."""
    first = answer.candidates[0] if answer.candidates else None
    if first is None or not first.continuation_token:
        return None
    return first.continuation_token if first.finish_reason in (None, types.FinishReason.CONTINUATION) else None


def continuing(call: Call, token: bytes) -> Call:
    """Return the call that continues the answer to a call."""
    field = {"continuationToken": base64.urlsafe_b64encode(token).decode()}
    return replace(call, body=merge_body(call.body, field))


async def continued(answer: Answer, ask: Callable[[bytes], Awaitable[Answer]]) -> Answer:
    """Return an answer joined with its continuations. At the limit of requests, it keeps the token for the next one."""
    pieces, without_parts = [answer], 0
    token = token_of(answer)
    while token is not None and len(pieces) <= MOST and without_parts < MOST_WITHOUT_PARTS:
        piece = await ask(token)
        pieces.append(piece)
        without_parts = 0 if _has_parts(piece) else without_parts + 1
        token = token_of(piece)
    if len(pieces) == 1:
        return answer
    from .joining import joined

    return joined(pieces)


def _has_parts(answer: Answer) -> bool:
    return any(each.content is not None and each.content.parts for each in answer.candidates or ())


class Continued:
    """The chunks of a streamed answer and of its continuations.

    A stream whose connection breaks directly after a token is continued as well.

    Args:
      source: Returns the chunks of the answer, or of its continuation with a token. It has no reference to this object: a stream
        that is dropped has to close its connection at once, and not when the garbage collector finds a cycle.
      see: Takes note of each chunk, after it was adapted to the answer as a whole.
    """

    def __init__(self, source: Callable[[bytes | None], Source[Answer]], see: Callable[[Answer], None]) -> None:
        self._source = source
        self._see = see
        self._reply = source(None)
        self._token: bytes | None = None
        self._ends_with_token = False
        """Whether the last chunk has the token, so that a continuation repeats nothing."""
        self._requests = 0
        self._without_parts = 0
        self._has_parts = False
        self._used: types.GenerateContentResponseUsageMetadata | None = None
        """The tokens used by this reply and those before it."""
        self._used_before: types.GenerateContentResponseUsageMetadata | None = None
        self._is_closed = False

    async def next_batch(self) -> Iterator[Answer] | None:
        """Return the next chunks, or None after the last one."""
        while True:
            try:
                batch = await self._reply.next_batch()
            except errors.APIConnectionError:
                if not (self._ends_with_token and self._may_continue()):
                    raise
                batch = None
            if batch is not None:
                return map(self._seen, batch)
            if not self._may_continue():
                return None
            self._continue()

    def _seen(self, chunk: Answer) -> Answer:
        self._adapt(chunk)
        self._see(chunk)
        return chunk

    def _adapt(self, chunk: Answer) -> None:
        """Take note of a chunk, and adapt it to the answer as a whole: counts of tokens add up."""
        if self._used_before is not None and chunk.usage_metadata is not None:
            from .joining import added_usage

            chunk.usage_metadata = added_usage(self._used_before, chunk.usage_metadata)
        self._used = chunk.usage_metadata or self._used
        first = chunk.candidates[0] if chunk.candidates else None
        if first is None:
            return
        self._has_parts = self._has_parts or _has_parts(chunk)
        token = token_of(chunk)
        self._ends_with_token = token is not None
        if token is not None:
            self._token = token
            if self._requests < MOST:
                first.finish_reason = None  # the answer continues
        elif first.finish_reason is not None:
            self._token = None
        if self._requests:
            chunk._notes["continuations"] = self._requests

    def _may_continue(self) -> bool:
        return (
            not self._is_closed
            and self._token is not None
            and self._requests < MOST
            and self._in_vain() < MOST_WITHOUT_PARTS
        )

    def _in_vain(self) -> int:
        """Return how many continuations, up to this one, have added nothing."""
        return 0 if self._has_parts or not self._requests else self._without_parts + 1

    def _continue(self) -> None:
        self._without_parts = self._in_vain()
        self._requests += 1
        token, self._token = self._token, None
        self._has_parts = self._ends_with_token = False
        self._used_before = self._used
        self._reply = self._source(token)

    def abort(self) -> None:
        """Close the connection at once."""
        self._is_closed = True
        self._reply.abort()

    async def close(self) -> None:
        """Close the connection."""
        self._is_closed = True
        await self._reply.close()
