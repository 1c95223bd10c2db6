"""Examples for tuning: those in a message of the Developer API, and those in the JSON lines of an object on Vertex AI."""

from __future__ import annotations

import json
from typing import Any

from ...engines import text_of
from ...framework.api import Api
from ...protocol.errors import ApiError, JsonObject, invalid
from ...protocol.payload import read_message
from ...state.tuned_models import Example


def examples_in(task: JsonObject) -> list[Example]:
    """Return the examples of a canonical TuningTask.

    Raises:
        ApiError: 400 when there are none, or one lacks a text.
    """
    path = "tuningTask.trainingData.examples.examples"
    found: list[JsonObject] = task.get("trainingData", {}).get("examples", {}).get("examples", [])
    if not found:
        raise invalid(path, "there is nothing to tune on; give examples with textInput and output.")
    for index, example in enumerate(found):
        for name in ("textInput", "output"):
            if not example.get(name):
                raise invalid(f"{path}[{index}].{name}", "is missing or empty.")
    return [Example(example["textInput"], example["output"]) for example in found]


def examples_at(api: Api, uri: str, *, is_preference: bool) -> list[Example]:
    """Return the examples in an object of JSON lines.

    Args:
        api: the server's parts.
        uri: where it is.
        is_preference: whether each example has several answers with scores, of which the best one counts.

    Raises:
        ApiError: when it cannot be read, or a line is no example.
    """
    file = api.storage.find(uri) if uri.startswith("gs://") else None
    if file is None:
        problem = "this server has no access to Google Cloud, and holds no object of this name itself."
        raise ApiError(404, f"{uri} cannot be read: {problem}")
    lines = [(number, line) for number, line in enumerate(file.data.splitlines(), start=1) if line.strip()]
    if not lines:
        raise ApiError(400, f"{uri} is empty; it needs an example in each line.")
    return [_example(line, f"{uri}, line {number}", is_preference) for number, line in lines]


def _example(text: bytes, where: str, is_preference: bool) -> Example:
    try:
        line: Any = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise invalid(where, f"is not JSON: {error}") from None
    fields = read_message(line, "TuningLine", "vertex")
    contents: list[JsonObject] = fields.get("contents", [])
    if is_preference:
        completions: list[JsonObject] = fields.get("completions", [])
        scores: list[float] = [completion.get("score", 0.0) for completion in completions]
        answer: JsonObject = completions[scores.index(max(scores))].get("completion", {}) if scores else {}
    else:
        contents, answer = contents[:-1], contents[-1] if contents else {}
    if not contents or not text_of(answer) or answer.get("role", "model") != "model":
        expected = "contents and completions" if is_preference else "contents that end with one of the role model"
        raise invalid(where, f"is no example; expected {expected}.")
    return Example(text_of(contents[-1]), text_of(answer))
