"""Names that other packages import from this one: their behaviour, and classes derived from them.

Each test is one such use; its docstring names the package.
"""

from __future__ import annotations

import contextlib
import copy
import datetime
import enum
import http.server
import importlib
import io
import json
import pickle
import ssl
import subprocess
import sys
import threading
import types as python_types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pydantic
import pytest

from google import genai
from google.genai import _common, errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

    NewClient = Callable[..., genai.Client]

_MODEL = "gemini-2.5-flash"
_calls_interactions = pytest.mark.filterwarnings("ignore::google.genai.errors.ExperimentalWarning")


@pytest.mark.parametrize(
    ("module", "names"),
    [
        (
            "google.genai._common",
            "BaseModel CaseInSensitiveEnum convert_to_dict encode_unserializable_types get_value_by_path "
            "set_value_by_path timestamped_unique_name experimental_warning ExperimentalWarning",
        ),
        ("google.genai._api_module", "BaseModule"),
        ("google.genai._api_client", "BaseApiClient append_library_version_headers load_auth HttpOptions"),
        ("google.genai.client", "Client AsyncClient BaseApiClient DebugConfig ReplayApiClient"),
        ("google.genai.batches", "_InlinedRequest_to_mldev _GenerateContentResponse_from_mldev"),
        ("google.genai._extra_utils", "prepare_resumable_upload"),
        ("google.genai._replay_api_client", "ReplayApiClient"),
        ("google.genai.live", "AsyncLive AsyncLiveMusic AsyncSession ConnectionClosed ws_connect"),
        ("google.genai.live_music", "AsyncLiveMusic"),
        ("google.genai.local_tokenizer", "LocalTokenizer"),
        ("google.genai.models", "Models AsyncModels t"),
        ("google.genai._transformers", "t_content t_contents t_schema"),
        ("google.genai.pagers", "Pager AsyncPager"),
        ("google.genai.errors", "APIError ClientError ServerError UnsupportedFunctionError UnknownApiResponseError"),
        ("google.genai.version", "__version__"),
        ("google.genai.types", "_GenerateContentParametersDict"),
        ("google.genai._gaos.interactions", "Interactions AsyncInteractions Stream AsyncStream"),
        (
            "google.genai._gaos.types.interactions",
            "Interaction InteractionSSEEvent InteractionsInput Step Usage ModelParam InteractionDeleteResponse",
        ),
        ("google.genai._gaos.types.interactions.functioncallstep", "FunctionCallStep FunctionCallStepParam"),
        ("google.genai._gaos.types.interactions.functionresultstep", "FunctionResultStep FunctionResultStepParam"),
        ("google.genai._gaos.types.interactions.interaction", "Interaction InteractionTypedDict"),
        ("google.genai._gaos.types.interactions.modeloutputstep", "ModelOutputStep ModelOutputStepParam"),
        ("google.genai._gaos.types.interactions.userinputstep", "UserInputStep UserInputStepParam"),
        ("google.genai._gaos.utils.serializers", "ALLOW_UNKNOWN_UNION_VARIANTS"),
        (
            "google.genai._interactions_errors",
            "APIConnectionError APIError APIResponseValidationError APIStatusError APITimeoutError AuthenticationError "
            "BadRequestError ConflictError GeminiNextGenAPIClientError InternalServerError NotFoundError "
            "PermissionDeniedError RateLimitError UnprocessableEntityError",
        ),
        ("google.genai", "Client types errors models pagers client version __version__"),
    ],
)
def test_names_that_others_import_are_there(module: str, names: str) -> None:
    found = importlib.import_module(module)
    missing = [name for name in names.split() if not hasattr(found, name)]
    assert not missing


@pytest.mark.parametrize(
    "module", ["functioncallstep", "functionresultstep", "interaction", "modeloutputstep", "userinputstep"]
)
def test_types_of_interactions_are_the_same_under_the_private_path(module: str) -> None:
    from google.genai import interactions

    found = importlib.import_module(f"google.genai._gaos.types.interactions.{module}")
    assert [getattr(found, name) is getattr(interactions, name) for name in found.__all__] == [True, True]


def test_the_classes_of_interactions_are_those_that_the_client_uses(new_client: NewClient) -> None:
    """OpenTelemetry and OpenInference replace `create` and `get` of these classes."""
    from google.genai._gaos import interactions

    client = new_client()
    assert type(client.interactions) is interactions.Interactions
    assert type(client.aio.interactions) is interactions.AsyncInteractions
    for cls in (interactions.Interactions, interactions.AsyncInteractions):
        for name in ("create", "get"):
            assert isinstance(vars(cls)[name], python_types.FunctionType)


@_calls_interactions
def test_streams_of_interactions_have_the_classes_that_instrumentations_compare(
    serve: Callable[[bytes], str],
) -> None:
    """OpenTelemetry asks `isinstance(response, (Stream, AsyncStream))`."""
    from google.genai._gaos.interactions import Interactions, Stream

    url = serve(b'data: {"event_type": "step.stop", "index": 0}\n\ndata: [DONE]\n\n')
    interactions: Interactions = genai.Client(api_key="k", http_options={"base_url": url}).interactions
    with interactions.create(model=_MODEL, input="Hello", stream=True) as stream:
        assert isinstance(stream, Stream)
        assert [event.event_type for event in stream] == ["step.stop"]


def test_all_types_of_interactions_are_under_the_private_path() -> None:
    from google.genai import interactions
    from google.genai._gaos.types import interactions as private
    from google.genai._interactions.types._index import MODULE_OF

    assert {name: getattr(private, name) for name in MODULE_OF} == {
        name: getattr(interactions, name) for name in MODULE_OF
    }
    assert set(MODULE_OF) <= set(dir(private))
    with pytest.raises(AttributeError, match="NoSuchType"):
        private.NoSuchType  # noqa: B018


def test_interactions_with_unknown_members_are_read_with_the_key_of_the_context() -> None:
    """google-cloud-aiplatform passes the key to `model_validate`."""
    from google.genai._gaos.types.interactions import interaction
    from google.genai._gaos.utils.serializers import ALLOW_UNKNOWN_UNION_VARIANTS

    given = {"id": "i", "status": "completed", "steps": [{"type": "new_kind", "x": 1}]}
    read = interaction.Interaction.model_validate(given, context={ALLOW_UNKNOWN_UNION_VARIANTS: True})
    assert read.model_dump()["steps"] == given["steps"]


@_calls_interactions
@pytest.mark.parametrize(
    ("status", "name"),
    [
        (400, "BadRequestError"),
        (401, "AuthenticationError"),
        (403, "PermissionDeniedError"),
        (404, "NotFoundError"),
        (409, "ConflictError"),
        (418, "APIStatusError"),
        (422, "UnprocessableEntityError"),
        (429, "RateLimitError"),
        (503, "InternalServerError"),
    ],
)
def test_refused_interactions_are_errors_of_both_families(serve: Callable[..., str], status: int, name: str) -> None:
    """Programs for other clients of this API catch these, and read `status_code`, `body`, `message` and `request`."""
    from google.genai import _interactions_errors

    url = serve(b'{"error": {"code": "not_possible", "message": "No."}}', status)
    options = {"base_url": url, "retry_options": {"attempts": 1}}
    client = genai.Client(api_key="secret", http_options=options)
    with pytest.raises(getattr(_interactions_errors, name)) as raised:
        client.interactions.create(model=_MODEL, input="Hello", extra_query={"token": "secret"})
    for error in (raised.value, pickle.loads(pickle.dumps(raised.value))):
        assert isinstance(error, _interactions_errors.APIStatusError)
        assert isinstance(error, errors.ServerError if status >= 500 else errors.ClientError)
        assert (error.status_code, error.message) == (status, "No.")
        assert error.body == {"error": {"code": "not_possible", "message": "No."}}
        assert error.request is not None
        assert (error.request.method, error.request.url) == ("POST", f"{url}/v1beta/interactions")
        assert "secret" not in repr(vars(error.request))


@_calls_interactions
def test_a_failed_connection_has_no_status_and_its_request() -> None:
    from google.genai import _interactions_errors

    options = {"base_url": "http://user:secret@127.0.0.1:9", "retry_options": {"attempts": 1}}
    with pytest.raises(_interactions_errors.APIConnectionError) as raised:
        genai.Client(api_key="k", http_options=options).interactions.get("i")
    for error in (raised.value, pickle.loads(pickle.dumps(raised.value))):
        assert error.status_code is None
        assert error.request is not None
        assert (error.request.method, error.request.url) == ("GET", "http://127.0.0.1:9/v1beta/interactions/i")


@pytest.fixture
def serve() -> Iterator[Callable[..., str]]:
    """Return a function that starts a server with one answer to every request, and returns its address."""
    with contextlib.ExitStack() as servers:

        def start(answer: bytes, status: int = 200) -> str:
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_POST(self) -> None:
                    self.rfile.read(int(self.headers["content-length"]))
                    self.send_response(status)
                    self.send_header("content-length", str(len(answer)))
                    self.end_headers()
                    self.wfile.write(answer)

                def log_message(self, *_: Any) -> None: ...

            server = http.server.HTTPServer(("127.0.0.1", 0), Handler)
            servers.callback(server.server_close)
            servers.callback(server.shutdown)
            threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
            return f"http://127.0.0.1:{server.server_port}"

        yield start


def test_models_t_is_the_module_of_transformers() -> None:
    """OpenTelemetry imports `google.genai.models.t` and calls `t.t_contents`."""
    from google.genai import _transformers, models

    assert models.t is _transformers
    assert models.t.t_contents(["a", "b"]) == [types.UserContent(["a", "b"])]


def test_transformers_take_what_others_give_them(new_client: NewClient) -> None:
    """ADK and llama-index call `t_content`, `t_contents` and `t_schema(client, …)`."""
    from google.genai import _transformers as t

    class Thing(pydantic.BaseModel):
        name: str

    assert t.t_content("a") == types.UserContent("a")
    assert t.t_contents(types.Part.from_function_call(name="f", args={})) == [
        types.ModelContent([types.Part.from_function_call(name="f", args={})])
    ]
    schema = t.t_schema(new_client()._api_client, Thing)
    assert schema is not None
    assert (schema.type, schema.required) == (types.Type.OBJECT, ["name"])
    assert t.t_schema(None, {"type": "STRING"}) == types.Schema(type=types.Type.STRING)


def test_debug_config_is_a_parameter_of_the_client() -> None:
    """llama-index passes an empty `DebugConfig`."""
    from google.genai.client import DebugConfig

    config = DebugConfig()
    assert (config.client_mode, config.replays_directory, config.replay_id) == (None, None, None)
    assert genai.Client(api_key="k", debug_config=config)._api_client.api_key == "k"


def test_the_low_level_client_can_be_made_alone() -> None:
    """google-cloud-aiplatform calls `Client._get_api_client` and replaces its result."""
    from google.genai.client import BaseApiClient, Client

    made = Client._get_api_client(api_key="k")
    assert isinstance(made, BaseApiClient)
    assert made.api_key == "k"


def test_library_version_headers_are_put_in_front() -> None:
    """google-cloud-aiplatform adds its own name to the headers with `append_library_version_headers`."""
    from google.genai._api_client import append_library_version_headers

    headers = {"user-agent": "vertex-genai-modules/1"}
    append_library_version_headers(headers)
    append_library_version_headers(headers)
    assert headers["user-agent"].startswith("google-genai-sdk/")
    assert headers["user-agent"].endswith(" vertex-genai-modules/1")
    assert headers["user-agent"].count("google-genai-sdk/") == 1
    assert headers["x-goog-api-client"] == headers["user-agent"].removesuffix(" vertex-genai-modules/1")


def test_version_is_one_fact() -> None:
    from google.genai.version import __version__

    assert genai.__version__ == __version__ == "2.34.0"


# Subclasses


def test_the_base_model_can_be_subclassed_outside() -> None:
    """google-cloud-aiplatform has 1,400 subclasses of `_common.BaseModel`, and converters over plain dicts."""
    from google.genai import _common

    class Engine(_common.BaseModel):
        display_name: str | None = None
        part: types.Part | None = None
        data: bytes | None = None

    engine = Engine.model_validate({"displayName": "e", "part": {"inlineData": {"data": "_w==", "mimeType": "a/b"}}})
    assert engine.part is not None
    assert engine.part.inline_data is not None
    assert engine.part.inline_data.data == b"\xff"
    assert engine.model_dump(exclude_none=True, by_alias=True)["displayName"] == "e"
    assert json.loads(Engine(data=b"\xff").model_dump_json(exclude_none=True)) == {"data": "_w=="}
    assert _common.convert_to_dict(engine) == {
        "display_name": "e",
        "part": {"inline_data": {"data": b"\xff", "mime_type": "a/b"}},
    }
    assert engine.to_json_dict() == {"display_name": "e", "part": {"inline_data": {"data": "_w==", "mime_type": "a/b"}}}
    with pytest.raises(pydantic.ValidationError, match="display_name"):
        Engine(display_nam="e")  # type: ignore[call-arg]


class GetConfig(_common.BaseModel):
    http_options: types.HttpOptions | None = None


class CreateConfig(GetConfig):
    timeout: int | None = None


class UpdateConfig(_common.BaseModel):
    http_options: types.HttpOptions | None = None
    name: str | None = None


class Parameters(_common.BaseModel):
    config: GetConfig | None = None


def test_classes_in_a_function_refer_to_each_other() -> None:
    """Annotations are text in this module, so pydantic looks their names up among those of the function."""

    class Inner(_common.BaseModel):
        number: int | None = None

    class Outer(_common.BaseModel):
        inner: Inner | None = None

    class Turn(types.Content):
        inner: list[Inner] | None = None

    assert Outer.model_validate({"inner": {"number": 5}}).inner == Inner(number=5)
    assert Turn(role="user", inner=[Inner(number=5)]).inner == [Inner(number=5)]


def test_an_empty_config_of_another_method_is_taken() -> None:
    """google-cloud-aiplatform passes the empty config of one method on to another one."""
    for config in (CreateConfig(), UpdateConfig()):
        assert Parameters(config=config).config is not None  # type: ignore[arg-type]
    with pytest.raises(pydantic.ValidationError, match="config"):
        Parameters(config=UpdateConfig(name="n"))  # type: ignore[arg-type]
    with pytest.raises(pydantic.ValidationError, match="config"):
        Parameters(config=types.Part())  # type: ignore[arg-type]


def test_the_base_enum_can_be_subclassed_outside() -> None:
    """google-cloud-aiplatform has 86 subclasses of `CaseInSensitiveEnum`."""
    from google.genai import _common

    class State(_common.CaseInSensitiveEnum):
        ACTIVE = "ACTIVE"
        lower = "lower"

    assert State("active") is State.ACTIVE
    assert State("LOWER") is State.lower
    with pytest.warns(UserWarning, match="RESTING"):
        resting = State("RESTING")
    assert (resting.name, resting.value, isinstance(resting, State)) == ("RESTING", "RESTING", True)
    assert State.__members__.keys() == {"ACTIVE", "lower"}
    assert issubclass(State, str)
    assert issubclass(State, enum.Enum)


def test_the_base_module_can_be_subclassed_outside(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """google-cloud-aiplatform adds its own nouns to the client: `BaseModule(api_client_)`."""
    from google.genai import _api_module

    class Engines(_api_module.BaseModule):
        def get(self) -> Any:
            return self._api_client.request("get", "engines/1", {}, None)

    client = new_client("vertex")
    gemini.respond(json={"name": "e"})
    assert json.loads(Engines(api_client_=client._api_client).get().body) == {"name": "e"}


def test_paths_are_read_and_written() -> None:
    """google-cloud-aiplatform's converters use `get_value_by_path` and `set_value_by_path`."""
    from google.genai._common import get_value_by_path, set_value_by_path

    assert get_value_by_path({"a": [{"b": 1}, {"b": 2}]}, ["a[]", "b"]) == [1, 2]
    assert get_value_by_path({"a": {"b": {}}}, ["a", "b", "c"]) is None
    assert get_value_by_path({}, ["a"], default_value=7) == 7
    assert get_value_by_path(types.Part(text="x"), ["text"]) == "x"
    set_value_by_path(None, ["a"], 1)
    target: dict[str, Any] = {}
    set_value_by_path(target, ["a", "b"], 1)
    set_value_by_path(target, ["l[]", "x"], [1, 2])
    set_value_by_path(target, ["l[]", "y"], 3)
    set_value_by_path(target, ["z[0]", "q"], 4)
    set_value_by_path(target, ["_self"], {"s": 1})
    assert target == {"a": {"b": 1}, "l": [{"x": 1, "y": 3}, {"x": 2, "y": 3}], "z": [{"q": 4}], "s": 1}
    with pytest.raises(ValueError, match=r"a\.b"):
        set_value_by_path(target, ["a", "b"], 2)


def test_unserializable_values_are_encoded() -> None:
    from google.genai._common import encode_unserializable_types, timestamped_unique_name

    moment = datetime.datetime(2025, 1, 1, tzinfo=datetime.timezone.utc)
    assert encode_unserializable_types({"a": b"\xff\xfe", "t": moment, "l": [b"x", {"y": b"z"}], "n": 1}) == {
        "a": "__4=",
        "t": "2025-01-01T00:00:00+00:00",
        "l": ["eA==", {"y": "eg=="}],
        "n": 1,
    }
    assert len({timestamped_unique_name() for _ in range(50)}) > 40  # five digits of hexadecimal may repeat


def test_experimental_functions_warn_once() -> None:
    from google.genai._common import ExperimentalWarning, experimental_warning

    @experimental_warning("may change")
    def twice(number: int) -> int:
        return number * 2

    with pytest.warns(ExperimentalWarning, match="may change") as caught:
        assert [twice(1), twice(2)] == [2, 4]
    assert len(caught) == 1
    assert twice.__name__ == "twice"


def test_subclasses_of_types_travel_as_their_base(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """ADK subclasses `Content` and `GenerateContentConfig`."""

    class Turn(types.Content):
        author: str | None = pydantic.Field(default=None, exclude=True)

    class Config(types.GenerateContentConfig):
        pass

    turn = Turn(role="user", parts=[types.Part(text="a")])
    new_client().models.generate_content(model=_MODEL, contents=[turn], config=Config(temperature=0.5))
    assert gemini.last_request.json == {
        "contents": [{"parts": [{"text": "a"}], "role": "user"}],
        "generationConfig": {"temperature": 0.5},
    }


def test_json_schema_can_be_subclassed() -> None:
    """ADK adds keywords of its own to `types.JSONSchema`."""

    class Wider(types.JSONSchema):
        one_of: list[types.JSONSchema] | None = None

    wider = Wider.model_validate({"oneOf": [{"type": "string"}], "$ref": "#/x"})
    assert wider.one_of == [types.JSONSchema(type=types.JSONSchemaType.STRING)]
    assert wider.ref == "#/x"


# Errors


def test_errors_can_be_raised_by_others() -> None:
    """google-cloud-aiplatform and ADK call `APIError.raise_error`."""
    body = {"error": {"code": 429, "status": "RESOURCE_EXHAUSTED", "message": "slow down"}}
    with pytest.raises(errors.ClientError) as raised:
        errors.APIError.raise_error(429, body, None)
    error = raised.value
    assert (error.code, error.status, error.message, error.details) == (429, "RESOURCE_EXHAUSTED", "slow down", body)
    with pytest.raises(errors.ServerError):
        errors.APIError.raise_error(503, {"message": "x"}, None)


def test_errors_can_be_made_from_an_httpx_response() -> None:
    """Tests of langchain and apache-beam create `ClientError(code, json, response)` themselves."""
    response = httpx.Response(400, json={"error": {"status": "INVALID_ARGUMENT", "message": "bad"}})
    error = errors.ClientError(400, response.json(), response)
    assert error.response is response
    assert error.headers["content-type"] == "application/json"
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error)):
        assert twin.response.json() == response.json()
    assert str(error).startswith("400 INVALID_ARGUMENT. ")
    with pytest.raises(errors.ClientError, match="bad"):
        errors.APIError.raise_for_response(response)


INNER = {"code": 9, "message": "inner", "status": "IN"}


@pytest.mark.parametrize("code", [None, 0])
@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"error": INNER}, (9, "IN", "inner")),
        ({"error": {**INNER, "code": None}}, (None, "IN", "inner")),
        ({**INNER, "code": None}, (None, "IN", "inner")),
        ({"code": 7, "message": "outer", "status": "OUT", "error": INNER}, (7, "OUT", "outer")),
        ({"code": 7, "error": INNER}, (7, "IN", "inner")),
        ({"status": "OUT", "error": INNER}, (9, "OUT", "inner")),
        ({"code": 0, "message": "", "status": "", "error": INNER}, (0, "", "")),
        ({"code": None, "message": None, "status": None, "error": INNER}, (None, None, None)),
        ({"error": {}}, (None, None, None)),
        ({}, (None, None, None)),
    ],
)
def test_the_outer_values_of_an_error_take_precedence(code: Any, body: Any, expected: Any) -> None:
    """Observed in the official package, which has no code if neither the argument nor the body contains one."""
    error = errors.APIError(code, body)
    assert (error.code, error.status, error.message) == expected
    assert str(error) == f"{error.code} {error.status}. {body}"
    assert errors.APIError(500, body).code == 500


def test_outer_values_of_other_types_do_not_hide_the_inner_ones() -> None:
    error = errors.APIError(0, {"status": 500, "code": "E1", "message": {}, "error": INNER})
    assert (error.code, error.status, error.message) == (9, "IN", "inner")


def test_errors_can_be_combined_with_other_bases() -> None:
    """langchain derives its errors from a base of its own and from `ClientError`."""

    class ChatError(Exception):
        pass

    class QuotaError(ChatError, errors.ClientError):
        pass

    error = QuotaError(429, {"error": {"status": "RESOURCE_EXHAUSTED", "message": "slow"}})
    assert (error.code, error.message) == (429, "slow")
    with pytest.raises(ChatError):
        raise error
    with pytest.raises(errors.APIError):
        raise error


# Conversions


def test_the_base_model_is_read_from_a_response() -> None:
    """google-cloud-aiplatform's `agent_engines`, `prompts` and `sandboxes` call `_from_response`, with the arguments of the call."""
    from google.genai import _common

    class Engine(_common.BaseModel):
        display_name: str | None = None
        part: types.Part | None = None

    response = {"displayName": "e", "part": {"text": "a", "newer": 1}, "newer": {"x": 1}}
    for kwargs in ({}, None, {"config": None}, {"config": {"timeout": 1}}, {"config": types.HttpOptions()}):
        read = Engine._from_response(response=response, kwargs=kwargs)
        assert read == Engine(display_name="e", part=types.Part(text="a"))
    with pytest.raises(pydantic.ValidationError, match="newer"):
        Engine._from_response(response=response, kwargs={"config": {"include_all_fields": True}})


def test_a_line_of_a_file_of_requests_is_what_a_batch_sends(new_client: NewClient, gemini: ScriptedGemini) -> None:
    """pydantic-ai writes files of requests for batches with `_InlinedRequest_to_mldev`."""
    from google.genai.batches import _InlinedRequest_to_mldev

    client = new_client()
    request = types.InlinedRequest(
        model=_MODEL,
        contents=[
            types.Content(role="user", parts=[types.Part(inline_data=types.Blob(data=b"\xff", mime_type="a/b"))])
        ],
        metadata={"key": "1"},
        config=types.GenerateContentConfig(
            temperature=0.5, system_instruction="short", response_schema={"type": "STRING"}
        ),
    )
    gemini.respond(json={"name": "batches/1"})
    client.batches.create(model=_MODEL, src=[request])
    sent = gemini.last_request.json["batch"]["inputConfig"]["requests"]["requests"]
    assert sent == [_InlinedRequest_to_mldev(client._api_client, request)]
    assert sent == [_InlinedRequest_to_mldev(client._api_client, request.model_dump(exclude_none=True))]
    assert _InlinedRequest_to_mldev(new_client("vertex")._api_client, {"contents": "a"}) == {
        "request": {"contents": [{"role": "user", "parts": [{"text": "a"}]}]}
    }


def test_an_answer_in_a_file_of_results_is_read() -> None:
    """pydantic-ai reads results of batches with `_GenerateContentResponse_from_mldev` and `_from_response`."""
    from google.genai.batches import _GenerateContentResponse_from_mldev

    answer: dict[str, Any] = {
        "candidates": [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}],
        "usageMetadata": {"promptTokenCount": 1, "newer": 2},
        "newer": 3,
        "responseId": "r",
    }
    answer["candidates"][0]["citationMetadata"] = {"citationSources": [{"uri": "u"}]}
    fields = _GenerateContentResponse_from_mldev(answer)
    response = types.GenerateContentResponse._from_response(response=fields, kwargs={})
    assert (response.text, response.response_id) == ("hi", "r")
    assert response.usage_metadata == types.GenerateContentResponseUsageMetadata(prompt_token_count=1)
    assert response.candidates[0].citation_metadata.citations == [types.Citation(uri="u")]
    assert response.candidates[0].finish_reason is types.FinishReason.STOP


def test_an_upload_is_prepared(tmp_path: Path) -> None:
    """google-cloud-aiplatform starts its own uploads with `prepare_resumable_upload`."""
    from google.genai._extra_utils import prepare_resumable_upload

    path = tmp_path / "a b.txt"
    path.write_bytes(b"hello")
    options, size, mime_type = prepare_resumable_upload(path, {"timeout": 3, "api_version": "v9"})
    assert (size, mime_type, options.timeout, options.api_version) == (5, "text/plain", 3, "")
    assert options.headers == {
        "Content-Type": "application/json",
        "X-Goog-Upload-Protocol": "resumable",
        "X-Goog-Upload-Command": "start",
        "X-Goog-Upload-Header-Content-Length": "5",
        "X-Goog-Upload-Header-Content-Type": "text/plain",
        "X-Goog-Upload-File-Name": "a b.txt",
    }
    stream = io.BytesIO(b"abc")
    options, size, mime_type = prepare_resumable_upload(stream, user_mime_type="a/b")
    assert (size, mime_type, stream.read()) == (3, "a/b", b"abc")
    assert "X-Goog-Upload-File-Name" not in options.headers
    with pytest.raises(ValueError, match="mime_type"):
        prepare_resumable_upload(io.BytesIO(b"abc"))


async def test_an_upload_that_another_package_has_started(new_client: NewClient, tmp_path: Path) -> None:
    """google-cloud-aiplatform opens the session with `request` and sends the file with `upload_file`; it reads `json`."""
    from google.genai._extra_utils import prepare_resumable_upload

    path = tmp_path / "a.txt"
    path.write_bytes(b"hello" * 100)
    api_client = new_client()._api_client

    def opened() -> tuple[str, types.HttpOptions]:
        options, _, _ = prepare_resumable_upload(str(path))
        options.api_version = "upload/v1beta"
        headers = api_client.request("post", "files", {"file": {"displayName": "a"}}, options).headers
        assert headers is not None
        return headers["x-goog-upload-url"], options

    url, options = opened()
    blocking = api_client.upload_file(str(path), url, 500, http_options=options)
    url, _ = opened()
    awaited = await api_client.async_upload_file(io.BytesIO(b"hello" * 100), url, 500)
    for reply in (blocking, awaited):
        assert (reply.json["file"]["displayName"], reply.json["file"]["sizeBytes"]) == ("a", "500")
        assert (reply.status_code, "content-type" in reply.headers) == (200, True)
    with pytest.raises(ValueError, match="size changed"):
        api_client.upload_file(str(path), url, 7)


@pytest.mark.parametrize(
    ("options", "url"),
    [
        ({}, "wss://generativelanguage.googleapis.com/"),
        ({"base_url": "https://gateway.example/a/b"}, "wss://gateway.example/a/b"),
        ({"base_url": "wss://gateway.example/"}, "wss://gateway.example/"),
        ({"base_url": "http://127.0.0.1:8080"}, "ws://127.0.0.1:8080"),
    ],
)
def test_address_of_websockets(options: types.HttpOptionsDict, url: str) -> None:
    """google-cloud-aiplatform opens WebSockets of its own for the client's base URL, with the client's TLS settings."""
    api_client = genai.Client(api_key="k", http_options=options)._api_client
    assert api_client._websocket_base_url() == url
    tls = api_client._websocket_ssl_ctx
    assert [type(value) for value in tls.values()] == ([] if url.startswith("ws:") else [type(_shared_tls())])


@pytest.mark.parametrize("name", ["ssl", "verify"])
def test_tls_of_websockets_is_that_of_async_calls(name: str) -> None:
    mine = ssl.create_default_context()
    for given, expected in ((mine, mine), (None, _shared_tls())):
        api_client = genai.Client(api_key="k", http_options={"async_client_args": {name: given}})._api_client
        assert api_client._websocket_ssl_ctx["ssl"] is expected
    api_client = genai.Client(api_key="k", http_options={"async_client_args": {name: False}})._api_client
    assert api_client._websocket_ssl_ctx["ssl"].verify_mode == ssl.CERT_NONE


def _shared_tls() -> ssl.SSLContext:
    from google.genai._io.tls import shared_context

    return shared_context()


# Live sessions


def test_names_of_live_sessions() -> None:
    from websockets.exceptions import ConnectionClosed

    from google.genai import live, live_music

    assert live.ConnectionClosed is ConnectionClosed
    for name in ("AsyncLive", "AsyncSession", "AsyncLiveMusic", "ws_connect"):
        assert callable(getattr(live, name))
    for name in ("AsyncLiveMusic", "AsyncMusicSession", "connect"):
        assert callable(getattr(live_music, name))
    assert live.AsyncLiveMusic is live_music.AsyncLiveMusic


# Recording, credentials


def test_the_replay_client_is_an_api_client() -> None:
    from google.genai import client as client_module

    assert issubclass(client_module.ReplayApiClient, client_module.BaseApiClient)


@pytest.mark.parametrize("first", ["google.genai", "google.auth"])
def test_the_credentials_module_is_there_after_both_imports(first: str) -> None:
    """A package that imports `google.auth` alone finds `google.auth.credentials`, because the official package loads it."""
    second = "google.auth" if first == "google.genai" else "google.genai"
    program = f"""
import {first}, sys
import {second}
assert "google.auth.credentials" not in sys.modules
print(google.auth.credentials.Credentials.__name__)
try:
    google.auth.nothing
except AttributeError as error:
    print(error)
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False)
    assert done.stdout.splitlines() == ["Credentials", "module 'google.auth' has no attribute 'nothing'"], done.stderr
