"""Conversations that continue (`-c`, `--cid`): the turns of earlier exchanges, taken from the log."""

from __future__ import annotations

import base64
import copy
import hashlib
import os
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from .exits import Failure

if TYPE_CHECKING:
    from google.genai import types

_HASH = "sha256"


def new_id() -> str:
    """Return an id that sorts by time."""
    return f"{time.time_ns() // 1_000_000:011x}{os.urandom(4).hex()}"


class Conversation:
    """A conversation: its id, and the turns so far.

    Args:
      id: Id of the conversation; a new one by default.
      model: Model of the last exchange, or None for a new conversation.
      turns: Turns in the form of JSON.
    """

    def __init__(
        self, id: str | None = None, model: str | None = None, turns: list[dict[str, Any]] | None = None
    ) -> None:
        self.is_new = id is None
        self.id = id or new_id()
        self.model = model
        self.turns = turns or []

    def history(self) -> list[types.Content]:
        """Return the turns as contents."""
        from google.genai import types

        return [types.Content.model_validate(turn) for turn in self.turns]


def find(id: str | None) -> Conversation:
    """Return the conversation whose id begins with `id`, or the newest one. Raises `Failure` if it does not exist."""
    from . import logs

    if id is None:
        found = logs.last_conversation()
        if found is None:
            raise Failure("-c: no conversation has been logged yet.")
    else:
        known = logs.conversations_like(id)
        if len(known) != 1:
            raise Failure(
                f"--cid {id}: {'several conversations begin' if known else 'no conversation begins'} with this id.",
                hint="genai logs list shows the ids.",
            )
        found = known[0]
    exchanges = logs.exchanges_of(found)
    turns = [turn for exchange in exchanges for turn in exchange["turns"] or ()]
    return Conversation(found, exchanges[-1]["model"], with_bytes(turns))


def without_bytes(turns: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], dict[str, tuple[str, bytes]]]:
    """Return a copy of turns in which bytes are replaced by their hash, and the media type and bytes by hash."""
    kept = copy.deepcopy(turns)
    blobs: dict[str, tuple[str, bytes]] = {}
    for blob in _blobs(kept):
        text = blob.pop("data", None)
        if isinstance(text, str):
            content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_")
            blob[_HASH] = hashlib.sha256(content).hexdigest()
            blobs[blob[_HASH]] = (str(blob.get("mime_type")), content)
    return kept, blobs


def with_bytes(turns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return turns with the bytes of the log. Raises `Failure` if some are missing."""
    from . import logs

    wanted = [blob[_HASH] for blob in _blobs(turns) if _HASH in blob]
    contents = logs.contents(wanted) if wanted else {}
    for blob in _blobs(turns):
        sha256 = blob.pop(_HASH, None)
        if sha256 is None:
            continue
        if sha256 not in contents:
            raise Failure("The log does not contain an attachment of this conversation, so it cannot be continued.")
        blob["data"] = base64.urlsafe_b64encode(contents[sha256]).decode()
    return turns


def _blobs(turns: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for turn in turns:
        for part in turn.get("parts") or ():
            if isinstance(part.get("inline_data"), dict):
                yield part["inline_data"]
