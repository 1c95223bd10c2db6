"""The functions and sessions that models call in the programs of `exchanges.py`, by their names in `$python`. Each call is
added to `CALLS` with the `repr` of its arguments, because two releases may pass different objects.

The docstrings of the functions are part of the recorded requests.
"""

from __future__ import annotations

import asyncio
import base64
import contextvars
import datetime
import decimal
import enum
import functools
import pathlib
import threading
import typing
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from typing import Any, Literal

import pydantic
from contract.tagged import Colour, Ingredient, Level, Place, Point, Recipe, Size

from google.genai import types

CALLS: list[str] = []
"""The function calls since the list was last cleared."""
SETTING: contextvars.ContextVar[str] = contextvars.ContextVar("SETTING", default="unset")


def _note(name: str, *arguments: Any) -> None:
    CALLS.append(f"{name}({', '.join(repr(argument) for argument in arguments)})")


def _plainly_annotated(function: Callable[..., Any]) -> Callable[..., Any]:
    """Replace annotations that are strings by their types, because 1.51.0 cannot read strings."""
    function.__annotations__ = typing.get_type_hints(function)
    return function


@_plainly_annotated
def weather(city: str) -> str:
    """Tell the weather."""
    _note("weather", city)
    return f"sunny in {city}"


@_plainly_annotated
def add(a: int, b: int = 5) -> int:
    """Add two numbers."""
    _note("add", a, b)
    return a + b


@_plainly_annotated
def now() -> str:
    """Tell the time."""
    _note("now")
    return "noon"


@_plainly_annotated
def failing(kind: str) -> str:
    """Fail in some way."""
    _note("failing", kind)
    raise {
        "value": ValueError("kaput"),
        "key": KeyError("kaput"),
        "runtime": RuntimeError("kaput"),
        "stop": StopIteration("kaput"),
        "own": _OwnError("kaput"),
        "assertion": AssertionError("kaput"),
        "silent": RuntimeError(),
        "timeout": TimeoutError("kaput"),
        "os": FileNotFoundError(2, "kaput"),
    }[kind]


class _OwnError(Exception):
    pass


@_plainly_annotated
async def weather_awaited(city: str) -> str:
    """Tell the weather in a while."""
    await asyncio.sleep(0)
    _note("weather_awaited", city)
    return f"rainy in {city}"


@_plainly_annotated
async def failing_awaited() -> str:
    """Fail in a while."""
    await asyncio.sleep(0)
    raise ValueError("kaput")


@_plainly_annotated
def whereabouts() -> dict:
    """Tell whether a loop runs here, and what the caller has set."""
    try:
        asyncio.get_running_loop()
        in_loop = True
    except RuntimeError:
        in_loop = False
    is_main = threading.current_thread() is threading.main_thread()
    return {"loop": in_loop, "main": is_main, "setting": SETTING.get()}


@_plainly_annotated
async def first_in_turn() -> int:
    """Take the longer time of the two."""
    CALLS.append("first begins")
    await asyncio.sleep(0.01)
    CALLS.append("first ends")
    return 1


@_plainly_annotated
async def second_in_turn() -> int:
    """Take the shorter time of the two."""
    CALLS.append("second begins")
    await asyncio.sleep(0)
    CALLS.append("second ends")
    return 2


class Station:
    """Functions that belong to something."""

    @_plainly_annotated
    def measured(self, days: int) -> int:
        """Measure for some days."""
        _note("measured", days)
        return days

    @_plainly_annotated
    async def measured_awaited(self, days: int) -> int:
        """Measure for some days, in a while."""
        _note("measured_awaited", days)
        return days

    @classmethod
    @_plainly_annotated
    def of_class(cls, days: int) -> int:
        """Belong to the class."""
        _note("of_class", days)
        return days

    @staticmethod
    @_plainly_annotated
    def of_nobody(days: int) -> int:
        """Belong to nobody."""
        _note("of_nobody", days)
        return days

    @_plainly_annotated
    def __call__(self, days: int) -> int:
        """Call the station."""
        _note("Station", days)
        return days


def _traced(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*positional: Any, **named: Any) -> Any:
        CALLS.append("traced")
        return function(*positional, **named)

    return wrapper


@_plainly_annotated
def named_only(*, city: str) -> str:
    """Take a keyword."""
    _note("named_only", city)
    return city


@_plainly_annotated
def by_place(city: str, /, days: int = 1) -> str:
    """Take a place."""
    _note("by_place", city, days)
    return city


@_plainly_annotated
def open_ended(city: str, *more: str, **named: str) -> str:
    """Take whatever comes."""
    _note("open_ended", city, more, named)
    return city


def _unannotated(city):
    """Say nothing of types."""
    return city


def _other_weather() -> Callable[..., Any]:
    @_plainly_annotated
    def weather(city: str) -> str:
        """Tell another weather."""
        _note("other weather", city)
        return "other"

    return weather


def _partial() -> Callable[..., Any]:
    made = functools.partial(add, b=7)
    made.__name__ = "add_seven"  # type: ignore[attr-defined]
    made.__doc__ = "Add seven."
    return made


def _generated() -> Iterator[int]:
    """Yield numbers."""
    yield 1


async def _generated_awaited() -> AsyncIterator[int]:
    """Yield numbers in a while."""
    yield 1


FUNCTIONS: dict[str, Any] = {
    "weather": weather,
    "other weather": _other_weather(),
    "add": add,
    "now": now,
    "failing": failing,
    "weather_awaited": weather_awaited,
    "failing_awaited": failing_awaited,
    "whereabouts": whereabouts,
    "first": first_in_turn,
    "second": second_in_turn,
    "method": Station().measured,
    "method awaited": Station().measured_awaited,
    "method of class": Station.of_class,
    "method of nobody": Station.of_nobody,
    "method unbound": Station.measured,
    "object": Station(),
    "class": Station,
    "built in": len,
    "lambda": lambda: 3,
    "lambda with parameter": lambda a: a,
    "partial": _partial(),
    "traced": _traced(weather),
    "named only": named_only,
    "by place": by_place,
    "open ended": open_ended,
    "unannotated": _unannotated,
    "generated": _generated,
    "generated awaited": _generated_awaited,
}

ANNOTATIONS: dict[str, Any] = {
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "Any": Any,
    "object": object,
    "list": list,
    "dict": dict,
    "list[int]": list[int],
    "list[str]": list[str],
    "list[float]": list[float],
    "list[list[int]]": list[list[int]],
    "list[Any]": list[Any],
    "list[Optional[int]]": list[typing.Optional[int]],
    "list[Union[int, str]]": list[typing.Union[int, str]],
    "dict[str, int]": dict[str, int],
    "dict[str, Ingredient]": dict[str, Ingredient],
    "Ingredient": Ingredient,
    "Recipe": Recipe,
    "list[Ingredient]": list[Ingredient],
    "Optional[int]": typing.Optional[int],
    "Optional[str]": typing.Optional[str],
    "Optional[Ingredient]": typing.Optional[Ingredient],
    "Optional[list[Ingredient]]": typing.Optional[list[Ingredient]],
    "Union[int, str]": typing.Union[int, str],
    "Union[str, float]": typing.Union[str, float],
    "Union[Ingredient, str]": typing.Union[Ingredient, str],
    "int | None": int | None,
    "str | int": str | int,
    "Literal": Literal["a", "b"],
    "Optional[Literal]": typing.Optional[Literal["a", "b"]],
    "Colour": Colour,
    "Size": Size,
    "Level": Level,
    "list[Colour]": list[Colour],
    "tuple[int, str]": tuple[int, str],
    "set[int]": set[int],
    "Sequence[int]": Sequence[int],
    "Mapping[str, int]": Mapping[str, int],
    "datetime": datetime.datetime,
    "bytes": bytes,
    "Annotated[int]": typing.Annotated[int, "how many"],
    "text int": "int",
    "Point": Point,
    "Place": Place,
}
"""Annotations for the parameter of `taken`."""


def _taking(annotation: Any, *default: Any) -> Callable[..., Any]:
    def taken(value):
        """Take a value."""
        _note("taken", value)
        return "taken"

    taken.__annotations__ = {"value": annotation}
    taken.__defaults__ = default
    return taken


RETURNED: dict[str, Any] = {
    "None": None,
    "text": "s",
    "empty text": "",
    "int": 3,
    "float": 1.5,
    "bool": True,
    "nan": float("nan"),
    "dict": {"a": 1},
    "empty dict": {},
    "dict with null": {"a": None, "b": {"c": None}},
    "dict of both cases": {"camelCase": 1, "snake_case": {"innerKey": 2, "inner_key": 3}},
    "dict with result": {"result": 1},
    "dict with output": {"output": 1},
    "dict with error": {"error": 5},
    "dict with numbers as keys": {1: 2},
    "list": [1, "a", None],
    "empty list": [],
    "tuple": (1, 2),
    "bytes": b"ab",
    "bytes beyond the URL's alphabet": base64.b64decode("+/8="),
    "bytes in a dict": {"b": b"ab"},
    "model": Ingredient(name="salt", grams=3),
    "model with null": Ingredient(name="salt"),
    "models in a list": [Ingredient(name="salt")],
    "model in a dict": {"m": Ingredient(name="salt")},
    "dataclass": Point(1, 2),
    "dataclass in a dict": {"p": Point(1, 2)},
    "typed dict": Place(name="K2", height=8611),
    "datetime": datetime.datetime(2025, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
    "datetime in a dict": {"at": datetime.datetime(2025, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc)},
    "int enum": Level.HIGH,
    "text enum": Size.LARGE,
    "Part": types.Part(text="x"),
    "Part with bytes": types.Part.from_bytes(data=b"x", mime_type="image/png"),
    "Content": types.Content(role="user", parts=[types.Part(text="x")]),
    "FunctionResponse": types.FunctionResponse(name="other", id="i", response={"q": 1}),
    "FileData": types.FileData(file_uri="gs://b/a.png", mime_type="image/png"),
    "set": {1},
    "frozen set": frozenset({1}),
    "enum": Colour.RED,
    "enum in a dict": {"c": Colour.RED},
    "date": datetime.date(2025, 1, 2),
    "time difference": datetime.timedelta(minutes=90),
    "decimal": decimal.Decimal("1.5"),
    "uuid": uuid.UUID(int=1),
    "path": pathlib.PurePosixPath("/a/b"),
    "object": object(),
    "class": int,
    "exception": ValueError("q"),
    "complex": 1j,
    "infinite": float("inf"),
    "aliased": type(
        "Renamed", (pydantic.BaseModel,), {"__annotations__": {"a": int}, "a": pydantic.Field(alias="theA")}
    )(theA=1),
    "flag": enum.Flag("Flag", ["A"]).A,  # type: ignore[attr-defined]
}
"""Return values for `returned`."""


def _returning(value: Any) -> Callable[..., Any]:
    def returned():
        """Return a value."""
        return value

    return returned


def registered() -> dict[str, Any]:
    """Return all functions and sessions by their names in `$python`."""
    return {
        **{f"function {name}": function for name, function in FUNCTIONS.items()},
        **{f"taking {name}": _taking(annotation) for name, annotation in ANNOTATIONS.items()},
        **{f"taking {name} or None": _taking(annotation, None) for name, annotation in ANNOTATIONS.items()},
        "taking int or 5": _taking(int, 5),
        "taking Ingredient or salt": _taking(Ingredient, Ingredient(name="salt")),
        **{f"returning {name}": _returning(value) for name, value in RETURNED.items()},
    }
