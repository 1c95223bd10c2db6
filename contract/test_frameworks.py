"""Frameworks and instrumentations for the official SDK, run with this one: the programs of the folder `frameworks` call
genai-local, with a script and with the embedded model. The installation takes minutes and needs the package index.
"""

from __future__ import annotations

import base64
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from genai_local import serve
from genai_local.testing import ScriptedGemini

from .framework_programs import NEWEST, REPORT, TEXT, imported, printed_by, reply, run, skip_without_model

pytestmark = pytest.mark.heavy


_FOLDERS = (
    *("agentplatform", "agno", "google/adk", "google/cloud/aiplatform", "haystack_integrations", "instructor"),
    *("langchain_google_genai", "llama_index/llms/google_genai", "mem0", "opentelemetry/instrumentation/google_genai"),
    *("pydantic_ai", "strands", "vertexai"),
)
_OWN_NAMES = ("google.genai", "google-genai")


def test_dependencies_of_the_newest_frameworks_are_met_together() -> None:
    assert run(NEWEST, ["-m", "pip", "check"]).strip() == "No broken requirements found."


def test_every_module_that_mentions_the_sdk_can_be_imported() -> None:
    found = imported(_FOLDERS)
    lacking = {module: error for module, error in found["errors"].items() if any(name in error for name in _OWN_NAMES)}
    assert not lacking
    assert (
        found["modules"] - len(found["errors"]) >= 317
    )  # other modules need packages that these frameworks do not require


def test_langchain(gemini: ScriptedGemini) -> None:
    found = _run("langchain", gemini)
    results = found.pop("with results")
    assert "sunny in Boston" in results
    assert found == {
        **dict.fromkeys(("answer", "system", "picture", "answer awaited", "stream awaited"), TEXT),
        **{name: [{"city": "Boston"}] for name in ("calls", "calls in a stream", "calls awaited")},
        **dict.fromkeys(("structured by a function", "structured by a schema"), REPORT),
        "usage": True,
        "stream": ["Hello from the script", ", in several pieces", "."],
        "tokens": 2,
        "vectors": 2,
    }


def test_pydantic_ai(gemini: ScriptedGemini) -> None:
    found = _run("pydantic_ai", gemini)
    for name in ("with results", "stream with results"):
        assert "sunny in Boston" in found.pop(name)
    assert found == {
        **dict.fromkeys(("answer", "history", "instructions", "picture", "own client"), TEXT),
        **dict.fromkeys(("structured by a function", "structured by a schema", "stream structured"), REPORT),
        "requests": 2,
        "stream": ["Hello from the script", ", in several pieces", "."],
    }


def test_opentelemetry(gemini: ScriptedGemini) -> None:
    gemini.on("Fail").fail(500)
    found = _run("opentelemetry", gemini)
    generated, called = "generate_content gemini-2.5-flash", "execute_tool get_weather"
    for name in ("calling", "calling in a stream", "chat", "calling awaited"):
        answer, spans, counted = found.pop(name)
        assert ("sunny in Boston" in answer, spans, counted) == (True, [called, generated], True), name
    for name in ("answer", "stream", "stream awaited"):
        assert found.pop(name) == [TEXT, [generated], True], name
    assert found.pop("interaction with error") == [500, ["interactions.create gemini-2.5-flash"], False]
    answer, spans, counted = found.pop("interaction with functions")
    assert ("sunny in Boston" in answer, spans, counted) == (True, ["interactions.create gemini-2.5-flash"], True)
    for name in [name for name in found if name.startswith("interaction")]:
        is_again = name.startswith("interaction again")
        span = "fetch_response" if is_again else "interactions.create gemini-2.5-flash"
        assert found.pop(name) == [TEXT, [span], not is_again], name
    answered = [TEXT, [generated], True]  # by google.genai.otel, which was active all the time
    assert found == {"error": [500, [generated], False], "own afterwards": answered, "afterwards": [TEXT, [], False]}


def test_mlflow(gemini: ScriptedGemini) -> None:
    found = _run("mlflow", gemini)
    for name, models, chat in (("chat", "Models", "Chat"), ("chat awaited", "AsyncModels", "AsyncChat")):
        answer, spans = found.pop(name)
        rounds = [f"{models}._generate_content"] * 2
        assert "sunny in Boston" in answer
        assert spans == [f"{chat}.send_message", f"{models}.generate_content", *rounds], name
    answer, spans = found.pop("calling")
    assert "sunny in Boston" in answer
    assert spans == ["Models.generate_content", "Models._generate_content", "Models._generate_content"]
    assert found == {
        "answer": [TEXT, ["Models.generate_content", "Models._generate_content"]],
        "answer awaited": [TEXT, ["AsyncModels.generate_content", "AsyncModels._generate_content"]],
        "tokens": [2, ["Models.count_tokens"]],
        "vectors": [1, ["Models.embed_content"]],
    }


def test_google_adk(gemini: ScriptedGemini) -> None:
    found = _run("google_adk", gemini)
    for name in ("with results", "in a database"):
        (text,), state = found.pop(name)
        assert ("sunny in Boston" in text, state) == (True, {"asked": "Boston"}), name
    said = found.pop("live")
    assert "".join(said[: said.index("call of look")]) == TEXT
    assert "cloudy in Boston" in "".join(said[said.index("call of look") :])
    assert found == {
        "answer": [TEXT],
        "stream": ["Hello from the script", ", in several pieces", "."],
        "structured": {"report": REPORT},
        "two agents": [TEXT, TEXT],
        "modules of vertexai": True,
        "address of an engine": "wss://us-central1-aiplatform.googleapis.com/",
    }


def test_adk_with_interactions(gemini: ScriptedGemini) -> None:
    found = _run("adk_interactions", gemini)
    for name in ("with results", "with results in a stream"):
        texts = found[name].pop("texts")
        assert "sunny in Boston" in "".join(texts), name
        assert found.pop(name) == {"interactions": 2, "counted": True, "state": {"asked": "Boston"}}, name
    pieces = ["Hello from the script", ", in several pieces", "."]
    expected = {"answer": [TEXT], "stream": pieces, "two turns": [TEXT] * 2, "two turns in streams": pieces * 2}
    assert found == {
        name: {"texts": texts, "interactions": 2 if "two" in name else 1, "counted": True, "state": {}}
        for name, texts in expected.items()
    }
    continuing = [call for call in _interactions(gemini) if "previous_interaction_id" in call]
    assert len(continuing) == 4
    assert all(len(call["input"]) == 1 for call in continuing)


def test_agno_with_interactions(gemini: ScriptedGemini) -> None:
    found = _run("agno_interactions", gemini)
    for name in ("with results", "with results awaited", "with results in a stream"):
        assert "sunny in Boston" in found.pop(name), name
    assert found == {
        **dict.fromkeys(("answer", "answer awaited"), TEXT),
        "stream": ["Hello from the script", ", in several pieces", "."],
    }
    assert len(_interactions(gemini)) == 9


def _interactions(gemini: ScriptedGemini) -> list[dict[str, Any]]:
    """Return the bodies of the requests that created interactions."""
    return [request.json for request in gemini.requests if request.path.endswith("/interactions")]


def test_aiplatform(gemini: ScriptedGemini) -> None:
    assert _run("aiplatform", gemini) == {"answers": [TEXT] * 2, "structured": [REPORT] * 2}


def test_llama_index(gemini: ScriptedGemini) -> None:
    assert _run("llama_index_genai", gemini) == {
        **dict.fromkeys(("answer", "answer awaited", "chat", "stream awaited"), TEXT),
        "stream": ["Hello from the script", ", in several pieces", "."],
        "calls": [{"city": "Boston"}],
        "structured": REPORT,
    }


def test_haystack(gemini: ScriptedGemini) -> None:
    found = _run("haystack", gemini)
    assert "sunny in Boston" in found.pop("with results")
    assert found == {
        **dict.fromkeys(("answer", "answer awaited"), TEXT),
        "stream": ["Hello from the script", ", in several pieces", "."],
        "calls": [{"city": "Boston"}],
        "vectors": True,
    }


def test_strands(gemini: ScriptedGemini) -> None:
    found = _run("strands", gemini)
    assert "sunny in Boston" in found.pop("with results")
    assert found == {
        **dict.fromkeys(("answer", "answer awaited"), TEXT),
        "stream": ["Hello from the script", ", in several pieces", "."],
    }


def test_instructor(gemini: ScriptedGemini) -> None:
    found = _run("instructor", gemini)
    assert found.keys() == {"by a function", "by a function awaited", "by a schema", "by a schema awaited"}
    assert all(report == REPORT for report in found.values())


def test_mem0(gemini: ScriptedGemini) -> None:
    assert _run("mem0", gemini) == {"answer": TEXT, "calls": [{"city": "Boston"}], "vector": 8}


def test_beam(gemini: ScriptedGemini) -> None:
    png = {"inlineData": {"mimeType": "image/png", "data": _png(64)}}
    gemini.on(lambda body: "larger" in str(body["contents"])).reply(png)
    gemini.on().reply(lambda body: f"Answer to {_prompt(body)}.")
    gemini.fail(429, path="2.5-flash:generateContent", skip=10)  # Beam waits some seconds before it tries again
    found = printed_by("beam", gemini.url, {"ROWS": "40"})
    assert sorted(one["row"] for one in found["texts"]) == sorted(f"row {number}" for number in range(40))
    assert all(one["answer"] == f"Answer to {one['row']}." and one["tokens"] > 0 for one in found["texts"])
    assert sorted(map(str, found["pictures"])) == [str({"row": f"picture {n}", "size": [64, 64]}) for n in range(3)]
    assert gemini.counts().answered == 43
    assert gemini.requests_received == 44
    [pictured, *_] = [call.json for call in gemini.requests if "flash-image" in call.path]
    assert [next(iter(part)) for part in pictured["contents"][0]["parts"]] == ["text", "inlineData", "text"]


def test_daft(gemini: ScriptedGemini) -> None:
    gemini.on(lambda body: "responseSchema" in body.get("generationConfig", {})).reply(json.dumps(REPORT))
    gemini.on().reply(lambda body: f"Answer to {_prompt(body)}.")
    found = printed_by("daft", gemini.url, {"ROWS": "200", "GOOGLE_API_KEY": "key"})
    rows = [f"row {number}" for number in range(200)]
    assert found["texts"] == {"text": rows, "answer": [f"Answer to {row}." for row in rows]}
    assert found["structured"]["answer"] == [REPORT, REPORT]
    assert found["picture"] == ["Answer to Describe it.."]
    assert found["recipe"]["id"] == list(range(201))
    *answered, last = found["recipe"]["mood"]
    assert answered == [{"text": f"Answer to Which mood? {row}.", "error": None} for row in rows]
    assert last["text"] is None
    assert "the column 'text', which the template needs, is null" in last["error"]
    assert gemini.counts().answered == 403


def test_daft_recipe_with_rate_limits(gemini: ScriptedGemini) -> None:
    gemini.limit(rate=2_000, burst=50, refuse="5%", retry_s=0.1)
    found = printed_by("daft", gemini.url, {"ROWS": "200", "ONLY_RECIPE": "1", "GOOGLE_API_KEY": "key"})
    assert [one["error"] for one in found["recipe"]["mood"][:-1]] == [None] * 200
    assert gemini.counts().answered == 200
    assert gemini.counts().refused["refuse"] > 0


def test_the_guide_shows_the_daft_recipe() -> None:
    guide = Path(__file__).parent.parent / "docs" / "guides" / "bulk.md"
    if not guide.is_file():
        pytest.skip("the guide about bulk does not exist")
    program = (Path(__file__).parent / "frameworks" / "daft_recipe.py").read_text()
    _, _, code = program.partition('"""\n\n')
    assert f"```py\n{code}```\n" in guide.read_text()


def _prompt(body: dict[str, Any]) -> str:
    """Return the text of the last content of a request."""
    return "".join(part.get("text", "") for part in body["contents"][-1]["parts"])


def _png(size: int) -> str:
    """Return a picture in base64."""
    written = io.BytesIO()
    Image.new("RGB", (size, size)).save(written, "PNG")
    return base64.b64encode(written.getvalue()).decode()


def test_mcp(gemini: ScriptedGemini) -> None:
    found = _run("mcp", gemini)
    assert found.keys() == {"a client", "a session"}
    for result, answer in found.values():
        assert result == "sunny in Boston"
        assert answer.startswith("The result: ")


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    skip_without_model()
    with serve(engine="llama") as server:
        yield server.url


@pytest.mark.parametrize("name", ["langchain", "mcp", "mlflow", "opentelemetry", "pydantic_ai"])
def test_with_a_model(name: str, model: str) -> None:
    found = printed_by(name, model, {"TEXT_ONLY": "1"})
    if name == "langchain":
        assert [found["calls"], found["calls in a stream"], found["calls awaited"]] == [[{"city": "Boston"}]] * 3
    elif name == "mcp":
        assert [result for result, _ in found.values()] == ["sunny in Boston"] * 2
    elif name == "pydantic_ai":
        assert found["requests"] == 2
        assert set(found["structured by a function"]) == set(found["structured by a schema"]) == set(REPORT)
    elif name == "opentelemetry":
        for calling in ("calling", "calling in a stream", "chat", "calling awaited"):
            assert found[calling][1] == ["execute_tool get_weather", "generate_content gemini-2.5-flash"], calling
    else:
        assert [len(found[calling][1]) for calling in ("calling", "chat", "chat awaited")] == [3, 4, 4]


def _run(name: str, gemini: ScriptedGemini) -> Any:
    """Return the output of a program that calls the scripted server."""
    gemini.on().reply(reply)
    return printed_by(name, gemini.url)
