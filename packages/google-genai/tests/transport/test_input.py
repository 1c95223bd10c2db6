"""Names that would address other resources and values that JSON cannot represent are refused before sending."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from .drivers import Driver
from .misbehaving import MisbehavingServer

NAMES = [
    "",
    " ",
    ".",
    "..",
    "/",
    "../x",
    "a/../b",
    "files/../x",
    "models/../x",
    "models/",
    "models/..",
    "models/m/..",
    "a//b",
    "m?x=1",
    "m?",
    "m#f",
    "m%2f..",
    "m%2e%2e",
    "m\\..\\x",
    "m\nx",
    "m\r\nX-Injected: 1",
    "m\tx",
    "m\x00",
    "m x",
    "http://elsewhere.invalid/m",
]


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_a_name_that_leads_elsewhere_is_refused(server: MisbehavingServer, engine_driver: Driver, name: str) -> None:
    outcome = engine_driver.unary(model=name)
    assert isinstance(outcome.error, ValueError), repr(outcome)
    assert server.peers == []


@pytest.mark.parametrize("name", ["", "a/../b", "m?x=1", "m#f", "m%2f.."])
@pytest.mark.parametrize("method", ["generate_content_stream", "count_tokens", "embed_content"])
def test_every_method_refuses_such_a_name(
    server: MisbehavingServer, engine_driver: Driver, method: str, name: str
) -> None:
    if method == "generate_content_stream":
        outcome = engine_driver.stream(model=name)
    else:
        outcome = engine_driver.ask(method, model=name, contents="x")
    assert isinstance(outcome.error, ValueError), repr(outcome)
    assert server.peers == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("m", "models/m"),
        ("models/m", "models/m"),
        ("gemini-2.5_flash.001@latest", "models/gemini-2.5_flash.001@latest"),
        ("tunedModels/my-model-1", "tunedModels/my-model-1"),
    ],
)
def test_a_good_name_is_kept(server: MisbehavingServer, path_driver: Driver, name: str, path: str) -> None:
    path_driver.unary(model=name).result()
    assert server.requests[0].target.replace("%40", "@") == f"/v1beta/{path}:generateContent"


@pytest.mark.parametrize("base", ["/", "/gateway", "/gateway/", "/a/b/"])
def test_a_path_in_the_base_url_stays_in_front(server: MisbehavingServer, path_driver: Driver, base: str) -> None:
    path_driver.configure(base_url=server.url + base).unary().result()
    assert server.requests[0].target == base.rstrip("/") + "/v1beta/models/m:generateContent"


def cyclic() -> dict[str, Any]:
    loop: dict[str, Any] = {}
    loop["self"] = loop
    return loop


def deep() -> dict[str, Any]:
    value: Any = 1
    for _ in range(10_000):
        value = {"a": value}
    return value


def call_with(arguments: dict[str, Any]) -> dict[str, Any]:
    return {"contents": [{"role": "model", "parts": [{"function_call": {"name": "f", "args": arguments}}]}]}


VALUES: dict[str, Callable[[], dict[str, Any]]] = {
    "nan": lambda: {"config": {"temperature": float("nan")}},
    "infinity": lambda: {"config": {"top_p": float("inf")}},
    "nan-in-arguments": lambda: call_with({"x": float("nan")}),
    "infinity-in-arguments": lambda: call_with({"x": [1.5, float("-inf")]}),
    "cyclic-arguments": lambda: call_with(cyclic()),
    "deep-arguments": lambda: call_with(deep()),
    "object-in-arguments": lambda: call_with({"x": object()}),
    "lone-surrogate": lambda: {"contents": "\ud800"},
}


@pytest.mark.parametrize("mode", ["unary", "stream"])
@pytest.mark.parametrize("make", VALUES.values(), ids=VALUES)
def test_a_value_that_is_no_json_is_refused(
    server: MisbehavingServer, engine_driver: Driver, make: Callable[[], dict[str, Any]], mode: str
) -> None:
    outcome = engine_driver.go(mode, **make())
    assert isinstance(outcome.error, ValueError), type(outcome.error)
    assert server.peers == []


@pytest.mark.parametrize(
    "headers",
    [{"X-Own": "a\r\nX-Injected: 1"}, {"X-Own\r\nX-Injected": "1"}, {"X-Own": "a\nb"}, {"X-Own": "a\x00b"}],
    ids=["value-crlf", "name-crlf", "value-lf", "value-nul"],
)
@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_headers_cannot_be_injected(
    server: MisbehavingServer, path_driver: Driver, headers: dict[str, str], mode: str
) -> None:
    outcome = path_driver.configure(headers=headers).go(mode)
    assert isinstance(outcome.error, ValueError), type(outcome.error)
    assert server.requests == []
