"""Interface, messages and behaviour compared with what was recorded of the official release, in seconds.

`python -m tools.rpc_conformance` compares with the release itself, and `--record` writes what these tests read.
"""

from __future__ import annotations

import importlib
import json
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest
from packaging.version import Version

_ROOT = Path(__file__).resolve().parents[3]
_SERVICES = [
    *(
        f"v1beta/{name}_service/"
        for name in ("cache", "file", "generative", "model", "permission", "prediction", "retriever")
    ),
    *(f"v1/{name}_service/" for name in ("generative", "model")),
]
_DEPENDS_ON_RELEASES = (
    ("protobuf", "6.31", r"^programs/values/\w+/57 "),  # older ones take True for 1
    (
        "google-api-core",
        "2.40",
        r"^programs/errors/rest/(details|stream|not an object)",
    ),  # older ones read errors in another way
    ("google-auth", "2.50", r"^construction/credentials/\w+/.*(account|user)"),  # older ones send further headers
)
"""Cases that end in another way with older releases of a dependency."""
_MODES = ("grpc", "grpc_asyncio", "rest")


@cache
def _tool(name: str) -> Any:
    """Return a module of the tool, which does not belong to an installed package."""
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    return importlib.import_module(f"tools.rpc_conformance.{name}")


@pytest.fixture
def side() -> Iterator[Any]:
    """Servers, and clients of all services that call them."""
    made = _tool("calls").Side()
    yield made
    made.close()


def _check(part: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    assert theirs
    found = [
        str(each)
        for each in _tool("comparing").differences(part, ours, theirs)
        if not any(
            re.search(cases, each.case) and Version(metadata.version(name)) < Version(since)
            for name, since, cases in _DEPENDS_ON_RELEASES
        )
    ]
    assert not found, "\n".join([f"{len(found)} differences from the official release:", *found[:10]])


def _recorded(part: str, beginning: str = "") -> dict[str, Any]:
    return {case: outcome for case, outcome in _tool("comparing").recorded(part).items() if case.startswith(beginning)}


def test_names_and_signatures() -> None:
    _check("surface", _tool("surface").table(), _recorded("surface"))


def test_numbers_and_types_of_fields() -> None:
    _check("messages", _tool("messages").table(), _recorded("messages"))


def test_random_messages_of_every_class() -> None:
    recorded = _recorded("emit")
    _check("emit", _tool("messages").reread(recorded), recorded)
    _check("emit", _tool("messages").emit(1, 1), recorded)


@pytest.mark.parametrize("service", _SERVICES)
def test_calls(service: str, side: Any) -> None:
    ours = _tool("calls").table(side, lambda case: case.startswith(service))
    _check("calls", ours, _recorded("calls", service))


@pytest.mark.parametrize("mode", _MODES)
@pytest.mark.parametrize("kind", ["pages", "operations", "errors", "values"])
def test_programs(kind: str, mode: str, side: Any) -> None:
    ours = _tool("programs").table(side, lambda case: case.startswith(f"{kind}/{mode}/"))
    _check("programs", ours, _recorded("programs", f"{kind}/{mode}/"))


def test_endpoints_conflicts_credentials_and_resource_names() -> None:
    ours = _tool("running").outcomes(Path(sys.executable), "construction")
    _check("construction", ours, _recorded("construction"))


def test_every_recorded_case_is_compared() -> None:
    services = {"/".join(case.split("/")[:2]) + "/" for case in _recorded("calls")}
    assert services == set(_SERVICES)
    assert {case.split("/")[0] for case in _recorded("programs")} == {"pages", "operations", "errors", "values"}


def test_every_name_that_dependents_use() -> None:
    used: dict[str, list[str]] = json.loads((_tool("comparing").RECORDED / "dependents.json").read_text())
    missing = {name for names in used.values() for name in names if not _exists(name)}
    # These are names that google-generativeai mentions in annotations; the official release does not have them either.
    wrong = ("FilesServiceClient", "FilesServiceAsyncClient", "RetrieverClient", "RetrieverAsyncClient")
    assert missing == {f"google.ai.generativelanguage.{name}" for name in wrong}


def _exists(name: str) -> bool:
    parts = name.split(".")
    value: Any = importlib.import_module("google.ai")
    for number, part in enumerate(parts[2:], start=3):
        try:
            value = getattr(value, part)
        except AttributeError:
            try:
                value = importlib.import_module(".".join(parts[:number]))
            except ImportError:
                return False
    return True
