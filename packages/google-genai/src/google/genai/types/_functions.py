"""Functions that a model may call: declarations, calling modes, retrieval hints, and automatic calling by the SDK.

Knows neither how a Python function becomes a declaration, nor how calls are run, nor the built-in tools.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Protocol, cast

import pydantic

from .._wire.marks import GEMINI_ONLY, VERTEX_ONLY, Via
from ._base import CaseInSensitiveEnum, Model
from ._schema import Schema


class _Client(Protocol):
    """The part of a client that `FunctionDeclaration.from_callable` uses."""

    @property
    def vertexai(self) -> bool: ...


class Behavior(CaseInSensitiveEnum):
    """Whether a live conversation waits for the result of a function. Live API."""

    UNSPECIFIED = "UNSPECIFIED"
    """Nothing stated; treated as `BLOCKING`."""
    BLOCKING = "BLOCKING"
    """The conversation pauses until the function response arrives."""
    NON_BLOCKING = "NON_BLOCKING"
    """The conversation continues, and the model receives the function response when it arrives."""


class FunctionCallingConfigMode(CaseInSensitiveEnum):
    """Whether the model may or must call functions. API: `FunctionCallingConfig.Mode`."""

    MODE_UNSPECIFIED = "MODE_UNSPECIFIED"
    """Nothing stated; treated as `AUTO`."""
    AUTO = "AUTO"
    """The model chooses between a text answer and function calls."""
    ANY = "ANY"
    """The model must call a function; `allowed_function_names` restricts which."""
    NONE = "NONE"
    """The model may not call a function, as if none were declared."""
    VALIDATED = "VALIDATED"
    """The model chooses as in `AUTO`, and its calls always match the declared schemas."""


class FunctionDeclaration(Model):
    """Declaration of a function that the model may ask the caller to run. API: `Tool.functionDeclarations`.

    `FunctionDeclaration.from_callable` derives one from a Python function.

    Example::

        types.FunctionDeclaration(
            name="get_weather",
            description="Current weather in a city.",
            parameters_json_schema={
                "type": "object",
                "properties": {"city": {"type": "string"}},
                "required": ["city"],
            },
        )
    """

    behavior: Behavior | None = None
    """Whether a live conversation waits for the function; it does if unset."""

    description: str | None = None
    """What the function does and when to use it. The model decides by this text, so be specific."""

    name: str | None = None
    """Name by which the model calls it: letters, digits, underscores, dots and dashes, starting with a letter or an
    underscore; unique among the tools of a request. The service refuses an invalid name (400).
    """

    parameters: Annotated[Schema | None, Via("declared_schema")] = None
    """Parameters as an OpenAPI-style schema of type `OBJECT`; unset for a function without parameters. Excludes
    `parameters_json_schema`, where a dict with keywords that only JSON Schema has is moved.
    """

    parameters_json_schema: Any | None = None
    """Parameters as a JSON Schema of type "object". Excludes `parameters`."""

    response: Annotated[Schema | None, Via("declared_schema")] = None
    """Result as an OpenAPI-style schema, a hint for the model. Excludes `response_json_schema`, where a dict with keywords
    that only JSON Schema has is moved.
    """

    response_json_schema: Any | None = None
    """Result as a JSON Schema, a hint for the model. Excludes `response`."""

    @pydantic.model_validator(mode="before")
    @classmethod
    def _move_json_schemas(cls, given: Any) -> Any:
        """Move a JSON Schema that was given as `parameters` or `response` to the field for JSON Schemas."""
        if not isinstance(given, dict):
            return given
        fields = cast("dict[str, Any]", given)
        for name, alias in (("parameters", "parametersJsonSchema"), ("response", "responseJsonSchema")):
            schema = fields.get(name)
            if (
                schema is None
                or isinstance(schema, Schema)
                or not fields.keys().isdisjoint((f"{name}_json_schema", alias))
            ):
                continue
            from .._schemas.declared import json_schema_in

            json_schema = json_schema_in(schema)
            if json_schema is not None:
                fields = {key: value for key, value in fields.items() if key != name} | {alias: json_schema}
        return fields

    @classmethod
    def from_callable(
        cls,
        client: _Client,
        callable: Callable[..., Any],
        *,
        behavior: Behavior | None = None,
        use_json_schema: bool = False,
    ) -> "FunctionDeclaration":
        """Return the declaration of a Python function, for the service that a client calls.

        Args:
          client: The client, which only determines the service: in its own form of schema, only Vertex AI receives the
            schema of the result.
          callable: A function, method, class or callable object whose parameters are annotated. Its docstring becomes
            the description.
          behavior: Whether a live model waits for the result.
          use_json_schema: Whether parameters and result are declared in JSON Schema, as functions among the tools are,
            and not in the service's own form.

        Raises:
          ValueError: A parameter has no annotation, or one that no JSON value fits; or `client` is not a client.

        Example::

            def roll(sides: int = 6) -> int:
                "Roll a die."

            types.FunctionDeclaration.from_callable(client, roll)
        """
        if not hasattr(client, "vertexai"):
            raise ValueError(
                f"client: expected a client, got {type(client).__name__}; write from_callable(client, function)."
            )
        return cls.from_callable_with_api_option(
            callable=callable,
            api_option="VERTEX_AI" if client.vertexai else "GEMINI_API",
            behavior=behavior,
            use_json_schema=use_json_schema,
        )

    @classmethod
    def from_callable_with_api_option(
        cls,
        callable: Callable[..., Any],
        *,
        api_option: Literal["ENTERPRISE", "VERTEX_AI", "GEMINI_API"] = "GEMINI_API",
        behavior: Behavior | None = None,
        use_json_schema: bool = False,
    ) -> "FunctionDeclaration":
        """Return the declaration of a Python function, for the service given by `api_option`.

        `ENTERPRISE` is another name of `VERTEX_AI`.
        The other arguments and the errors are those of `from_callable`.
        """
        from .._callables.declaration import declaration_of

        if api_option not in ("ENTERPRISE", "VERTEX_AI", "GEMINI_API"):
            raise ValueError(f"api_option: expected 'ENTERPRISE', 'VERTEX_AI' or 'GEMINI_API', got {api_option!r}.")
        form = "json" if use_json_schema else "gemini" if api_option == "GEMINI_API" else "vertex"
        declaration = declaration_of(callable, form, cls)
        return declaration.model_copy(update={"behavior": behavior} if behavior else None, deep=True)


class FunctionCallingConfig(Model):
    """Options for how the model uses the declared functions. API: `ToolConfig.functionCallingConfig`."""

    mode: FunctionCallingConfigMode | None = None
    """Whether the model may or must call functions; `AUTO` if unset."""

    allowed_function_names: list[str] | None = None
    """The only functions that the model may call; all declared ones if unset. For modes `ANY` and `VALIDATED`."""

    stream_function_call_arguments: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether the arguments of a call arrive in pieces in a streamed response. Cannot be combined with automatic
    function calling. Vertex AI only.
    """


class LatLng(Model):
    """Point on the globe in WGS 84 degrees. API: `google.type.LatLng`."""

    latitude: float | None = None
    """Degrees north of the equator, -90.0 to 90.0."""

    longitude: float | None = None
    """Degrees east of Greenwich, -180.0 to 180.0."""


class RetrievalConfig(Model):
    """Position and language of the user, for search and maps tools. API: `ToolConfig.retrievalConfig`."""

    lat_lng: LatLng | None = None
    """Position of the user, to prefer results nearby."""

    language_code: str | None = None
    """Language of the answer, as a BCP 47 tag such as "de" or "en-US"."""


class ToolConfig(Model):
    """Settings for all tools of a request. API: `GenerateContentRequest.toolConfig`.

    Example::

        types.ToolConfig(
            function_calling_config=types.FunctionCallingConfig(
                mode=types.FunctionCallingConfigMode.ANY,
                allowed_function_names=["get_weather"],
            )
        )
    """

    function_calling_config: FunctionCallingConfig | None = None
    """Whether the model may, must or must not call functions, and which."""

    retrieval_config: RetrievalConfig | None = None
    """Position and language of the user for retrieval tools."""

    include_server_side_tool_invocations: Annotated[bool | None, GEMINI_ONLY] = None
    """Whether the answer contains the calls of built-in tools and their results as parts, `ToolCall` and
    `ToolResponse`. Unset means no. Gemini Developer API only.
    """


class AutomaticFunctionCallingConfig(Model):
    """Options for the SDK to run the Python functions and MCP sessions among the tools. Never sent to the service.

    Automatic calling is on by default. It is off if a tool contains explicit function declarations, whose calls are
    returned to the caller.
    """

    disable: bool | None = None
    """True returns the model's function calls instead of running them. Unset means False."""

    maximum_remote_calls: int | None = 10
    """Maximum number of requests to the model within one call, including the first: n rounds of functions need n + 1.
    Functions that the last answer calls do not run. 0 or less turns automatic calling off.
    """

    ignore_call_history: bool | None = None
    """True leaves `automatic_function_calling_history` unset in the response. Unset means False."""

    maximum_parallel_calls: int | None = None
    """Maximum number of functions of one turn that run at the same time: sync functions in threads, async functions in
    tasks. Their results keep the order of the calls. Unset means 1: one after the other.
    """
