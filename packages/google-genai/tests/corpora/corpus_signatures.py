"""The signatures used by the tests and by the comparison with an official release. This module does not depend on the
SDK, so that every release can be tested with it.

Each annotation of `corpus_annotations.py` is tested as the only parameter, `value`, of a function; `FUNCTIONS` are
complete signatures. Ids are their keys.
"""

import datetime
import decimal
import functools
import pathlib
from collections.abc import Callable
from typing import Annotated, Any, Literal, Optional, Union

import pydantic
import typing_extensions
from corpus_annotations import (
    ANNOTATIONS,
    Colour,
    Half,
    Item,
    Level,
    Options,
    Order,
    Pair,
    Place,
    Point,
    T,
    Tree,
)

# Complete signatures


def nothing():
    """Do nothing."""


def undocumented(): ...


def plain(city: str, days: int) -> str:
    """Return the weather."""
    return city * days


def defaults(a: int = 3, b: str = "x", c: bool = True, d: float = 0.5, e: Optional[int] = None): ...


def containers_by_default(a: list[int] = [1], b: dict[str, int] = {"k": 1}, c: tuple[int, ...] = (1, 2)): ...  # noqa: B006


def sets_by_default(a: set[int] = {1}, b: frozenset[str] = frozenset()): ...  # noqa: B006


def enum_by_default(a: Colour = Colour.RED, b: Level = Level.LOW, c: Literal["x", "y"] = "x"): ...


def model_by_default(a: Item = Item(name="n", price=1.0)): ...  # noqa: B008


def dataclass_by_default(a: Point = Point(1, 2)): ...  # noqa: B008


def none_by_default(a: str = None, b: list[str] = None): ...  # noqa: RUF013


def moment_by_default(a: datetime.date = datetime.date(2025, 1, 2)): ...


def decimal_by_default(a: decimal.Decimal = decimal.Decimal("1.5"), b: pathlib.Path = pathlib.Path("x")): ...


def optional_list_by_default(tags: Optional[list[str]] = None, places: Optional[list[Place]] = None): ...


def union_by_default(a: Union[int, str] = 1, b: Union[int, str, None] = None): ...


def optional_with_value(a: Optional[int] = 5, b: Optional[str] = "q"): ...


def field_default(a: Annotated[int, pydantic.Field(description="how many", ge=1)] = 2): ...


def field_as_default(a: int = pydantic.Field(default=2, description="how many")): ...


def keyword_only(*, a: int, b: str = "x"): ...


def positional_only(a: int, b: str = "x", /, c: bool = False): ...


def rest(a: int, *more: int, **others: str): ...


def unpacked(a: int, **options: typing_extensions.Unpack[Half]): ...


def mixed_order(a: str, b: int = 1, *, c: float, d: bool = True): ...


def returns_int() -> int:
    return 1


def returns_none() -> None: ...


def returns_list(a: int) -> list[str]:
    return [str(a)]


def returns_model(a: int) -> Item:
    return Item(name="n", price=a)


def returns_optional(a: int) -> Optional[Item]: ...


def returns_union(a: int) -> Union[int, str]:
    return a


def returns_dict(a: int) -> dict[str, int]:
    return {"a": a}


def returns_tuple(a: int) -> tuple[int, str]:
    return a, "x"


def returns_enum(a: int) -> Colour:
    return Colour.RED


def returns_int_enum(a: int) -> Level:
    return Level.LOW


def returns_dataclass(a: int) -> Point:
    return Point(a)


def returns_any(a: int) -> Any: ...


def returns_datetime(a: int) -> datetime.datetime: ...


def returns_recursive(a: int) -> Tree: ...


def returns_callable(a: int) -> Callable[[], int]: ...


def returns_bytes(a: int) -> bytes: ...


def google_style(city: str, days: int = 1, unit: Literal["C", "F"] = "C") -> str:
    """Forecast the weather.

    Longer words about it.

    Args:
        city: Town and state,
            such as Bern, BE.
        days (int): How many days ahead.
        unit: Degrees.

    Returns:
        Words.

    Raises:
        ValueError: Never.
    """
    return ""


def numpy_style(city: str, days: int = 1, items: Optional[list[Item]] = None) -> str:
    """Forecast the weather.

    Parameters
    ----------
    city : str
        Town and state,
        such as Bern, BE.
    days : int, optional
        How many days ahead.
    items : list of Item
        What to take along.

    Returns
    -------
    str
        Words.
    """
    return ""


def sphinx_style(city: str, days: int = 1, *, place: Optional[Place] = None) -> str:
    """Forecast the weather.

    :param city: Town and state,
        such as Bern, BE.
    :param int days: How many days ahead.
    :param place: Where exactly.
    :type place: Place
    :returns: Words.
    :raises ValueError: Never.
    """
    return ""


def documented_twice(a: Annotated[int, "from the annotation"], b: Annotated[int, pydantic.Field(description="field")]):
    """Do it.

    Args:
        a: From the docstring.
        b: From the docstring.
    """


def documented_in_part(a: int, b: int):
    """Do it.

    Args:
        b: The second one.
        c: There is none.
    """


def documented_rest(a: int, *more: int, **others: int):
    """Do it.

    Args:
        a: The first one.
        *more: The next ones.
        **others: The last ones.
    """


def documented_recursive(tree: Tree, other: Optional[Tree] = None):
    """Cut it.

    Args:
        tree: What to cut.
        other: What to leave.
    """


def documented_tuple(box: tuple[int, int]):
    """Draw it.

    Args:
        box: Width and height.
    """


def colons_in_words(a: int):
    """Note: this is no section. Args: none.

    Example:
        colons_in_words(1)
    """


def of_many_scripts(a: int):
    """Grüße, 世界 🌍.

    Args:
        a: Größe in mm².
    """


def models(order: Order, items: list[Item], extra: dict[str, Item], gift: Optional[Item] = None) -> Order:
    """Change an order."""
    return order


def recursive_and_plain(tree: Tree, depth: int = 1, names: Optional[list[str]] = None): ...


def tuple_and_plain(size: tuple[int, int], name: str, colour: Colour = Colour.RED): ...


def records(point: Point, place: Place, options: Options, half: Half, pair: Optional[Pair] = None): ...


def quoted(a: "str", b: "Optional[list[Item]]" = None, c: "Point | None" = None): ...


def many(
    a: int, b: str, c: float, d: bool, e: list[int], f: dict[str, str], g: Optional[int], h: Colour, i: Item, j: Any
) -> bool:
    return True


async def awaited(a: int, b: Optional[str] = None) -> dict[str, int]:
    """Wait for it.

    Args:
        a: How long.
    """
    return {"a": a}


def generator(a: int):
    """Yield them."""
    yield a


def generic(a: T, b: list[T]) -> T:
    return a


class Machine:
    """A machine."""

    class Part(pydantic.BaseModel):
        number: int

    def __init__(self, name: str = "m"):
        self.name = name

    def turn(self, times: int, part: "Optional[Machine.Part]" = None) -> int:
        """Turn it.

        Args:
            times: How often.
        """
        return times

    @classmethod
    def make(cls, size: int) -> "Machine":
        """Make one."""
        return cls()

    @staticmethod
    def stop(hard: bool = False) -> None:
        """Stop it."""

    def __call__(self, now: bool) -> None:
        """Run it.

        Args:
            now: Or later.
        """

    async def wait(self, seconds: float) -> None:
        """Wait for it."""


class Quiet:
    __slots__ = ()

    def __call__(self, a: int) -> int:
        return a


def _decorated(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return wrapper


@_decorated
def wrapped(point: Point, name: "str" = "n") -> int:
    """Wrap it.

    Args:
        name: Its name.
    """
    return point.x


@_decorated
@_decorated
def wrapped_twice(a: int) -> int:
    return a


@functools.cache
def cached(a: int) -> int:
    """Keep it."""
    return a


def unannotated(a, b: int): ...


def unknown_name(a: "NoSuchType"): ...  # noqa: F821


def größe(a: int): ...


FUNCTIONS: dict[str, Callable[..., Any]] = {
    function.__name__: function
    for function in (
        *(nothing, undocumented, plain, defaults, containers_by_default, sets_by_default, enum_by_default),
        *(model_by_default, dataclass_by_default, none_by_default, moment_by_default, decimal_by_default),
        *(optional_list_by_default, union_by_default, optional_with_value, field_default, field_as_default),
        *(keyword_only, positional_only, rest, unpacked, mixed_order),
        *(returns_int, returns_none, returns_list, returns_model, returns_optional, returns_union, returns_dict),
        *(returns_tuple, returns_enum, returns_int_enum, returns_dataclass, returns_any, returns_datetime),
        *(returns_recursive, returns_callable, returns_bytes),
        *(google_style, numpy_style, sphinx_style, documented_twice, documented_in_part, documented_rest),
        *(documented_recursive, documented_tuple, colons_in_words, of_many_scripts),
        *(models, recursive_and_plain, tuple_and_plain, records, quoted, many, awaited, generator, generic),
        *(wrapped, wrapped_twice, cached, unannotated, unknown_name, größe),
    )
}
FUNCTIONS |= {
    "method": Machine().turn,
    "async method": Machine().wait,
    "class method": Machine.make,
    "static method": Machine.stop,
    "callable object": Machine(),
    "callable object with slots": Quiet(),
    "class": Machine,
    "class of pydantic": Item,
    "class of a dataclass": Point,
    "partial": functools.partial(plain, days=3),
    "partial by position": functools.partial(plain, "Bern"),
    "partial of a method": functools.partial(Machine().turn, times=3),
    "partial of a partial": functools.partial(functools.partial(mixed_order, "a"), c=1.0),
    "partial of a keyword in the middle": functools.partial(mixed_order, b=2),
    "lambda": lambda a: a,
    "built in": len,
}
SAMPLES: dict[str, dict[str, Any]] = {
    "annotation complex": {"value": "1+2j"},
    "annotation Decimal": {"value": "1.50"},
    "function decimal_by_default": {"a": "1.50", "b": "x"},
}
"""Arguments for the cases whose values cannot be generated."""
REFUSED_FUNCTIONS = frozenset({"unannotated", "unknown_name", "größe", "lambda", "built in"})


def function(case: str) -> Callable[..., Any]:
    """Return the function of a case, such as `annotation int` or `function plain`."""
    kind, _, name = case.partition(" ")
    if kind == "function":
        return FUNCTIONS[name]

    def take(value): ...

    take.__annotations__ = {"value": ANNOTATIONS[name]}
    return take


CASES: list[str] = [
    *(f"annotation {name}" for name in ANNOTATIONS),
    *(f"function {name}" for name in FUNCTIONS),
]
