"""Frameworks for the low-level client `google.ai.generativelanguage`, run with the one of this repository: `google-generativeai`,
LangChain, LlamaIndex and Haystack. Each program of `frameworks` runs in its own environment and calls genai-local, over gRPC in
clear text and with TLS, and over HTTP. The installation takes minutes and needs the package index.
"""

from __future__ import annotations

import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from genai_local import serve
from genai_local.testing import ScriptedGemini

from .framework_programs import REPORT, TEXT, printed_by, reply, run, skip_without_model

pytestmark = pytest.mark.heavy

_PIECES = ["Hello from the script", ", in several pieces", "."]
_TRANSPORTS = ["rest", "", "grpc"]
"""HTTP; the defaults, which are gRPC, with TLS; gRPC by its name, in clear text."""
_KEY = "a-secret-of-the-program"


@pytest.fixture(params=_TRANSPORTS)
def transport(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def server(transport: str, request: pytest.FixtureRequest) -> ScriptedGemini:
    """A scripted server for the transport, with faults of some models."""
    server: ScriptedGemini = request.getfixturevalue("gemini" if transport else "gemini_tls")
    server.on("Blocked").reply({"promptFeedback": {"blockReason": "SAFETY"}})
    server.on("Fail").fail(500)
    server.on().reply(reply)
    server.fail(503, path="gemini-2.5-flash-lite:")
    server.fail(429, retry_delay_s=2, path="gemini-2.5-pro:")
    server.fail(disconnect="mid_stream", path="gemini-2.0-flash:")
    return server


def _printed_by(name: str, transport: str, server: ScriptedGemini) -> dict[str, Any]:
    target = server.grpc_target if server.authority else f"http://{server.grpc_target}"
    authority = (
        {}
        if server.authority is None
        else {
            "GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": str(server.authority),
            "HTTPLIB2_CA_CERTS": str(server.authority),
        }
    )
    return printed_by(name, server.url, {"GRPC_TARGET": target, "TRANSPORT": transport, "KEY": _KEY, **authority})


def test_generativeai(transport: str, server: ScriptedGemini) -> None:
    found = _printed_by("generativeai", transport, server)
    for name in ("chat with functions", *(["functions awaited"] if transport != "rest" else [])):
        assert "sunny in Boston" in found.pop(name), name
    if transport != "rest":
        awaited = {name: found.pop(name) for name in list(found) if name.endswith("awaited")}
        assert awaited == {
            "answer awaited": TEXT,
            "stream awaited": _PIECES,
            "chat awaited": [TEXT, TEXT],
            "history awaited": 4,
            "tokens awaited": True,
            "vectors awaited": 2,
            "many awaited": [TEXT],
            "error awaited": "NotFound 404",
        }
    invalid = ["BadRequest", 400, "dict"] if transport == "rest" else ["InvalidArgument", 400, "BadRequest"]
    too_many = ["TooManyRequests", 429, "dict"] if transport == "rest" else ["ResourceExhausted", 429, "RetryInfo"]
    assert found == {
        **dict.fromkeys(("answer", "settings", "picture", "answer about a file", "answer of a tuned model"), TEXT),
        **dict.fromkeys(("answer to a message", "answer with metadata", "after a failure"), TEXT),
        "finish": "STOP",
        "usage": True,
        "class of answers": True,
        "dict": "model",
        "structured": REPORT,
        "stream": _PIECES,
        "text of the stream": True,
        "first piece": _PIECES[0],
        "call": ["get_weather", {"city": "Boston"}],
        "chat": [TEXT, TEXT],
        "history": [6, 4, ["user", "model", "user", "model"]],
        "history with functions": ["text", "function_call", "function_response", "text"],
        "vector": 16,
        "vectors": [2, 1],
        "vectors in batches": [150, 8],
        "tokens": True,
        "models": True,
        "model": ["models/gemini-2.5-flash", True, True],
        "file": ["Notes", "text/plain", 1_200_000, "ACTIVE"],
        "hash": True,
        "file in memory": ["files/in-one-request", 16, True],
        "files": True,
        "deleted": 403,
        "cache": ["A story", "models/gemini-2.5-flash", True],
        "caches": True,
        "longer": True,
        "answer with a cache": [TEXT, True],
        "deleted cache": 403,
        "operation": True,
        "tuned": ["tunedModels/counting", "ACTIVE", "It counts."],
        "tuned models": True,
        "unknown model": ["NotFound", 404],
        "unknown model in a stream": ["NotFound", 404],
        "wrong value": invalid,
        "too much": too_many,
        "fault": ["InternalServerError", 500],
        "blocked": "SAFETY",
        "broken": True,
        "keys in errors": 0,
        "same classes": True,
        "message": {"mime_type": "image/png", "data": "eA=="},
    }
    assert [request.path for request in server.requests if request.headers.get("x-caller") == "metadata"] == [
        "/v1beta/models/gemini-2.5-flash:generateContent"
    ]
    generating = [request for request in server.requests if request.path.endswith("Content")]
    assert {request.headers.get("x-goog-api-key") for request in generating} == {_KEY}
    assert all(
        "genai-py/0.8.6" in request.headers["x-goog-api-client"] + request.headers["user-agent"]
        for request in generating
    )


def test_langchain_2(transport: str, server: ScriptedGemini) -> None:
    found = _printed_by("langchain_2", transport, server)
    assert "sunny in Boston" in found.pop("with results")
    if transport != "rest":
        assert found.pop("wrong value")
        awaited = {name: found.pop(name) for name in list(found) if name.endswith("awaited")}
        assert awaited == {
            "answer awaited": TEXT,
            "answers awaited": [TEXT],
            "stream awaited": _PIECES,
            "calls awaited": [{"city": "Boston"}],
            "structured awaited": REPORT,
            "vectors awaited": 2,
            "error awaited": True,
        }
    assert found == {
        **dict.fromkeys(("answer", "settings", "picture", "completion", "after a failure"), TEXT),
        **dict.fromkeys(("structured by a function", "structured by a schema"), REPORT),
        **{name: [{"city": "Boston"}] for name in ("calls", "calls in a stream")},
        "batch": [TEXT],
        "finish": "STOP",
        "usage": True,
        "stream": _PIECES,
        "usage of the stream": True,
        "forced call": 1,
        "tokens": True,
        "vector": 16,
        "vectors": [120, 16],
        "unknown model": True,
    }


def test_llama_index_and_haystack(transport: str, server: ScriptedGemini) -> None:
    found = _printed_by("llama_index", transport, server)
    if transport != "rest":
        awaited = {name: found.pop(name) for name in list(found) if name.endswith("awaited")}
        assert awaited == {
            "answer awaited": TEXT,
            "chat awaited": TEXT,
            "chat streamed awaited": _PIECES,
            "vectors awaited": 2,
        }
    assert found == {
        **dict.fromkeys(("answer", "chat", "haystack", "haystack chat", "haystack streamed"), TEXT),
        **dict.fromkeys(("stream", "chat streamed"), _PIECES),
        "imported": True,
        "context": True,
        "calls": [{"city": "Boston"}],
        "tool": "sunny in Boston",
        "structured": REPORT,
        "vectors": 1,
    }
    assert any(request.headers.get("x-caller") == "llama-index" for request in server.requests)


def test_the_own_tests_of_langchain(tmp_path: Path) -> None:
    archive = [
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
        "langchain-google-genai==2.1.12",
    ]
    run("langchain_2", [*archive, "--dest", str(tmp_path)])
    with tarfile.open(tmp_path / "langchain_google_genai-2.1.12.tar.gz") as sources:
        sources.extractall(tmp_path, filter="data")
    folder = tmp_path / "langchain_google_genai-2.1.12"
    options = ["-q", "-p", "no:cacheprovider", "--benchmark-disable", "--disable-socket", "--allow-unix-socket"]
    printed = run("langchain_2", ["-m", "pytest", *options, "tests/unit_tests"], folder=folder)
    assert "121 passed" in printed


@pytest.fixture(scope="module")
def model() -> Iterator[dict[str, str]]:
    """The variables with which a program finds a server with the embedded model."""
    skip_without_model()
    with serve(engine="llama", grpc_port=0) as server:
        yield {"GOOGLE_GEMINI_BASE_URL": server.url, "GRPC_TARGET": f"http://{server.grpc_target}"}


@pytest.mark.parametrize("transport", ["rest", "grpc"])
def test_generativeai_with_a_model(transport: str, model: dict[str, str]) -> None:
    found = _printed_with_a_model("generativeai", transport, model)
    texts = ["answer", "settings", "answer about a file", "answer of a tuned model", "after a failure", "blocked"]
    assert all(found[name] for name in texts)
    assert len(found["stream"]) > 1
    assert found["text of the stream"]
    assert found["structured"].keys() <= REPORT.keys()
    assert "sunny in Boston" in found["chat with functions"]
    assert all(found["answer with a cache"])
    expected = {
        "call": ["get_weather", {"city": "Boston"}],
        "history": [6, 4, ["user", "model", "user", "model"]],
        "history with functions": ["text", "function_call", "function_response", "text"],
        "vectors": [2, 1],
        "vectors in batches": [150, 8],
        "files": True,
        "caches": True,
        "tuned": ["tunedModels/counting", "ACTIVE", "It counts."],
        "unknown model": ["NotFound", 404],
    }
    if transport != "rest":
        assert len(found["stream awaited"]) > 1
        assert "sunny in Boston" in found["functions awaited"]
        expected |= {"tokens awaited": True, "vectors awaited": 2, "error awaited": "NotFound 404"}
    assert {name: found[name] for name in expected} == expected


@pytest.mark.parametrize("transport", ["rest", "grpc"])
def test_langchain_2_with_a_model(transport: str, model: dict[str, str]) -> None:
    found = _printed_with_a_model("langchain_2", transport, model)
    assert all(found[name] for name in ("answer", "settings", "completion", "batch", "usage", "usage of the stream"))
    assert len(found["stream"]) > 1
    assert "sunny in Boston" in found["with results"]
    assert found["structured by a function"].keys() == found["structured by a schema"].keys() == REPORT.keys()
    assert [found["calls"], found["calls in a stream"]] == [[{"city": "Boston"}]] * 2
    assert (found["forced call"], found["vectors"]) == (1, [120, 16])
    if transport != "rest":
        assert len(found["stream awaited"]) > 1
        assert found["structured awaited"].keys() == REPORT.keys()
        assert (found["calls awaited"], found["vectors awaited"]) == ([{"city": "Boston"}], 2)


@pytest.mark.parametrize("transport", ["rest", "grpc"])
def test_llama_index_and_haystack_with_a_model(transport: str, model: dict[str, str]) -> None:
    found = _printed_with_a_model("llama_index", transport, model)
    awaited = ["answer awaited", "chat awaited", "chat streamed awaited"] if transport != "rest" else []
    assert all(found[name] for name in ("answer", "chat", "chat streamed", "haystack", "haystack streamed", *awaited))
    assert len(found["stream"]) > 1
    assert (found["calls"], found["tool"]) == ([{"city": "Boston"}], "sunny in Boston")
    assert found["structured"].keys() == REPORT.keys()


def _printed_with_a_model(name: str, transport: str, model: dict[str, str]) -> dict[str, Any]:
    settings = {**model, "TRANSPORT": transport, "KEY": _KEY, "TEXT_ONLY": "1"}
    return printed_by(name, model["GOOGLE_GEMINI_BASE_URL"], settings)
