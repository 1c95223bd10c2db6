"""The input of an interaction as steps, and the check that function results answer the calls of the whole chain.

It knows the form of the Interactions API only; `contents` converts steps for an engine.
"""

from __future__ import annotations

from dataclasses import dataclass

from ...protocol.errors import JsonObject, invalid

_CONTENTS = ("text", "image", "audio", "document", "video")


@dataclass(frozen=True)
class Located:
    """A step, and the path of each of its parts in the request."""

    step: JsonObject
    path: str
    """The path of the step, or of the input that is its content."""
    contents: str | None = None
    """The path of the list of its contents; None for a step whose only content is at `path`."""

    def content_path(self, index: int) -> str:
        """Return the path of a content of the step."""
        return self.path if self.contents is None else f"{self.contents}[{index}]"


def steps_of(request: JsonObject) -> list[Located]:
    """Return the input of a canonical request as steps.

    Raises:
        ApiError: 400 for an input that is missing (unless the request continues an answer by its token), empty, or a mixture
            of contents and steps.
    """
    given = request.get("input")
    if isinstance(given, str):
        return [Located({"type": "user_input", "content": [{"type": "text", "text": given}]}, "input")]
    if isinstance(given, dict):
        return [Located({"type": "user_input", "content": [given]}, "input")]
    if not given:
        if request.get("continuation_token") and request.get("previous_interaction_id"):
            return []  # the rest of an answer has no input of its own
        raise invalid("input", "is missing; give a text, a content, a list of contents, or a list of steps.")
    items: list[JsonObject] = given
    kinds = {item["type"] in _CONTENTS for item in items}
    if kinds == {True}:
        return [Located({"type": "user_input", "content": items}, "input", "input")]
    if kinds == {False}:
        return [Located(step, f"input[{index}]", _list_in(step, f"input[{index}]")) for index, step in enumerate(items)]
    first = items[0]["type"] in _CONTENTS
    other = next(index for index, item in enumerate(items) if (item["type"] in _CONTENTS) != first)
    expected = "a content" if first else "a step"
    raise invalid(
        f"input[{other}].type",
        f"expected {expected}, like input[0], not {items[other]['type']!r}; give either contents only or steps only.",
    )


def _list_in(step: JsonObject, path: str) -> str:
    name = {"thought": "summary", "function_result": "result"}.get(step["type"], "content")
    return f"{path}.{name}"


def earlier(steps: list[JsonObject]) -> list[Located]:
    """Return the steps of earlier interactions, whose only path is that of the field that refers to them."""
    return [Located(step, "previous_interaction_id") for step in steps]


def check_results(steps: list[Located]) -> None:
    """Check that each function result has the `call_id` of an open call, and that each call has one result.

    Args:
        steps: the steps of all turns, oldest first.

    Raises:
        ApiError: 400 with the path of the step.
    """
    calls: dict[str, str] = {}
    """The open calls: their names by their ids."""
    is_answering = False
    for located in steps:
        step = located.step
        if step["type"] == "function_call":
            if is_answering:
                _refuse_open(calls, located.path)
            if step["id"] in calls:
                raise invalid(
                    f"{located.path}.id", f"the id {step['id']!r} belongs to an earlier call; give each call its own."
                )
            calls[step["id"]] = step["name"]
            is_answering = False
        elif step["type"] == "function_result":
            is_answering = True
            _take_result(calls, step, located.path)
        elif step["type"] == "user_input" or is_answering:
            _refuse_open(calls, located.path)
            is_answering = False
    if is_answering or (steps and steps[-1].step["type"] == "function_call"):
        _refuse_open(calls, steps[-1].path)


def _take_result(calls: dict[str, str], step: JsonObject, path: str) -> None:
    call_id: str = step["call_id"]
    if call_id not in calls:
        expected = f"expected {_listed(calls)}" if calls else "no call is open"
        raise invalid(f"{path}.call_id", f"{call_id!r} is not the id of an open function call; {expected}.")
    name = calls.pop(call_id)
    if step.get("name", name) != name:
        raise invalid(f"{path}.name", f"the call {call_id!r} is to {name!r}, not to {step['name']!r}.")


def _refuse_open(calls: dict[str, str], path: str) -> None:
    if calls:
        raise invalid(path, f"expected a function_result for each open function call first: {_listed(calls)}.")


def _listed(calls: dict[str, str]) -> str:
    return ", ".join(f"{call_id!r} ({name})" for call_id, name in calls.items())
