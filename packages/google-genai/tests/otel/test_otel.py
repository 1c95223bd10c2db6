"""Spans, metrics and events by the conventions of OpenTelemetry, read from the in-memory exporters of its SDK."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
import types as python_types
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from opentelemetry import trace
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import InMemoryLogRecordExporter, SimpleLogRecordProcessor
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes
from opentelemetry.semconv._incubating.metrics import gen_ai_metrics

from google import genai
from google.genai import errors, models, otel, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

NewClient = Callable[..., genai.Client]
MODEL = "gemini-2.5-flash"


class Recorder:
    """Providers of the SDK that keep everything in memory."""

    def __init__(self) -> None:
        self.exporter = InMemorySpanExporter()
        self.tracers = TracerProvider()
        self.tracers.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.reader = InMemoryMetricReader()
        self.meters = MeterProvider([self.reader])
        self.records = InMemoryLogRecordExporter()
        self.loggers = LoggerProvider()
        self.loggers.add_log_record_processor(SimpleLogRecordProcessor(self.records))

    def instrument(self, client: genai.Client, **more: Any) -> otel.Instrumentation:
        return otel.instrument(
            client,
            tracer_provider=self.tracers,
            meter_provider=self.meters,
            logger_provider=self.loggers,
            **more,
        )

    @property
    def spans(self) -> list[Any]:
        """The ended spans in the order in which they started."""
        return sorted(self.exporter.get_finished_spans(), key=lambda span: span.start_time or 0)

    def metric(self, name: str) -> list[Any]:
        """Return the data points of a metric."""
        data = self.reader.get_metrics_data()
        return [
            point
            for resource in (data.resource_metrics if data else ())
            for scope in resource.scope_metrics
            for metric in scope.metrics
            if metric.name == name
            for point in metric.data.data_points
        ]

    def tree(self) -> dict[str, list[str]]:
        """Return the names of the children by the name of their parent."""
        by_id = {span.context.span_id: span.name for span in self.spans}
        found: dict[str, list[str]] = {}
        for span in self.spans:
            found.setdefault(by_id[span.parent.span_id] if span.parent else "", []).append(span.name)
        return found


@pytest.fixture
def recorder() -> Recorder:
    return Recorder()


def test_a_client_is_instrumented_once(
    gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder, caplog: pytest.LogCaptureFixture
) -> None:
    gemini.on().reply("Hello.")
    client = new_client("gemini")
    first = recorder.instrument(client)
    assert recorder.instrument(client) is first
    assert [record.name for record in caplog.records if "already instrumented" in record.message] == [
        "google_genai.otel"
    ]
    client.models.generate_content(model=MODEL, contents="Hi")
    assert len(recorder.spans) == 1
    first.remove()
    assert client.hooks.registered == ()
    assert recorder.instrument(client) is not first


def add(a: int, b: int) -> int:
    """Add two numbers."""
    if a < 0:
        raise LookupError("negative")
    return a + b


def called(name: str, **arguments: Any) -> dict[str, Any]:
    return {"functionCall": {"name": name, "args": arguments}}


@pytest.mark.parametrize("backend", ["gemini", "vertex"])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_call_is_a_span_with_metrics(
    gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder, backend: str, is_async: bool
) -> None:
    gemini.on("Hi").reply("Hello.")
    client = new_client(backend)
    recorder.instrument(client)
    config = types.GenerateContentConfig(temperature=0.5, top_k=3, max_output_tokens=9, stop_sequences=["x"], seed=1)
    arguments: Any = {"model": f"models/{MODEL}" if backend == "gemini" else MODEL, "contents": "Hi", "config": config}
    tracer = recorder.tracers.get_tracer("program")
    with tracer.start_as_current_span("program") as outer:
        if is_async:
            reply = asyncio.run(client.aio.models.generate_content(**arguments))
        else:
            reply = client.models.generate_content(**arguments)
        assert trace.get_current_span() is outer
    span = next(span for span in recorder.spans if span.name != "program")
    assert span.name == f"generate_content {MODEL}"
    assert span.kind is trace.SpanKind.CLIENT
    assert span.parent.span_id == outer.get_span_context().span_id
    found = dict(span.attributes)
    assert reply.usage_metadata is not None
    expected = {
        "gen_ai.operation.name": "generate_content",
        "gen_ai.provider.name": {"gemini": "gcp.gemini", "vertex": "gcp.vertex_ai"}[backend],
        "gen_ai.request.model": MODEL,
        "gen_ai.request.temperature": 0.5,
        "gen_ai.request.top_k": 3,
        "gen_ai.request.max_tokens": 9,
        "gen_ai.request.stop_sequences": ("x",),
        "gen_ai.request.seed": 1,
        "gen_ai.response.id": reply.response_id,
        "gen_ai.response.model": reply.model_version,
        "gen_ai.response.finish_reasons": ("stop",),
        "gen_ai.usage.input_tokens": reply.usage_metadata.prompt_token_count,
        "gen_ai.usage.output_tokens": reply.usage_metadata.candidates_token_count,
        "server.address": "127.0.0.1",
        "server.port": int(gemini.url.rpartition(":")[2]),
    }
    assert found == expected
    assert span.status.status_code is trace.StatusCode.UNSET
    (duration,) = recorder.metric("gen_ai.client.operation.duration")
    names = ("operation.name", "provider.name", "request.model", "response.model")
    shared = {f"gen_ai.{name}": expected[f"gen_ai.{name}"] for name in names}
    shared |= {name: expected[name] for name in ("server.address", "server.port")}
    assert (dict(duration.attributes), duration.count) == (shared, 1)
    tokens = {
        point.attributes["gen_ai.token.type"]: point.sum for point in recorder.metric("gen_ai.client.token.usage")
    }
    assert tokens == {"input": found["gen_ai.usage.input_tokens"], "output": found["gen_ai.usage.output_tokens"]}
    assert recorder.metric("gen_ai.client.operation.time_to_first_chunk") == []
    assert recorder.records.get_finished_logs() == ()


def test_http_spans_are_inside(gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder) -> None:
    """The network layer is stood in for by a transport that starts a span where it sends a request."""
    gemini.fail(503)
    client = new_client(retry_options={"attempts": 2, "initial_delay": 0.001, "jitter": 0})
    recorder.instrument(client)
    tracer = recorder.tracers.get_tracer("network")
    port: Any = client._api_client._own_sync_port()
    transport = asyncio.run(port.transport())
    fetch = transport.fetch

    async def observed(request: Any) -> Any:
        with tracer.start_as_current_span("POST"):
            return await fetch(request)

    transport.fetch = observed
    client.models.generate_content(model=MODEL, contents="Hi")
    name = f"generate_content {MODEL}"
    assert recorder.tree() == {"": [name], name: ["POST", "POST"]}


@pytest.mark.parametrize("is_async", [False, True])
def test_a_stream_is_a_span_until_its_end(
    gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder, is_async: bool
) -> None:
    gemini.on("Hi").stream(["a", "b", "c"])
    client = new_client()
    recorder.instrument(client)

    async def read() -> None:
        stream = await client.aio.models.generate_content_stream(model=MODEL, contents="Hi")
        async for _ in stream:
            assert recorder.spans == []
            assert not trace.get_current_span().get_span_context().is_valid

    if is_async:
        asyncio.run(read())
    else:
        for _ in client.models.generate_content_stream(model=MODEL, contents="Hi"):
            assert recorder.spans == []
            assert not trace.get_current_span().get_span_context().is_valid
    (span,) = recorder.spans
    assert span.name == f"generate_content {MODEL}"
    assert span.attributes["gen_ai.request.stream"] is True
    assert span.attributes["gen_ai.response.finish_reasons"] == ("stop",)
    (first,) = recorder.metric("gen_ai.client.operation.time_to_first_chunk")
    assert first.sum == span.attributes["gen_ai.response.time_to_first_chunk"]


def test_a_stream_that_is_left_ends_its_span(gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder) -> None:
    gemini.on("Hi").stream(["a", "b", "c"], interval_s=0.05)
    client = new_client()
    recorder.instrument(client)
    with client.models.generate_content_stream(model=MODEL, contents="Hi") as stream:
        next(stream)
    (span,) = recorder.spans
    assert span.status.status_code is trace.StatusCode.UNSET


def test_errors_have_type_and_status(gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder) -> None:
    gemini.fail(429)
    client = new_client()
    recorder.instrument(client)
    with pytest.raises(errors.ClientError):
        client.models.generate_content(model=MODEL, contents="Hi")
    lost = genai.Client(api_key="k", http_options={"base_url": "http://127.0.0.1:1"})
    recorder.instrument(lost)
    with pytest.raises(errors.APIConnectionError) as caught:
        lost.models.generate_content(model=MODEL, contents="Hi")
    types_of_errors = [span.attributes["error.type"] for span in recorder.spans]
    assert types_of_errors == ["429", type(caught.value).__qualname__]
    assert {span.status.status_code for span in recorder.spans} == {trace.StatusCode.ERROR}
    points = recorder.metric("gen_ai.client.operation.duration")
    assert sorted(point.attributes["error.type"] for point in points) == sorted(types_of_errors)


@pytest.mark.parametrize("is_async", [False, True])
@pytest.mark.parametrize("streams", [False, True])
def test_functions_are_spans_and_run_inside_them(
    gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder, is_async: bool, streams: bool
) -> None:
    tracer = recorder.tracers.get_tracer("program")
    client = new_client()

    def look(city: str) -> str:
        """Look at a city."""
        with tracer.start_as_current_span("look it up"):
            client.models.embed_content(model="gemini-embedding-001", contents=city)
        return "sun"

    gemini.on(function_response="look").reply("done")
    gemini.on("look").reply([called("look", city="Paris"), called("add", a=-1, b=1)])
    recorder.instrument(client)
    asked: Any = {"model": MODEL, "contents": "look", "config": {"tools": [look, add]}}

    async def ask() -> None:
        if streams:
            _ = [each async for each in await client.aio.models.generate_content_stream(**asked)]
        else:
            await client.aio.models.generate_content(**asked)

    if is_async:
        asyncio.run(ask())
    elif streams:
        list(client.models.generate_content_stream(**asked))
    else:
        client.models.generate_content(**asked)
    workflow, turn = "invoke_workflow automatic_function_calling", f"generate_content {MODEL}"
    assert recorder.tree() == {
        "": [workflow],
        workflow: [turn, "execute_tool look", "execute_tool add", turn],
        "execute_tool look": ["look it up"],
        "look it up": ["embeddings gemini-embedding-001"],
    }
    looked = next(span for span in recorder.spans if span.name == "execute_tool look")
    assert dict(looked.attributes) == {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "look",
        "gen_ai.tool.type": "function",
    }
    failed = next(span for span in recorder.spans if span.name == "execute_tool add")
    assert failed.attributes["error.type"] == "LookupError"
    points = recorder.metric("gen_ai.client.operation.duration")
    assert {point.attributes["gen_ai.operation.name"]: point.count for point in points} == {
        "generate_content": 2,
        "embeddings": 1,
    }


@pytest.mark.parametrize("streams", [False, True])
def test_contents_are_events_on_request(
    gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder, streams: bool
) -> None:
    gemini.on(function_response="add").stream(["It is ", "3."])
    gemini.on("sum").reply([called("add", a=1, b=2)])
    client = new_client()
    recorder.instrument(client, capture_content=True)
    asked: Any = {"model": MODEL, "contents": "sum", "config": {"tools": [add], "system_instruction": "Be brief."}}
    if streams:
        list(client.models.generate_content_stream(**asked))
    else:
        client.models.generate_content(**asked)
    first, second = (each.log_record for each in recorder.records.get_finished_logs())
    assert first.event_name == "gen_ai.client.inference.operation.details"
    found: Any = json.loads(json.dumps({**second.attributes}))
    assert found["gen_ai.system_instructions"] == [{"type": "text", "content": "Be brief."}]
    assert [message["role"] for message in found["gen_ai.input.messages"]] == ["user", "assistant", "user"]
    assert found["gen_ai.input.messages"][1]["parts"][0]["type"] == "tool_call"
    assert json.loads(found["gen_ai.input.messages"][2]["parts"][0]["response"]) == {"result": 3}
    assert found["gen_ai.output.messages"] == [
        {"role": "assistant", "parts": [{"type": "text", "content": "It is 3."}], "finish_reason": "stop"}
    ]
    spans = {span.name: span for span in recorder.spans}
    assert second.span_id in {span.context.span_id for span in recorder.spans}
    tool = spans["execute_tool add"].attributes
    assert json.loads(tool["gen_ai.tool.call.arguments"]) == {"a": 1, "b": 2}
    assert tool["gen_ai.tool.call.result"] == "3"


@pytest.mark.filterwarnings("ignore::google.genai.errors.ExperimentalWarning")
@pytest.mark.parametrize("streams", [False, True])
def test_interactions_have_a_conversation(
    gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder, streams: bool
) -> None:
    gemini.on("Hi").reply("Hello.")
    client = new_client()
    recorder.instrument(client, capture_content=True)
    reply: Any = client.interactions.create(model=MODEL, input="Hi", stream=streams)
    if streams:
        list(reply)
        reply = reply.interaction
    (span,) = recorder.spans
    assert span.name == f"generate_content {MODEL}"
    assert span.attributes["gen_ai.conversation.id"] == reply.id
    assert span.attributes["gen_ai.usage.input_tokens"] == reply.usage.total_input_tokens
    (event,) = recorder.records.get_finished_logs()
    assert "Hello." in repr(event.log_record.attributes["gen_ai.output.messages"])


def test_other_operations_have_no_span(new_client: NewClient, recorder: Recorder) -> None:
    client = new_client()
    recorder.instrument(client)
    client.models.get(model=MODEL)
    client.models.count_tokens(model=MODEL, contents="a")
    assert recorder.spans == []


def test_remove_ends_the_recording(new_client: NewClient, recorder: Recorder) -> None:
    client = new_client()
    recorder.instrument(client).remove()
    client.models.generate_content(model=MODEL, contents="Hi")
    assert recorder.spans == []
    assert client._api_client.active_hooks is None


def test_calls_that_another_instrumentation_wraps_have_no_second_span(
    gemini: ScriptedGemini, new_client: NewClient, recorder: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    gemini.on(function_response="add").reply("3")
    gemini.on("add").reply([called("add", a=1, b=2)])
    name = "opentelemetry.instrumentation.google_genai"
    monkeypatch.setitem(sys.modules, name, python_types.ModuleType(name))
    original = models.Models.generate_content

    def wrapper(self: Any, **arguments: Any) -> Any:
        return original(self, **arguments)

    wrapper.__module__ = f"{name}.generate_content"
    client = new_client()
    recorder.instrument(client)
    monkeypatch.setattr(models.Models, "generate_content", wrapper)
    client.models.generate_content(model=MODEL, contents="add", config={"tools": [add]})
    assert recorder.spans == []
    list(client.models.generate_content_stream(model=MODEL, contents="Hi"))
    assert [span.name for span in recorder.spans] == [f"generate_content {MODEL}"]


def test_names_are_those_of_the_conventions() -> None:
    known = {value for name, value in vars(gen_ai_attributes).items() if name.startswith("GEN_AI_")}
    measured = {value for name, value in vars(gen_ai_metrics).items() if name.startswith("GEN_AI_")}
    source = Path(otel.__file__).read_text(encoding="utf-8")
    used = set(re.findall(r'"(gen_ai\.[a-z_.]+)"', source)) - {"gen_ai.client.inference.operation.details"}
    assert used - known - measured == set()
    assert len(used) > 25


def test_without_opentelemetry_the_error_names_the_extra() -> None:
    program = "import sys; sys.modules['opentelemetry'] = None; import google.genai.otel"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=60)
    assert "pip install 'google-genai[otel]'" in done.stderr
