"""Own how functions are declared to a model and how their use is ruled: declarations, calling modes, retrieval hints,
and the SDK's automatic calling. Must not know how Python functions become declarations, how calls are executed, nor
the built-in tools.
"""

from collections.abc import Callable
from typing import Annotated, Any, Literal, Protocol

from .._wire.marks import GEMINI_ONLY, VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model
from ._schema import Schema


class _ClientOfOneService(Protocol):
    @property
    def vertexai(self) -> bool: ...


class Behavior(CaseInSensitiveEnum):
    """Whether a live conversation waits for the answer of a function. Live API, Gemini Developer API only."""

    UNSPECIFIED = "UNSPECIFIED"
    """Nothing stated; treated as `BLOCKING`."""
    BLOCKING = "BLOCKING"
    """The conversation pauses until the function response arrives."""
    NON_BLOCKING = "NON_BLOCKING"
    """The conversation goes on, and the function response is worked in when it arrives."""


class FunctionCallingConfigMode(CaseInSensitiveEnum):
    """How free the model is to call functions. API: `FunctionCallingConfig.Mode`."""

    MODE_UNSPECIFIED = "MODE_UNSPECIFIED"
    """Nothing stated; treated as `AUTO`."""
    AUTO = "AUTO"
    """The model decides between a text answer and function calls."""
    ANY = "ANY"
    """The model has to call a function; `allowed_function_names` narrows which."""
    NONE = "NONE"
    """The model may not call a function, as if none were declared."""
    VALIDATED = "VALIDATED"
    """The model decides as in `AUTO`, and its calls are held to the declared schemas."""


class FunctionDeclaration(Model):
    """Describe one function that the model may ask the caller to run. API: `Tool.functionDeclarations`.

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

    behavior: Annotated[Behavior | None, GEMINI_ONLY] = None
    """Whether a live conversation waits for the function; it does when unset. Gemini Developer API only."""

    description: str | None = None
    """What the function does and when to use it. The model chooses by this text, so be specific."""

    name: str | None = None
    """Identifier the model calls it by: letters, digits, underscores, dots and dashes, starting with a letter or an
    underscore; unique among the tools of a request. A bad name is refused (400).
    """

    parameters: Schema | None = None
    """Arguments as an OpenAPI-style schema of type `OBJECT`; unset for none. Excludes `parameters_json_schema`."""

    parameters_json_schema: Any | None = None
    """Arguments as a JSON Schema of type "object". Excludes `parameters`."""

    response: Schema | None = None
    """Result as an OpenAPI-style schema, a hint for the model. Excludes `response_json_schema`."""

    response_json_schema: Any | None = None
    """Result as a JSON Schema, a hint for the model. Excludes `response`."""

    @classmethod
    def from_callable(
        cls, *, client: _ClientOfOneService, callable: Callable[..., Any], behavior: Behavior | None = None
    ) -> "FunctionDeclaration":
        """Return what a model is told of a Python function, for the service that a client calls.

        Args:
          client: The client; only whether it calls Vertex AI counts, which is told what the function returns as well.
          callable: A function, method, class or callable object whose parameters are annotated. Its docstring becomes
            the description.
          behavior: Whether a live model waits for the result.

        Raises:
          ValueError: A parameter has no annotation, or one that no value of JSON can fit.

        Example::

            def roll(sides: int = 6) -> int:
                "Roll a die."

            types.FunctionDeclaration.from_callable(client=client, callable=roll)
        """
        return cls.from_callable_with_api_option(
            callable=callable, api_option="VERTEX_AI" if client.vertexai else "GEMINI_API", behavior=behavior
        )

    @classmethod
    def from_callable_with_api_option(
        cls,
        *,
        callable: Callable[..., Any],
        api_option: Literal["VERTEX_AI", "GEMINI_API"] = "GEMINI_API",
        behavior: Behavior | None = None,
    ) -> "FunctionDeclaration":
        """Return what a model is told of a Python function, for a service that is named.

        The arguments and errors are those of `from_callable`.
        """
        from .._callables.declaration import declaration_of

        if api_option not in ("VERTEX_AI", "GEMINI_API"):
            raise ValueError(f"api_option: expected 'VERTEX_AI' or 'GEMINI_API', got {api_option!r}.")
        declaration = declaration_of(callable, "vertex" if api_option == "VERTEX_AI" else "gemini", cls)
        return declaration.model_copy(update={"behavior": behavior} if behavior else None, deep=True)


class FunctionCallingConfig(Model):
    """Rule how the model uses the declared functions. API: `ToolConfig.functionCallingConfig`."""

    mode: FunctionCallingConfigMode | None = None
    """Freedom of the model to call; `AUTO` when unset."""

    allowed_function_names: list[str] | None = None
    """The only functions that may be called; all declared ones when unset. For modes `ANY` and `VALIDATED`."""

    stream_function_call_arguments: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether arguments of a call arrive piece by piece in a streamed response. Cannot be combined with automatic
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
    """Where the user is, so that results nearby come first."""

    language_code: str | None = None
    """Language to answer in as a BCP 47 tag such as "de" or "en-US"."""


class ToolConfig(Model):
    """Settings that hold for all tools of a request. API: `GenerateContentRequest.toolConfig`.

    Example::

        types.ToolConfig(
            function_calling_config=types.FunctionCallingConfig(
                mode=types.FunctionCallingConfigMode.ANY,
                allowed_function_names=["get_weather"],
            )
        )
    """

    function_calling_config: FunctionCallingConfig | None = None
    """Whether functions may, must or must not be called, and which."""

    retrieval_config: RetrievalConfig | None = None
    """Position and language of the user for retrieval tools."""


class AutomaticFunctionCallingConfig(Model):
    """Rule how the SDK itself runs the Python functions and MCP sessions among the tools. Never sent to the service.

    Automatic calling is on by default. It is off when a tool holds explicit function declarations: their calls come
    back to the caller.
    """

    disable: bool | None = None
    """True returns the model's function calls instead of running them. Unset means False."""

    maximum_remote_calls: int | None = 10
    """Most requests to the model within one call, the first included: n rounds of functions need n + 1. 0 or less
    turns automatic calling off.
    """

    ignore_call_history: bool | None = None
    """True leaves `automatic_function_calling_history` off the response. Unset means False."""

    maximum_parallel_calls: int | None = None
    """How many of the functions that the model asks for in one turn may run at the same time: sync ones in threads,
    async ones in tasks. Their results keep the order of the calls. Unset means 1: one after the other.
    """
