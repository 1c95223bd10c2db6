"""Frameworks and instrumentations for the official SDK, run with this one: each program of `frameworks` runs in its own
environment and calls genai-local, with a script and with the embedded model. The installation takes minutes and needs the
package index.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genai_local import serve, weights
from genai_local.testing import ScriptedGemini

pytestmark = pytest.mark.heavy

_ROOT = Path(__file__).resolve().parent.parent
_SDK = _ROOT / "packages" / "google-genai"
_LIMIT_S = 240
_TEXT = "Hello from the script, in several pieces."
_REPORT = {"city": "Boston", "degrees": 20}
_REQUIREMENTS = {
    "langchain": ["langchain-core>=1.1,<2", "filetype"],
    "pydantic_ai": ["pydantic-ai-slim[google]>=1.20,<2"],
    "opentelemetry": ["opentelemetry-instrumentation-google-genai==1.3b0", "opentelemetry-sdk"],
    "mcp": ["mcp>=2"],
    "mlflow": ["mlflow-skinny>=3.17,<4", "sqlalchemy", "alembic"],
    "adk_interactions": [
        *("aiosqlite", "authlib>=1.9.1,<2", "click>=8.1.8,<9", "cryptography>=42", "fastapi>=0.133,<1"),
        *("google-auth[pyopenssl]>=2.47", "graphviz>=0.20.2,<1", "httpx>=0.27,<1", "jsonschema>=4.23,<5"),
        *("opentelemetry-sdk>=1.39,<=1.44", "packaging", "python-dotenv>=1,<2", "python-multipart<1", "PyYAML>=6.0.2"),
        *("requests>=2.32.4,<3", "starlette>=1.3.1,<2", "tenacity>=9,<10", "uvicorn>=0.34,<1", "watchdog>=6,<7"),
    ],
    "agno_interactions": [
        *("agnoctl>=0.2", "docstring-parser", "h11>=0.16", "httpx[http2]>=0.28.1", "packaging", "pydantic-settings"),
        *("PyYAML", "rich"),
    ],
    "google_adk": ["google-adk==1.20.0", "google-cloud-aiplatform==1.133.0", "sqlalchemy[asyncio]>=2", "aiosqlite"],
}
_LATER = {"adk_interactions", "agno_interactions"}
"""Frameworks that use names of a later release of the SDK."""
_BESIDE = {
    "langchain": "langchain-google-genai==4.0.0",
    "adk_interactions": "google-adk==2.13.0",
    "agno_interactions": "agno==3.1.10",
}
"""Packages that require a newer release of the SDK than this one is compatible with; installed without dependencies."""


def test_langchain(gemini: ScriptedGemini) -> None:
    found = _run("langchain", gemini)
    results = found.pop("with results")
    assert "sunny in Boston" in results
    assert found == {
        **dict.fromkeys(("answer", "system", "picture", "answer awaited", "stream awaited"), _TEXT),
        **{name: [{"city": "Boston"}] for name in ("calls", "calls in a stream", "calls awaited")},
        **dict.fromkeys(("structured by a function", "structured by a schema"), _REPORT),
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
        **dict.fromkeys(("answer", "history", "instructions", "picture", "own client"), _TEXT),
        **dict.fromkeys(("structured by a function", "structured by a schema", "stream structured"), _REPORT),
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
        assert found.pop(name) == [_TEXT, [generated], True], name
    assert found.pop("interaction with error") == [500, ["interactions.create gemini-2.5-flash"], False]
    answer, spans, counted = found.pop("interaction with functions")
    assert ("sunny in Boston" in answer, spans, counted) == (True, ["interactions.create gemini-2.5-flash"], True)
    for name in [name for name in found if name.startswith("interaction")]:
        is_again = name.startswith("interaction again")
        span = "fetch_response" if is_again else "interactions.create gemini-2.5-flash"
        assert found.pop(name) == [_TEXT, [span], not is_again], name
    assert found == {"error": [500, [generated], False], "afterwards": [_TEXT, [], False]}


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
        "answer": [_TEXT, ["Models.generate_content", "Models._generate_content"]],
        "answer awaited": [_TEXT, ["AsyncModels.generate_content", "AsyncModels._generate_content"]],
        "tokens": [2, ["Models.count_tokens"]],
        "vectors": [1, ["Models.embed_content"]],
    }


def test_google_adk(gemini: ScriptedGemini) -> None:
    found = _run("google_adk", gemini)
    for name in ("with results", "in a database"):
        (text,), state = found.pop(name)
        assert ("sunny in Boston" in text, state) == (True, {"asked": "Boston"}), name
    said = found.pop("live")
    assert "".join(said[: said.index("call of look")]) == _TEXT
    assert "cloudy in Boston" in "".join(said[said.index("call of look") :])
    assert found == {
        "answer": [_TEXT],
        "stream": ["Hello from the script", ", in several pieces", "."],
        "structured": {"report": _REPORT},
        "two agents": [_TEXT, _TEXT],
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
    expected = {"answer": [_TEXT], "stream": pieces, "two turns": [_TEXT] * 2, "two turns in streams": pieces * 2}
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
        **dict.fromkeys(("answer", "answer awaited"), _TEXT),
        "stream": ["Hello from the script", ", in several pieces", "."],
    }
    assert len(_interactions(gemini)) == 9


def _interactions(gemini: ScriptedGemini) -> list[dict[str, Any]]:
    """Return the bodies of the requests that created interactions."""
    return [request.json for request in gemini.requests if request.path.endswith("/interactions")]


def test_mcp(gemini: ScriptedGemini) -> None:
    found = _run("mcp", gemini)
    assert found.keys() == {"a client", "a session"}
    for result, answer in found.values():
        assert result == "sunny in Boston"
        assert answer.startswith("The result: ")


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the package xllamacpp is not installed")
    if not weights.path_of(weights.DEFAULT).is_file():
        pytest.skip("the model is not in the cache: genai-local pull smollm2")
    with serve(engine="llama") as server:
        yield server.url


@pytest.mark.parametrize("name", sorted(_REQUIREMENTS.keys() - _LATER - {"google_adk"}))
def test_with_a_model(name: str, model: str) -> None:
    found = _printed_by(name, model, TEXT_ONLY="1")
    if name == "langchain":
        assert [found["calls"], found["calls in a stream"], found["calls awaited"]] == [[{"city": "Boston"}]] * 3
    elif name == "mcp":
        assert [result for result, _ in found.values()] == ["sunny in Boston"] * 2
    elif name == "pydantic_ai":
        assert found["requests"] == 2
        assert set(found["structured by a function"]) == set(found["structured by a schema"]) == set(_REPORT)
    elif name == "opentelemetry":
        for calling in ("calling", "calling in a stream", "chat", "calling awaited"):
            assert found[calling][1] == ["execute_tool get_weather", "generate_content gemini-2.5-flash"], calling
    else:
        assert [len(found[calling][1]) for calling in ("calling", "chat", "chat awaited")] == [3, 4, 4]


def _run(name: str, gemini: ScriptedGemini) -> Any:
    """Return the output of a program that calls the scripted server."""
    gemini.on().reply(_reply)
    return _printed_by(name, gemini.url)


def _printed_by(name: str, url: str, **environment: str) -> Any:
    python = _environment(name)
    programs = Path(__file__).parent / "frameworks"
    launcher = [str(programs / "as_later_release.py")] if name in _LATER else []
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("GOOGLE_", "GEMINI_", "PYTHON"))}
    finished = subprocess.run(  # noqa: S603
        [str(python), *launcher, str(programs / f"{name}_program.py")],
        env=settings | environment | {"GOOGLE_GEMINI_BASE_URL": url},
        cwd=python.parent.parent,  # for the files of the program
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return json.loads(finished.stdout.splitlines()[-1])


def _reply(body: dict[str, Any]) -> Any:
    """Return a call of the declared function for questions about the weather, the results of functions, or data for a schema."""
    parts = body["contents"][-1]["parts"]
    results = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]
    if results:
        return f"The result: {json.dumps(results)}"
    if {"responseSchema", "responseJsonSchema"} & set(body.get("generationConfig", {})):
        return json.dumps(_REPORT)
    declared = [one["name"] for tool in body.get("tools", []) for one in tool.get("functionDeclarations", [])]
    if declared and any("weather" in part.get("text", "") for part in parts):
        name = "get_weather" if "get_weather" in declared else declared[-1]
        args = _REPORT if name not in ("get_weather", "look") else {"city": "Boston"}
        return {"functionCall": {"name": name, "args": args}}
    return _TEXT


def _environment(name: str) -> Path:
    """Return the interpreter of the environment with a framework and this SDK."""
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    environments = importlib.import_module("benchmarks.environments")
    folder = _ROOT / ".cache" / "frameworks"
    folder.mkdir(parents=True, exist_ok=True)
    environment = environments.Environment(folder / name)
    requirements = ["--editable", str(_SDK), *_REQUIREMENTS[name]]
    with (folder / f"{name}.lock").open("w") as lock:  # one of several workers installs it, the others wait
        fcntl.flock(lock, fcntl.LOCK_EX)
        environments.install(environment, requirements, fresh=False, built_from=_SDK / "pyproject.toml")
        if name in _BESIDE:
            environments.run_pip(environment, "install", "--quiet", "--no-deps", _BESIDE[name])
    return environment.python
