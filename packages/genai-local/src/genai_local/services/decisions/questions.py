"""Questions of decisions: their labels, their wording for a model, and the answers for the probabilities of the labels.

It knows questions and numbers, but no engine.
"""

from __future__ import annotations

import math
from typing import Any, cast

from ...protocol.errors import JsonObject, invalid
from ...protocol.limits import MAX_QUESTIONS

_MAX_LABELS = 64
_MAX_LABEL = 256
_YES, _NO = "true", "false"


def check_questions(questions: JsonObject) -> None:
    """Check canonical questions.

    Raises:
        ApiError: 400 with the path of the field.
    """
    if not 1 <= len(questions) <= MAX_QUESTIONS:
        raise invalid("questions", f"expected 1 to {MAX_QUESTIONS} questions, not {len(questions)}.")
    for name, question in questions.items():
        path = f"questions['{name}']"
        if not _text_of(question["instructions"]).strip():
            raise invalid(f"{path}.instructions", "is empty; give the question as text.")
        least = {"choice": 1, "score": 2}.get(question["type"])
        if least is None:
            continue
        labels = labels_of(question)
        if not least <= len(labels) <= _MAX_LABELS:
            raise invalid(f"{path}.criteria", f"expected {least} to {_MAX_LABELS} entries, not {len(labels)}.")
        for label in labels:
            if not label.strip() or len(label) > _MAX_LABEL:
                raise invalid(f"{path}.criteria", f"expected names of 1 to {_MAX_LABEL} characters, not {label!r}.")


def labels_of(question: JsonObject) -> list[str]:
    """Return the labels among which a model chooses: the names of choices, `true` and `false`, or the scores from 1."""
    if question["type"] == "choice":
        return list(question["criteria"])
    if question["type"] == "score":
        return [str(score) for score in range(1, len(question["criteria"]) + 1)]
    return [_YES, _NO]


def prompt_of(question: JsonObject) -> str:
    """Return the question as a text for a model."""
    criteria: Any = question.get("criteria", {})
    if question["type"] == "noul":
        descriptions = {_YES: criteria.get("true_description", ""), _NO: criteria.get("false_description", "")}
    elif question["type"] == "score":
        descriptions = dict(zip(labels_of(question), cast("list[str]", criteria), strict=True))
    else:
        descriptions = cast("dict[str, str]", criteria)
    lines = [
        f"- {label}: {description}" if description else f"- {label}" for label, description in descriptions.items()
    ]
    return "\n".join([_text_of(question["instructions"]), "Answer with exactly one of these labels:", *lines])


def _text_of(instructions: Any) -> str:
    if isinstance(instructions, str):
        return instructions
    contents: list[JsonObject] = cast("Any", instructions if isinstance(instructions, list) else [instructions])
    return "\n".join(content["text"] for content in contents)


def shares(labels: list[str], chosen: str, probability: float) -> dict[str, float]:
    """Return the probability of each label: that of the chosen one, and equal parts of the rest for the others."""
    others = (1.0 - probability) / (len(labels) - 1) if len(labels) > 1 else 0.0
    return {label: probability if label == chosen else others for label in labels}


def from_likelihoods(likelihoods: dict[str, float]) -> dict[str, float]:
    """Return the probability of each label, given the logarithm of its likelihood as the next words of the model."""
    highest = max(likelihoods.values())
    weights = {label: math.exp(value - highest) for label, value in likelihoods.items()}
    total = sum(weights.values())
    return {label: weight / total for label, weight in weights.items()}


def answer_of(question: JsonObject, probabilities: dict[str, float]) -> JsonObject:
    """Return the answer to a question, given the probability of each label; the likeliest one is chosen."""
    chosen = max(probabilities, key=lambda label: probabilities[label])
    confidence = probabilities[chosen]
    if question["type"] == "noul":
        return {"type": "noul", "noul": probabilities[_YES], "confidence": confidence}
    answer: JsonObject = {"type": question["type"], "confidence": confidence, "probabilities": probabilities}
    if question["type"] == "choice":
        return {**answer, "choice": chosen}
    legend = dict(zip(probabilities, cast("list[str]", question["criteria"]), strict=True))
    score = sum(int(label) * share for label, share in probabilities.items())
    return {**answer, "score": score, "legend": legend}
