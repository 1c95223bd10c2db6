"""Decisions over HTTP: the labels of questions, probabilities, blocked inputs, engines without log probabilities."""

from __future__ import annotations

import math
from types import MappingProxyType

import httpx2
import pytest

from genai_local.engines import Capabilities, Piece, TokenLogprob
from genai_local.engines.scripted import ScriptedEngine

from .interacting import MODEL, refused

PATHS = ["/v1beta/decisions", "/v1/decisions", "/v1beta1/projects/p/locations/l/decisions", "/v1beta1/decisions"]
PATH = PATHS[0]
SPAM = {"type": "noul", "instructions": "Is it spam?", "criteria": {"true_description": "Unwanted advertising."}}
TOPIC = {"type": "choice", "instructions": "The topic?", "criteria": {"sport": "Games.", "news": ""}}
QUALITY = {
    "type": "score",
    "instructions": [{"type": "text", "text": "How good?"}, {"type": "text", "text": "Be fair."}],
    "criteria": ["bad", "fair", "good"],
}


def ask(http, questions: dict, path: str = PATH, given="Buy now!", model: str = MODEL) -> httpx2.Response:
    return http.post(path, json={"model": model, "input": given, "questions": questions})


def decided(http, questions: dict, **settings) -> dict:
    reply = ask(http, questions, **settings)
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize("path", PATHS)
def test_answers(http, gemini, path):
    prompts = []

    def answer(request) -> str:
        prompts.append(request["contents"][-1]["parts"])
        return {"spam": "true", "topic": "News", "good": "3"}[
            next(word for word in ("spam", "topic", "good") if word in prompts[-1][-1]["text"])
        ]

    gemini.on().reply(answer)
    given = [{"type": "text", "text": "Buy "}, {"type": "text", "text": "now!"}]
    found = decided(http, {"a": SPAM, "b": TOPIC, "c": QUALITY}, path=path, given=given)
    assert found["answers"] == {
        "a": {"type": "noul", "noul": 1.0, "confidence": 1.0},
        "b": {"type": "choice", "choice": "news", "confidence": 1.0, "probabilities": {"sport": 0.0, "news": 1.0}},
        "c": {
            "type": "score",
            "score": 3.0,
            "confidence": 1.0,
            "probabilities": {"1": 0.0, "2": 0.0, "3": 1.0},
            "legend": {"1": "bad", "2": "fair", "3": "good"},
        },
    }
    usage = found["usage"]
    assert usage["total_tokens"] == usage["total_input_tokens"] + usage["total_output_tokens"]
    assert [part["text"] for part in prompts[0][:2]] == ["Buy ", "now!"]
    assert prompts[0][2]["text"] == (
        "\n\nIs it spam?\nAnswer with exactly one of these labels:\n- true: Unwanted advertising.\n- false"
    )
    assert prompts[2][2]["text"].startswith("\n\nHow good?\nBe fair.\n")


def test_without_a_rule_the_output_is_one_of_the_labels(http):
    found = decided(http, {"a": SPAM, "b": TOPIC, "c": QUALITY})["answers"]
    assert (found["a"]["noul"] > 0.5, found["b"]["choice"], found["c"]["score"] < 2) == (True, "sport", True)
    for answer in (found["b"], found["c"]):
        assert sum(answer["probabilities"].values()) == pytest.approx(1)


class Model(ScriptedEngine):
    """An engine that reports how likely a label is as its next words, whatever its grammar allows."""

    capabilities = Capabilities(structured_output=True, logprobs=True)
    likelihoods = MappingProxyType(
        {"true": 0.02, "false": 0.06, "sport": 1e-9, "news": 3e-9, "1": 0.5, "2": 0.25, "3": 0.25}
    )

    async def generate(self, request):
        assert request.temperature == 0
        label = request.choices[-1]
        value = math.log(self.likelihoods[label]) / 2
        yield Piece([{"text": label}], logprobs=[TokenLogprob("x", None, value)] * 2, finish_reason="STOP")


class Masked(Model):
    """The same with log probabilities after the grammar: a label that is the only one is certain."""

    async def generate(self, request):
        value = math.log(0.25) if len(request.choices) > 1 else 0.0
        logprobs = [TokenLogprob("x", None, value)]
        yield Piece([{"text": request.choices[0]}], logprobs=logprobs, finish_reason="STOP")


class Silent(Model):
    """The same without log probabilities."""

    capabilities = Capabilities(structured_output=True)

    async def generate(self, request):
        assert request.top_logprobs is None
        yield Piece([{"text": request.choices[-1]}], finish_reason="STOP")


def decided_by(server, no_tls) -> dict:
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        return decided(http, {"a": SPAM, "b": TOPIC, "c": QUALITY})["answers"]


def test_probabilities_of_a_model(serve_engine, no_tls):
    found = decided_by(serve_engine(Model()), no_tls)
    assert found["a"]["noul"] == pytest.approx(0.25)
    assert found["a"]["confidence"] == pytest.approx(0.75)
    assert (found["b"]["choice"], found["b"]["confidence"]) == ("news", pytest.approx(0.75))
    assert found["b"]["probabilities"] == pytest.approx({"sport": 0.25, "news": 0.75})
    assert found["c"]["probabilities"] == pytest.approx({"1": 0.5, "2": 0.25, "3": 0.25})
    assert found["c"]["score"] == pytest.approx(0.5 + 0.5 + 0.75)


def test_probabilities_after_the_grammar(serve_engine, no_tls):
    found = decided_by(serve_engine(Masked()), no_tls)
    assert found["b"]["probabilities"] == pytest.approx({"sport": 0.25, "news": 0.75})
    assert found["a"]["noul"] == pytest.approx(0.25)


def test_an_engine_without_probabilities(serve_engine, no_tls):
    found = decided_by(serve_engine(Silent()), no_tls)
    assert found["a"] == {"type": "noul", "noul": 0.0, "confidence": 1.0}
    assert (found["b"]["choice"], found["c"]["score"]) == ("news", 3.0)


def test_a_blocked_input(http, gemini):
    gemini.on("Buy").reply({"promptFeedback": {"blockReason": "SAFETY", "blockReasonMessage": "No."}})
    found = decided(http, {"a": SPAM})
    assert found["prompt_feedback"] == {"block_reason": "safety", "block_reason_message": "No."}
    assert "answers" not in found


def test_an_answer_that_is_not_a_label(http, gemini):
    gemini.on("Buy").reply("Perhaps.")
    message = refused(ask(http, {"a": SPAM}), 500, "internal")
    assert message == "questions['a']: the model answered 'Perhaps.', not one of true, false."


@pytest.mark.parametrize(
    ("questions", "problem"),
    [
        ({}, "questions: expected 1 to 32 questions, not 0"),
        ({str(number): SPAM for number in range(33)}, "questions: expected 1 to 32 questions, not 33"),
        ({"a": {**SPAM, "instructions": " "}}, "questions['a'].instructions: is empty"),
        ({"a": {**TOPIC, "criteria": {}}}, "questions['a'].criteria: expected 1 to 64 entries, not 0"),
        ({"a": {**TOPIC, "criteria": {"": "x"}}}, "questions['a'].criteria: expected names of 1 to 256 characters"),
        ({"a": {**QUALITY, "criteria": ["x"]}}, "questions['a'].criteria: expected 2 to 64 entries, not 1"),
        ({"a": {**QUALITY, "criteria": ["x"] * 65}}, "questions['a'].criteria: expected 2 to 64 entries, not 65"),
        ({"a": {"type": "riddle"}}, "Invalid value at 'questions['a'].type' (expected choice, noul or score)"),
        (
            {"a": {**SPAM, "instructions": [{"type": "image"}]}},
            "Invalid value at 'questions['a'].instructions[0].type'",
        ),
    ],
)
def test_refused_questions(http, questions, problem):
    assert refused(ask(http, questions)).startswith(problem)


def test_refused_inputs(http):
    assert refused(ask(http, {"a": SPAM}, given=[])).startswith("input: is missing")
    assert refused(ask(http, {"a": SPAM}, model="no"), 404, "not_found").startswith("model: models/no")
    message = refused(ask(http, {"a": SPAM}, given=[{"type": "user_input"}]))
    assert message.startswith("Invalid value at 'input[0].type' (expected text, image,")
