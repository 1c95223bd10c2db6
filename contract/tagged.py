"""Arguments as data: the tagged form of Python values in cases, and the classes to which cases may refer.

A JSON value stands for itself. An object with one of these keys stands for something else:

    {"$type": "Part", "text": "hi"}                          types.Part(text="hi")
    {"$type": "UserContent", "$value": "hi"}                 types.UserContent("hi")
    {"$call": "Part.from_uri", "file_uri": "gs://b/a.png"}   types.Part.from_uri(file_uri="gs://b/a.png")
    {"$member": "HarmCategory.HARM_CATEGORY_HARASSMENT"}     the member of an enum of types
    {"$python": "Recipe"}                                    a class or annotation of `PYTHON` below
    {"$bytes": "aGk="}                                       bytes, from base64
    {"$time": "2025-01-02T03:04:05+00:00"}                   a datetime
    {"$float": "nan"}                                        a float that JSON cannot express
    {"$server": "/gateway/"}                                 that path below the address of the recording server
    {"$tuple": [1, 2]}                                       a tuple
    {"$keys": [["a", 1]]}                                    a dict whose keys may begin with a dollar sign

It uses nothing of the SDK except the module of types that is passed to it.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import enum
import typing
from typing import Annotated, Any, Literal

import pydantic
import typing_extensions


class Ingredient(pydantic.BaseModel):
    name: str
    grams: int | None = None


class Recipe(pydantic.BaseModel):
    """A dish and what it takes."""

    title: str = pydantic.Field(description="Name of the dish.")
    servings: int = pydantic.Field(ge=1, le=12)
    rating: float
    is_vegan: bool
    steps: list[str] = pydantic.Field(min_length=1, max_length=9)
    main: Ingredient
    others: list[Ingredient]
    course: Literal["starter", "main", "dessert"]
    amount: int | str


class Aliased(pydantic.BaseModel):
    first_name: str = pydantic.Field(alias="firstName")
    last_name: str


class Defaulted(pydantic.BaseModel):
    count: int = 3
    name: str | None = None


class Code(pydantic.BaseModel):
    code: Annotated[str, pydantic.Field(min_length=2, max_length=4, pattern="^a")]


class Described(pydantic.BaseModel):
    inner: Ingredient = pydantic.Field(description="What goes in.")


class Cat(pydantic.BaseModel):
    kind: Literal["cat"]
    lives: int


class Dog(pydantic.BaseModel):
    kind: Literal["dog"]
    tricks: list[str] | None = None


class Pet(pydantic.BaseModel):
    pet: Cat | Dog = pydantic.Field(discriminator="kind")


class Strict(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(extra="forbid")

    name: str


class Counts(pydantic.BaseModel):
    by_name: dict[str, int]


class Tree(pydantic.BaseModel):
    children: list[Tree]


class Moment(pydantic.BaseModel):
    at: datetime.datetime


class Colour(enum.Enum):
    RED = "red"
    DARK_BLUE = "dark blue"


class Size(str, enum.Enum):
    SMALL = "S"
    LARGE = "L"


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Painted(pydantic.BaseModel):
    colour: Colour
    size: Size = Size.SMALL


@dataclasses.dataclass
class Point:
    x: int
    y: int


class Place(typing_extensions.TypedDict):
    name: str
    height: int


PYTHON: dict[str, Any] = {
    "Ingredient": Ingredient,
    "Recipe": Recipe,
    "Aliased": Aliased,
    "Defaulted": Defaulted,
    "Code": Code,
    "Described": Described,
    "Pet": Pet,
    "Strict": Strict,
    "Counts": Counts,
    "Tree": Tree,
    "Moment": Moment,
    "Colour": Colour,
    "Size": Size,
    "Level": Level,
    "Painted": Painted,
    "Point": Point,
    "Place": Place,
    "int": int,
    "str": str,
    "float": float,
    "bool": bool,
    "list[str]": list[str],
    "list[Ingredient]": list[Ingredient],
    "list[Colour]": list[Colour],
    "list[list[int]]": list[list[int]],
    "int | str": int | str,
    "Union[int, str]": typing.Union[int, str],
    "Optional[int]": typing.Optional[int],
    "list[int | str]": list[int | str],
    "Ingredient | Point": Ingredient | Point,
    "dict[str, int]": dict[str, int],
    "object": object,
}
"""The names for `$python`."""


def untag(value: Any, types: Any, server: str = "") -> Any:
    """Return the Python value that a tagged JSON value stands for.

    `types` is the module that contains the classes, `server` the address at the start of `$server`.
    """
    if isinstance(value, list):
        return [untag(item, types, server) for item in value]
    if not isinstance(value, dict):
        return value
    if "$bytes" in value:
        return base64.b64decode(value["$bytes"])
    if "$time" in value:
        return datetime.datetime.fromisoformat(value["$time"])
    if "$float" in value:
        return float(value["$float"])
    if "$server" in value:
        return server + value["$server"]
    if "$tuple" in value:
        return tuple(untag(value["$tuple"], types, server))
    if "$keys" in value:
        return {key: untag(item, types, server) for key, item in value["$keys"]}
    if "$python" in value:
        return PYTHON[value["$python"]]
    if "$member" in value:
        return _attribute(types, value["$member"])
    fields = {key: untag(item, types, server) for key, item in value.items() if key not in ("$type", "$call", "$value")}
    positional = [untag(value["$value"], types, server)] if "$value" in value else []
    if "$type" in value:
        return getattr(types, value["$type"])(*positional, **fields)
    if "$call" in value:
        return _attribute(types, value["$call"])(**fields)
    return fields


def _attribute(root: Any, dotted: str) -> Any:
    for name in dotted.split("."):
        root = getattr(root, name)
    return root
