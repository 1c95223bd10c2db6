"""Programs of several steps: pages, long-running operations, errors, wrong values. Runs in the environments of both sides."""

from __future__ import annotations

import datetime
import inspect
import json
from collections.abc import Callable
from typing import Any

import grpc
from google.api_core import retry as retries
from google.longrunning import operations_pb2
from google.protobuf import any_pb2
from google.rpc import code_pb2, error_details_pb2, status_pb2

from .calls import Side, operation
from .messages import random_message
from .outcomes import MODES, all_items, awaited_outcome, shown
from .table import METHODS, Method

_FAST = {"initial": 0.01, "maximum": 0.01, "timeout": 10}


def table(side: Side, only: Callable[[str], bool] = lambda _: True) -> dict[str, Any]:
    """Return the outcomes of all programs whose id is wanted, by id."""
    found: dict[str, Any] = {}
    for mode in MODES:
        for kind, make in _KINDS.items():
            if only(f"{kind}/{mode}/"):
                for name, program in make(side, mode).items():
                    found[f"{kind}/{mode}/{name}"] = side.run(awaited_outcome(program))
    return found


def _method(name: str, service: str) -> Method:
    return next(each for each in METHODS if each.id == f"v1beta/{service}/{name}")


async def _got(value: Any) -> Any:
    return await value if inspect.isawaitable(value) else value


def _pages(side: Side, mode: str) -> dict[str, Any]:
    """Return one program for each list, and some for one list."""
    found: dict[str, Any] = {}
    for method in METHODS:
        if not method.name.startswith("list_"):
            continue
        client = side.client(method.service, mode)

        def pages(method: Method = method) -> list[Any]:
            cls = method.service.message(method.response)
            made = [random_message(cls, f"page {number}")._pb for number in range(3)]
            for number, page in enumerate(made):
                page.next_page_token = f"page{number + 1}" if number < 2 else ""
            return made

        async def items(method: Method = method, client: Any = client, pages: Any = pages) -> Any:
            side.script.start(pages())
            request = method.service.message(method.request)(page_size=2)
            for path, name in method.resources.items():
                setattr(request, path, name)
            pager = await _got(getattr(client, method.name)(request, timeout=30.0, metadata=[("x-user", "u")]))
            made = await all_items(pager.__aiter__() if hasattr(pager, "__aiter__") else iter(pager))
            left = len(side.script.replies)
            return {"items": shown(made), "left": left, "requests": side.script.requests, "request": shown(request)}

        found[f"items of {method.id}"] = items

    method = _method("list_models", "model_service")
    client = side.client(method.service, mode)
    cls = method.service.message("ListModelsResponse")
    first = cls(models=[{"name": "models/a"}], next_page_token="n1")
    last = cls(models=[{"name": "models/b"}])

    async def by_page() -> Any:
        side.script.start([first._pb, cls(next_page_token="n2")._pb, last._pb])
        pager = await _got(client.list_models({"page_size": 1}))
        before = [pager.next_page_token, len(pager.models), type(pager).__name__, repr(pager)]
        made = await all_items(pager.pages)
        return {"before": before, "pages": made, "after": [pager.next_page_token, len(pager.models)]}

    async def failure_in_a_page() -> Any:
        failure = (400, "application/json", b'{"error": {"code": 400, "message": "m", "status": "INVALID_ARGUMENT"}}')
        side.script.start([first._pb], failure if mode == "rest" else (grpc.StatusCode.INVALID_ARGUMENT, "m", ()))
        pager = await _got(client.list_models())
        return await all_items(pager.__aiter__() if hasattr(pager, "__aiter__") else iter(pager))

    async def only_the_first_page() -> Any:
        side.script.start([first._pb, last._pb])
        await _got(client.list_models())
        return len(side.script.requests)

    async def empty() -> Any:
        side.script.start([cls()._pb])
        pager = await _got(client.list_models())
        return await all_items(pager.__aiter__() if hasattr(pager, "__aiter__") else iter(pager))

    found.update({"by page": by_page, "failure": failure_in_a_page, "first page": only_the_first_page, "empty": empty})
    return found


def _operations(side: Side, mode: str) -> dict[str, Any]:
    """Return programs that wait for long-running operations."""
    found: dict[str, Any] = {}
    for method in METHODS:
        if not method.metadata:
            continue
        client = side.client(method.service, mode)
        request = method.service.message(method.request)()
        for path, name in method.resources.items():
            setattr(request, path, name)

        async def start(
            replies: list[Any], method: Method = method, client: Any = client, request: Any = request
        ) -> Any:
            side.script.start(replies)
            return await _got(getattr(client, method.name)(request))

        async def done(method: Method = method, start: Any = start) -> Any:
            made = await start([operation(method)])
            result = await _got(made.result(timeout=5))
            return [shown(made.operation), await _got(made.done()), result, made.metadata, len(side.script.requests)]

        async def waits(method: Method = method, start: Any = start) -> Any:
            polled = [operation(method, done=False), operation(method)]
            made = await start([operation(method, done=False), *polled])
            retry = retries.AsyncRetry if mode == "grpc_asyncio" else retries.Retry
            policy = retry(predicate=retries.if_exception_type(*_not_yet(mode)), **_FAST)
            result = await _got(made.result(retry=policy) if mode == "grpc_asyncio" else made.result(polling=policy))
            return [
                result,
                [each["path"] for each in side.script.requests],
                [_routing(each) for each in side.script.requests],
            ]

        async def fails(method: Method = method, start: Any = start) -> Any:
            failed = operation(method, done=False)
            failed.done = True
            failed.error.CopyFrom(status_pb2.Status(code=code_pb2.INVALID_ARGUMENT, message="wrong"))
            made = await start([failed])
            error = await _got(made.exception(timeout=5))
            return [type(error).__name__, await _got(made.result(timeout=5))]

        async def cancelled(method: Method = method, start: Any = start) -> Any:
            made = await start(
                [operation(method, done=False), operation(method, done=False), operations_pb2.Operation()]
            )
            answer = await _got(made.cancel())
            return [answer, [each["path"] for each in side.script.requests]]

        for name, program in {"done": done, "waits": waits, "fails": fails, "cancelled": cancelled}.items():
            found[f"{name} {method.id}"] = program
    return found


def _not_yet(mode: str) -> list[Any]:
    if mode == "grpc_asyncio":
        from google.api_core import operation_async

        return [operation_async._OperationNotComplete]
    from google.api_core.future import polling

    return [polling._OperationNotComplete]


def _routing(request: dict[str, Any]) -> Any:
    return request["headers"].get("x-goog-request-params")


def _errors(side: Side, mode: str) -> dict[str, Any]:
    """Return programs that call a server that refuses, with each code, and with details."""
    method = _method("generate_content", "generative_service")
    client = side.client(method.service, mode)
    found: dict[str, Any] = {}

    def program(failure: Any, stream: bool = False, replies: int = 0) -> Any:
        async def call() -> Any:
            cls = method.service.message(method.response)
            side.script.start([random_message(cls, number)._pb for number in range(replies)], failure)
            name = "stream_generate_content" if stream else "generate_content"
            return await all_items(getattr(client, name)(model="models/m1", retry=None))

        return call

    details = [
        error_details_pb2.ErrorInfo(reason="WHY", domain="example.com", metadata={"a": "b"}),
        error_details_pb2.BadRequest(field_violations=[{"field": "f", "description": "d"}]),
        error_details_pb2.RetryInfo(retry_delay={"seconds": 3}),
    ]
    if mode != "rest":
        for code in grpc.StatusCode:
            if code is not grpc.StatusCode.OK:
                found[code.name] = program((code, "text", ()))
        status = status_pb2.Status(code=code_pb2.RESOURCE_EXHAUSTED, message="text")
        for each in details:
            packed = any_pb2.Any()
            packed.Pack(each)
            status.details.append(packed)
        rich = (("grpc-status-details-bin", status.SerializeToString()),)
        found["details"] = program((grpc.StatusCode.RESOURCE_EXHAUSTED, "text", rich))
        found["broken details"] = program(
            (grpc.StatusCode.RESOURCE_EXHAUSTED, "text", (("grpc-status-details-bin", b"\xff"),))
        )
        found["stream, at the start"] = program((grpc.StatusCode.NOT_FOUND, "text", ()), stream=True)
        found["stream with details"] = program((grpc.StatusCode.NOT_FOUND, "text", rich), stream=True)
        return found
    for number in (400, 401, 403, 404, 405, 408, 409, 412, 413, 416, 418, 429, 499, 500, 501, 502, 503, 504, 599):
        body = {"error": {"code": number, "message": "text", "status": "STATUS"}}
        found[str(number)] = program((number, "application/json", json.dumps(body).encode()))
    rich = {
        "code": 429,
        "message": "text",
        "status": "RESOURCE_EXHAUSTED",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "WHY",
                "domain": "d",
                "metadata": {"a": "b"},
            },
            {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "3s"},
        ],
    }
    found["details"] = program((429, "application/json", json.dumps({"error": rich}).encode()))
    found["stream"] = program((429, "application/json", json.dumps({"error": rich}).encode()), stream=True)
    found["stream, as a list"] = program((429, "application/json", json.dumps([{"error": rich}]).encode()), stream=True)
    found["HTML"] = program((502, "text/html", b"<html>bad gateway</html>"))
    found["empty"] = program((500, "application/json", b""))
    found["not an object"] = program((500, "application/json", b"[1, 2]"))
    found["not JSON with status 200"] = program((200, "application/json", b"{nope"))
    found["unknown field with status 200"] = program((200, "application/json", b'{"newThing": {"a": 1}}'))
    found["names of enums with status 200"] = program(
        (200, "application/json", b'{"candidates": [{"finishReason": "STOP"}]}')
    )
    return found


def _values(side: Side, mode: str) -> dict[str, Any]:
    """Return programs with unusual and with wrong values in a request."""
    method = _method("generate_content", "generative_service")
    client = side.client(method.service, mode)
    message = method.service.message
    found: dict[str, Any] = {}

    def program(request: Any) -> Any:
        async def call() -> Any:
            side.script.start([message(method.response)()._pb])
            await _got(client.generate_content({"model": "models/m1", **request}))
            return [each.get("body") or each["messages"] for each in side.script.requests]

        return call

    for number, request in enumerate(_requests(message)):
        found[f"{number} {str(request)[:60]}" if "0x" not in str(request) else str(number)] = program(request)
    return found


def _requests(message: Callable[[str], Any]) -> list[dict[str, Any]]:
    def part(**fields: Any) -> dict[str, Any]:
        return {"contents": [{"parts": [fields]}]}

    schema: Any = message("Schema")
    return [
        *(part(text=value) for value in ("a", 3, None, b"a", "a\ud800", [], {})),
        *(
            part(inline_data=value)
            for value in ({"data": b"x", "mime_type": "m"}, {"data": "eHl6"}, {"data": 3}, "x", [])
        ),
        *(
            part(function_call={"name": "f", "args": value})
            for value in ({"a": [1, None]}, {}, {"a": {3: 1}}, "x", [1])
        ),
        *(
            part(video_metadata={"start_offset": value})
            for value in (datetime.timedelta(seconds=3), "3s", "x", 3, {"seconds": 3})
        ),
        *({"contents": value} for value in ("a", ["a"], {"parts": []}, 3, [3], [None], None, [], [{"prts": []}])),
        {"contents": [message("Content")(parts=[message("Part")(text="a")]), {"role": "user"}]},
        {"contents": [message("Part")(text="a")]},
        {"contents": (message("Content")() for _ in range(2))},
        {"contents": ({"role": "user"},)},
        *({"system_instruction": value} for value in (message("Content")(role="a"), {"parts": []}, None, "x", 3, [])),
        *(
            {"safety_settings": [{"category": value}]}
            for value in (
                message("HarmCategory").HARM_CATEGORY_VIOLENCE,
                "HARM_CATEGORY_VIOLENCE",
                4,
                99,
                -1,
                2**40,
                "NOPE",
                1.5,
                None,
            )
        ),
        *(
            {"generation_config": value}
            for value in (
                {"temperature": 1},
                {"temperature": "hot"},
                {"temperature": None},
                {"temperature": 1e300},
                {"max_output_tokens": 2**40},
                {"max_output_tokens": 1.5},
                {"max_output_tokens": 2.0},
                {"max_output_tokens": True},
                {"stop_sequences": "END"},
                {"stop_sequences": ["a", 3]},
                {"enable_enhanced_civic_answers": "yes"},
                {"enable_enhanced_civic_answers": 1},
                {"response_schema": {"type": "STRING"}},
                {"response_schema": {"type_": 1, "format_": "f"}},
                {"response_schema": {"properties": {"b": schema(type_=2)}}},
                {"response_schema": {"properties": {"a": {"typ": 3}}}},
                {"response_schema": {"properties": {"a": 3}}},
                {"response_schema": {"properties": {3: {}}}},
                {"response_schema": {"properties": []}},
                {"response_modalities": ["TEXT", 2]},
                {"response_json_schema": {"required": ["a", 1, None]}},
                {"response_json_schema": object()},
                {"nope": 1},
            )
        ),
    ]


_KINDS: dict[str, Callable[[Side, str], dict[str, Any]]] = {
    "pages": _pages,
    "operations": _operations,
    "errors": _errors,
    "values": _values,
}
