"""The annotations used by the tests and by the comparison with an official release, and their classes: everything that
Python developers commonly write. This module does not depend on the SDK, so that every release can be tested with it.
"""

import collections
import collections.abc
import dataclasses
import datetime
import decimal
import enum
import fractions
import ipaddress
import pathlib
import re
import typing
import uuid
from collections.abc import Callable
from typing import Annotated, Any, Generic, Literal, NamedTuple, NewType, Optional, TypedDict, TypeVar, Union

import annotated_types
import pydantic
import typing_extensions

# Classes used in annotations


class Colour(enum.Enum):
    RED = "red"
    DARK_BLUE = "dark blue"


class Size(str, enum.Enum):
    SMALL = "S"
    LARGE = "L"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Step(enum.Enum):
    DOWN = -1
    UP = 1


class Mixed(enum.Enum):
    ONE = 1
    TWO = "two"


class Share(enum.Enum):
    HALF = 0.5


class Mode(enum.Flag):
    READ = 1
    WRITE = 2


class Item(pydantic.BaseModel):
    """A thing that is sold."""

    name: str = pydantic.Field(description="What it is called")
    price: float
    note: Optional[str] = None


class Order(pydantic.BaseModel):
    number: int
    items: list[Item]
    state: Literal["open", "sent"] = "open"
    colour: Colour = Colour.RED
    gift: Optional[Item] = None


class Aliased(pydantic.BaseModel):
    first_name: str = pydantic.Field(alias="firstName")
    last_name: str = pydantic.Field(validation_alias="lastName")


class Chosen(pydantic.BaseModel):
    key: str = pydantic.Field(validation_alias=pydantic.AliasChoices("id", "key"))


class Bounded(pydantic.BaseModel):
    count: int = pydantic.Field(ge=1, le=9)
    code: str = pydantic.Field(min_length=2, max_length=4, pattern="^[a-z]+$")
    tags: list[str] = pydantic.Field(default_factory=list, max_length=3)


class Worded(pydantic.BaseModel):
    """Words of the class."""

    item: Item = pydantic.Field(description="what it is", title="The item")
    items: list[Item] = pydantic.Field(description="what they are", min_length=1)
    counts: dict[str, int] = pydantic.Field(description="how many", default_factory=dict)
    positive: int = pydantic.Field(gt=0, description="more than nothing")
    colour: Colour = pydantic.Field(default=Colour.RED, description="of the wall")
    annotated: Annotated[str, "in words"] = ""


class Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    name: str


class Empty(pydantic.BaseModel):
    pass


class Tree(pydantic.BaseModel):
    name: str
    branches: list["Tree"] = []


class Person(pydantic.BaseModel):
    name: str
    employer: Optional["Company"] = None


class Company(pydantic.BaseModel):
    title: str
    staff: list[Person] = []


T = TypeVar("T")
B = TypeVar("B", bound=int)
C = TypeVar("C", int, str)


class Page(pydantic.BaseModel, Generic[T]):
    entries: list[T]
    next: Optional[str] = None


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    tricks: list[str] = []


class Root(pydantic.RootModel[list[int]]):
    pass


@dataclasses.dataclass
class Point:
    x: int
    y: int = 0


@dataclasses.dataclass
class Line:
    """From here to there."""

    start: Point
    end: Optional[Point] = None
    marks: list[Point] = dataclasses.field(default_factory=list)


@dataclasses.dataclass(frozen=True)
class Frozen:
    a: str
    b: Annotated[int, "how many"] = 1
    c: int = dataclasses.field(init=False, default=5)


@dataclasses.dataclass
class Node:
    value: int
    next: Optional["Node"] = None


@pydantic.dataclasses.dataclass
class Checked:
    x: int = pydantic.Field(ge=0, description="not negative")


class Place(TypedDict):
    name: str
    height: int


class Options(TypedDict, total=False):
    limit: int
    sort: Literal["up", "down"]


class Half(typing_extensions.TypedDict):
    must: str
    may: typing_extensions.NotRequired[int]


class Half2(typing_extensions.TypedDict, total=False):
    must: typing_extensions.Required[str]
    may: int


class Menu(TypedDict):
    dishes: list[Item]
    at: Place


class Pair(NamedTuple):
    left: int
    right: str = "r"


UserId = NewType("UserId", int)
Tag = NewType("Tag", str)
Numbers = list[int]
Json = typing_extensions.TypeAliasType("Json", Union[int, str, list["Json"]])
Text = typing_extensions.TypeAliasType("Text", str)
Short = Annotated[str, annotated_types.MaxLen(5)]

ANNOTATIONS: dict[str, Any] = {
    "str": str,
    "int": int,
    "float": float,
    "bool": bool,
    "bytes": bytes,
    "None": None,
    "complex": complex,
    "list": list,
    "dict": dict,
    "tuple": tuple,
    "set": set,
    "frozenset": frozenset,
    "Any": Any,
    "object": object,
    "datetime": datetime.datetime,
    "date": datetime.date,
    "time": datetime.time,
    "timedelta": datetime.timedelta,
    "Decimal": decimal.Decimal,
    "Fraction": fractions.Fraction,
    "UUID": uuid.UUID,
    "Path": pathlib.Path,
    "IPv4Address": ipaddress.IPv4Address,
    "Pattern": re.Pattern,
    "AnyUrl": pydantic.AnyUrl,
    "SecretStr": pydantic.SecretStr,
    "LiteralString": typing_extensions.LiteralString,
    "PositiveInt": pydantic.PositiveInt,
    "list[str]": list[str],
    "List[int]": typing.List[int],  # noqa: UP006
    "list[list[int]]": list[list[int]],
    "list[Any]": list[Any],
    "list[dict]": list[dict],
    "list[dict[str, int]]": list[dict[str, int]],
    "list[Optional[int]]": list[Optional[int]],
    "list[int | str]": list[Union[int, str]],
    "Numbers": Numbers,
    "set[int]": set[int],
    "frozenset[str]": frozenset[str],
    "AbstractSet[str]": collections.abc.Set[str],
    "deque[int]": collections.deque[int],
    "dict[str, int]": dict[str, int],
    "Dict[str, Any]": typing.Dict[str, Any],  # noqa: UP006
    "dict[str, list[int]]": dict[str, list[int]],
    "dict[str, Item]": dict[str, Item],
    "dict[Colour, int]": dict[Colour, int],
    "dict[int, str]": dict[int, str],
    "Mapping[str, int]": collections.abc.Mapping[str, int],
    "MutableMapping[str, str]": collections.abc.MutableMapping[str, str],
    "defaultdict[str, int]": collections.defaultdict[str, int],
    "Sequence[int]": collections.abc.Sequence[int],
    "typing.Sequence[str]": typing.Sequence[str],
    "Iterable[int]": collections.abc.Iterable[int],
    "Collection[Item]": collections.abc.Collection[Item],
    "tuple[int, ...]": tuple[int, ...],
    "tuple[int, str]": tuple[int, str],
    "tuple[int]": tuple[int],
    "tuple[()]": tuple[()],
    "tuple[float, float]": tuple[float, float],
    "list[tuple[str, int]]": list[tuple[str, int]],
    "tuple[Item, ...]": tuple[Item, ...],
    "Optional[str]": Optional[str],
    "Optional[list[str]]": Optional[list[str]],
    "Optional[list[Optional[int]]]": Optional[list[Optional[int]]],
    "Optional[dict]": Optional[dict],
    "Optional[dict[str, int]]": Optional[dict[str, int]],
    "Optional[Item]": Optional[Item],
    "Optional[Colour]": Optional[Colour],
    "Optional[Any]": Optional[Any],
    "Optional[Point]": Optional[Point],
    "Optional[datetime]": Optional[datetime.datetime],
    "int | None": int | None,
    "str | int": str | int,
    "Union[int, str, None]": Union[int, str, None],
    "Union[int, float]": Union[int, float],
    "Union[list[int], dict[str, int]]": Union[list[int], dict[str, int]],
    "Union[int, Item]": Union[int, Item],
    "Union[Item, Order]": Union[Item, Order],
    "Union[str, list[str]]": Union[str, list[str]],
    "Union[Cat, Dog] discriminated": Annotated[Union[Cat, Dog], pydantic.Field(discriminator="kind")],
    "Union[Cat, Dog]": Union[Cat, Dog],
    "Union[Colour, int]": Union[Colour, int],
    "Union[Point, str]": Union[Point, str],
    "Union[datetime, str]": Union[datetime.datetime, str],
    "Literal texts": Literal["a", "b"],
    "Literal one text": Literal["a"],
    "Literal ints": Literal[1, 2],
    "Literal mixed": Literal["a", 1],
    "Literal bool": Literal[True],
    "Literal with None": Literal["a", None],
    "Literal of members": Literal[Colour.RED],
    "list[Literal]": list[Literal["a", "b"]],
    "Optional[Literal]": Optional[Literal["a", "b"]],
    "Union[Literal, int]": Union[Literal["auto"], int],
    "Enum of texts": Colour,
    "str Enum": Size,
    "IntEnum": Level,
    "Enum of ints": Step,
    "Enum mixed": Mixed,
    "Enum of floats": Share,
    "Flag": Mode,
    "list[Enum]": list[Colour],
    "list[IntEnum]": list[Level],
    "model": Item,
    "model nested": Order,
    "model with aliases": Aliased,
    "model with a choice of aliases": Chosen,
    "model with limits": Bounded,
    "model strict": Strict,
    "model empty": Empty,
    "model recursive": Tree,
    "models mutually recursive": Person,
    "model generic": Page[int],
    "model generic of models": Page[Item],
    "model of a root": Root,
    "list[model]": list[Item],
    "Optional[list[model]]": Optional[list[Item]],
    "dataclass": Point,
    "dataclass nested": Line,
    "dataclass frozen": Frozen,
    "dataclass recursive": Node,
    "dataclass of pydantic": Checked,
    "list[dataclass]": list[Point],
    "dict[str, dataclass]": dict[str, Point],
    "TypedDict": Place,
    "TypedDict not total": Options,
    "TypedDict NotRequired": Half,
    "TypedDict Required": Half2,
    "TypedDict nested": Menu,
    "list[TypedDict]": list[Place],
    "NamedTuple": Pair,
    "list[NamedTuple]": list[Pair],
    "NewType of int": UserId,
    "NewType of str": Tag,
    "list[NewType]": list[Tag],
    "TypeAliasType": Text,
    "TypeAliasType recursive": Json,
    "TypeVar": T,
    "TypeVar bound": B,
    "TypeVar constrained": C,
    "Annotated text": Annotated[str, "where to"],
    "Annotated Field description": Annotated[str, pydantic.Field(description="where to")],
    "Annotated Field limits": Annotated[int, pydantic.Field(ge=3, le=5, description="how many")],
    "Annotated Field exclusive": Annotated[float, pydantic.Field(gt=0, lt=1)],
    "Annotated Field multiple": Annotated[int, pydantic.Field(multiple_of=5)],
    "Annotated Field pattern": Annotated[str, pydantic.Field(pattern="^a+$", max_length=9)],
    "Annotated Field items": Annotated[list[int], pydantic.Field(min_length=1, max_length=3)],
    "Annotated dict Field": Annotated[dict[str, int], pydantic.Field(description="how many of each")],
    "Annotated set Field": Annotated[set[int], pydantic.Field(description="which")],
    "Annotated Literal ints Field": Annotated[Literal[1, 2], pydantic.Field(description="which")],
    "Annotated Enum Field": Annotated[Colour, pydantic.Field(description="which")],
    "Annotated list of models Field": Annotated[list[Item], pydantic.Field(description="which", min_length=1)],
    "Annotated Optional Field": Annotated[Optional[int], pydantic.Field(description="how many", ge=1)],
    "model with words": Worded,
    "Annotated Field examples": Annotated[str, pydantic.Field(examples=["Bern"])],
    "Annotated Field title": Annotated[str, pydantic.Field(title="City")],
    "Annotated Field default": Annotated[int, pydantic.Field(default=7)],
    "Annotated annotated-types": Annotated[int, annotated_types.Ge(0)],
    "Annotated Interval": Annotated[int, annotated_types.Interval(ge=0, le=10)],
    "Annotated Len": Annotated[list[str], annotated_types.Len(1, 2)],
    "Annotated alias": Short,
    "Annotated object": Annotated[int, object()],
    "Annotated Optional": Annotated[Optional[int], "may be left out"],
    "Optional[Annotated]": Optional[Annotated[int, "how many"]],
    "list[Annotated]": list[Annotated[str, "a town"]],
    "Annotated model": Annotated[Item, "what to buy"],
    "Annotated model Field": Annotated[Item, pydantic.Field(description="what to buy")],
    "Annotated Enum": Annotated[Colour, "of the wall"],
    "Annotated Literal": Annotated[Literal["a", "b"], "which"],
    "Annotated Doc": Annotated[int, typing_extensions.Doc("how many")],
    "StringConstraints": Annotated[str, pydantic.StringConstraints(min_length=1, to_lower=True)],
    "quoted": "list[Item]",
    "quoted inside": list["Item"],
    "Callable": Callable[[int], int],
    "range": range,
}
"""Annotations by id, grouped by kind."""

REFUSED = frozenset({"Callable", "range"})
"""JSON cannot represent the values of these."""

_RECORDED = {"anyOf": [{"type": "number"}, {"type": "string"}]}
"""The schema of a Decimal in the release of pydantic with which the expected wire forms were recorded."""
_WITH_DECIMALS = {
    *("annotation Decimal", "annotation Fraction", "function decimal_by_default"),
    *("shape Money", "shape plain Decimal", "shape plain dataclass nested", "annotation dataclass nested"),
}


def depends_on_pydantic(name: str) -> bool:
    """Tell whether the installed release of pydantic describes a class of a case in another way than the recorded one."""
    return name in _WITH_DECIMALS and pydantic.TypeAdapter(decimal.Decimal).json_schema() != _RECORDED
