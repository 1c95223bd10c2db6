"""The context of a session: its contents so far, and the window that is kept when they are too many.

It knows contents and numbers of tokens, but no messages of a connection.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ...engines import Engine, Prompt
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.limits import MAX_BODY_BYTES
from ...protocol.payload import write_json

_MOST_PICTURES = 32


@dataclass(frozen=True)
class Window:
    """The compression of a context: above `trigger_tokens`, the oldest turns are dropped down to `target_tokens`."""

    trigger_tokens: int
    target_tokens: int


class PendingParts:
    """The pictures and texts of a client that wait for its next turn, oldest first; pictures give way to newer ones."""

    def __init__(self) -> None:
        self._parts: list[JsonObject] = []
        self._sizes: list[int] = []

    def add(self, part: JsonObject, path: str) -> None:
        """Append a part.

        Raises:
            ApiError: 400 when the texts are too large; pictures are dropped before.
        """
        self._parts.append(part)
        self._sizes.append(len(write_json(part)))
        while sum(self._sizes) > MAX_BODY_BYTES or sum("text" not in each for each in self._parts) > _MOST_PICTURES:
            oldest = next((index for index, each in enumerate(self._parts[:-1]) if "text" not in each), None)
            if oldest is None:
                raise invalid(path, f"the turn has more than {MAX_BODY_BYTES} bytes; end it.")
            del self._parts[oldest], self._sizes[oldest]

    def take(self) -> list[JsonObject]:
        """Return the parts and forget them."""
        parts, self._parts = self._parts, []
        self._sizes.clear()
        return parts


class Context:
    """The contents of one session, oldest first.

    Args:
        contents: the contents of the session that this one continues.
    """

    def __init__(self, contents: Sequence[JsonObject] = ()) -> None:
        self._contents: list[JsonObject] = []
        self._sizes: list[int] = []
        self._bytes = 0
        self.first = 0
        """Number of contents that have been dropped; the position of the first one that is left."""
        for content in contents:
            self.add(content)

    @property
    def contents(self) -> list[JsonObject]:
        """The contents that are left."""
        return list(self._contents)

    def add(self, content: JsonObject) -> None:
        """Append a content.

        Raises:
            ApiError: 400 when the contents of the session are too large.
        """
        size = len(write_json(content))
        if self._bytes + size > MAX_BODY_BYTES:
            raise ApiError(400, f"The contents of the session have more than {MAX_BODY_BYTES} bytes together.")
        self._contents.append(content)
        self._sizes.append(size)
        self._bytes += size

    def take(self) -> list[JsonObject]:
        """Return the contents and forget them."""
        contents = self.contents
        self._drop_oldest(len(contents))
        return contents

    def _drop_oldest(self, count: int) -> None:
        self._bytes -= sum(self._sizes[:count])
        del self._contents[:count], self._sizes[:count]
        self.first += count

    async def fit(self, prompt: Prompt, engine: Engine, window: Window | None) -> Prompt:
        """Return a prompt with the contents, after dropping the oldest turns if they are too many.

        Args:
            prompt: system instruction and tools, which always remain.
            engine: the engine, which counts the tokens.
            window: the compression; None to drop nothing.

        Raises:
            ApiError: 400 when the contents do not fit into the context of the model.
        """
        prompt = replace(prompt, contents=self.contents)
        tokens = await engine.count_tokens(prompt)
        if window is not None and tokens > window.trigger_tokens:
            for turn in self._turn_starts()[1:]:
                if tokens <= window.target_tokens:
                    break
                self._drop_oldest(turn - self.first)
                prompt = replace(prompt, contents=self.contents)
                tokens = await engine.count_tokens(prompt)
        limit = engine.facts.input_token_limit
        if tokens > limit:
            raise ApiError(
                400,
                f"The context of the session is full: {tokens} tokens of {limit}. Set contextWindowCompression.",
            )
        return prompt

    def _turn_starts(self) -> list[int]:
        """Return the positions of the contents with which turns of the user begin; a result of a function begins none."""
        return [
            self.first + index
            for index, content in enumerate(self._contents)
            if content.get("role") != "model" and not any("functionResponse" in part for part in content["parts"])
        ]


def window_of(compression: JsonObject | None, token_limit: int) -> Window | None:
    """Return the window that a `contextWindowCompression` asks for; None without one.

    Args:
        compression: the field of the setup.
        token_limit: number of tokens of the model's context.

    Raises:
        ApiError: 400 for numbers that do not fit.
    """
    if compression is None:
        return None
    path = "setup.contextWindowCompression"
    # A trigger for a large model is more than a small model can read; then the small model's own default applies.
    default = token_limit * 4 // 5
    trigger: int = min(compression.get("triggerTokens") or default, default)
    if compression.get("triggerTokens", 1) < 1:
        raise invalid(f"{path}.triggerTokens", f"expected a positive number, not {compression['triggerTokens']}.")
    asked: int | None = compression.get("slidingWindow", {}).get("targetTokens")
    if asked is not None and asked < 0:
        raise invalid(f"{path}.slidingWindow.targetTokens", f"expected a positive number, not {asked}.")
    if asked and "triggerTokens" in compression and asked >= compression["triggerTokens"]:
        raise invalid(
            f"{path}.slidingWindow.targetTokens",
            f"expected fewer tokens than triggerTokens ({compression['triggerTokens']}), not {asked}.",
        )
    return Window(trigger, min(asked or trigger // 2, trigger))
