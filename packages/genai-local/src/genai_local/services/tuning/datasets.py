"""Tuning examples: in a message of the Developer API, or in a `gs://` object with JSON lines on Vertex AI."""

from __future__ import annotations

from ...engines import text_of
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.payload import read_json, read_message
from ...state.tuned_models import Example


def examples_in(task: JsonObject) -> list[Example]:
    """Return the examples of a canonical TuningTask.

    Raises:
        ApiError: 400 without examples, or for an example with a missing text.
    """
    path = "tuningTask.trainingData.examples.examples"
    found: list[JsonObject] = task.get("trainingData", {}).get("examples", {}).get("examples", [])
    if not found:
        raise invalid(path, "is empty; give examples with textInput and output.")
    for index, example in enumerate(found):
        for name in ("textInput", "output"):
            if not example.get(name):
                raise invalid(f"{path}[{index}].{name}", "is missing or empty.")
    return [Example(example["textInput"], example["output"]) for example in found]


def examples_at(api: Api, uri: str, *, is_preference: bool) -> list[Example]:
    """Return the examples in an object with JSON lines.

    Args:
        api: the server's parts.
        uri: URI of the object.
        is_preference: whether each example has several answers with scores; the best answer is used.

    Raises:
        ApiError: 404 for an unreadable object, 400 for an invalid line.
    """
    file = api.storage.find(uri) if uri.startswith("gs://") else None
    if file is None:
        problem = "this server has no access to Cloud Storage, and no own object with this name."
        raise ApiError(404, f"{uri} cannot be read: {problem}")
    lines = [(number, line) for number, line in enumerate(file.data.splitlines(), start=1) if line.strip()]
    if not lines:
        raise ApiError(400, f"{uri} is empty; expected one example per line.")
    return [_example(line, f"{uri}, line {number}", is_preference) for number, line in lines]


def _example(text: bytes, where: str, is_preference: bool) -> Example:
    try:
        line = read_json(text)
    except ApiError as error:
        raise invalid(where, error.message) from None
    fields = read_message(line, "TuningLine", "vertex")
    contents: list[JsonObject] = fields.get("contents", [])
    if is_preference:
        completions: list[JsonObject] = fields.get("completions", [])
        scores: list[float] = [completion.get("score", 0.0) for completion in completions]
        answer: JsonObject = completions[scores.index(max(scores))].get("completion", {}) if scores else {}
    else:
        contents, answer = contents[:-1], contents[-1] if contents else {}
    if not contents or not text_of(answer) or answer.get("role", "model") != "model":
        expected = "contents and completions" if is_preference else "contents that end with a content of the role model"
        raise invalid(where, f"not a valid example; expected {expected}.")
    return Example(text_of(contents[-1]), text_of(answer))
