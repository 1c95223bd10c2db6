"""The function calls of a session: which ones the model waits for, which ones run in the background, and their results.

It knows contents, but no messages of the server.
"""

from __future__ import annotations

from ...protocol.errors import JsonObject, invalid
from ...protocol.messages import Surface

_RUNNING = "The function is running. Its result follows later."
_KEPT_CANCELLED = 1_000


class Calls:
    """The calls of one session.

    Args:
        surface: the surface of the session. On Vertex AI, a result may have the name of its call in place of its id.
    """

    def __init__(self, surface: Surface) -> None:
        self._surface: Surface = surface
        self._parts: list[JsonObject] = []
        """The parts of the model's turn with the calls it waits for."""
        self._waiting: dict[str, JsonObject] = {}
        self._results: dict[str, JsonObject] = {}
        self._in_background: dict[str, JsonObject] = {}
        self._cancelled: list[str] = []

    @property
    def is_waiting(self) -> bool:
        """Whether the model waits for results."""
        return bool(self._waiting)

    @property
    def is_complete(self) -> bool:
        """Whether the model has all results that it has waited for, and has not read them."""
        return bool(self._parts) and not self._waiting

    @property
    def said(self) -> list[JsonObject]:
        """The parts of the model's turn other than calls."""
        return [part for part in self._parts if "functionCall" not in part]

    def begin(self, parts: list[JsonObject], behaviors: dict[str, str]) -> None:
        """Note a turn of the model with calls.

        Args:
            parts: the parts of the turn.
            behaviors: behaviors of functions by name; the model does not wait for NON_BLOCKING ones.
        """
        self._parts = parts
        for part in parts:
            call: JsonObject | None = part.get("functionCall")
            if call is None:
                continue
            if behaviors.get(call["name"]) == "NON_BLOCKING":
                self._in_background[call["id"]] = part
                self._results[call["id"]] = {**_identity(call), "response": {"status": _RUNNING}}
            else:
                self._waiting[call["id"]] = call

    def take(self, results: list[JsonObject]) -> list[tuple[list[JsonObject], str]]:
        """Take results of functions. Return the contents and the scheduling of those that ran in the background.

        Raises:
            ApiError: 400 for a result without a call.
        """
        later: list[tuple[list[JsonObject], str]] = []
        for index, result in enumerate(results):
            identity = self._identity_of(result, f"toolResponse.functionResponses[{index}]")
            kept = {name: value for name, value in result.items() if name not in ("scheduling", "willContinue")}
            if (call := self._waiting.pop(identity, None)) is not None:
                self._results[identity] = {**kept, **_identity(call)}
            elif (part := self._in_background.get(identity)) is not None:
                if not result.get("willContinue"):
                    del self._in_background[identity]
                response = {"functionResponse": {**kept, **_identity(part["functionCall"])}}
                contents = [{"role": "model", "parts": [part]}, {"role": "user", "parts": [response]}]
                later.append((contents, result.get("scheduling", "WHEN_IDLE")))
        return later

    def _identity_of(self, result: JsonObject, path: str) -> str:
        """Return the id of the call that a result belongs to."""
        open_calls = {
            **{identity: call["name"] for identity, call in self._waiting.items()},
            **{identity: part["functionCall"]["name"] for identity, part in self._in_background.items()},
        }
        identity: str = result.get("id", "")
        if identity in open_calls or identity in self._cancelled:
            return identity
        if not identity and self._surface == "vertex":
            for known, name in open_calls.items():
                if name == result.get("name"):
                    return known
        expected = ", ".join(open_calls) or "no result, since no call is open"
        problem = f"{identity!r} is not the id of an open function call" if identity else "is missing"
        raise invalid(f"{path}.id", f"{problem}; expected {expected}.")

    def end(self) -> list[JsonObject]:
        """Return the contents of the turn with calls and of their results, and forget them."""
        calls = [part["functionCall"] for part in self._parts if "functionCall" in part]
        results: list[JsonObject] = [{"functionResponse": self._results[call["id"]]} for call in calls]
        contents = [{"role": "model", "parts": self._parts}, {"role": "user", "parts": results}]
        self._parts = []
        self._results.clear()
        return contents

    def cancel(self) -> list[str]:
        """Forget the turn with calls, and return the ids of the calls that the model has waited for."""
        cancelled = list(self._waiting)
        self._cancelled = [*self._cancelled, *cancelled][-_KEPT_CANCELLED:]
        self._waiting.clear()
        self._results.clear()
        self._parts = []
        return cancelled


def _identity(call: JsonObject) -> JsonObject:
    return {"id": call["id"], "name": call["name"]}
