"""Declarations of Python functions, and the arguments with which models call them.

There is one test for each case of the corpus `corpora/corpus_signatures.py`; `corpora/signatures.json` contains the
expected wire forms. To run one case: `pytest -k 'signature and model_nested'`, or its complete id.
"""

from __future__ import annotations

import dataclasses
import datetime
import decimal
import enum
import functools
import gc
import inspect
import subprocess
import sys
import threading
import weakref
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated, Any, Literal, Optional, TypedDict, Union

import jsonschema
import pydantic
import pytest
import typing_extensions

from google import genai
from google.genai import types
from google.genai._callables.arguments import ArgumentError, arguments_of, bind_arguments
from google.genai._callables.docstrings import parameter_descriptions

sys.path.append(str(Path(__file__).parent / "corpora"))
import corpus_annotations
import corpus_signatures
import corpus_wire

GOLDEN = corpus_wire.golden("signatures")
_CASES = corpus_wire.CASES["signatures"]


def _declared(function: Callable[..., Any], api_option: Any = "GEMINI_API") -> dict[str, Any]:
    declared = types.FunctionDeclaration.from_callable_with_api_option(callable=function, api_option=api_option)
    return declared.model_dump(mode="json", by_alias=True, exclude_none=True)


# The corpus


@pytest.mark.parametrize("case", _CASES)
def test_a_signature_is_sent_as_it_is_known(case: str) -> None:
    if corpus_annotations.depends_on_pydantic(case.partition(" ")[2]):
        pytest.skip("this release of pydantic describes Decimal and Fraction in another way than the recorded one")
    assert corpus_wire.outcome_of(case) == GOLDEN[case]


@pytest.mark.parametrize("case", _CASES)
def test_arguments_that_fit_the_declaration_fit_the_function(case: str) -> None:
    for wire in GOLDEN[case].values():
        if "refused" in wire:
            continue
        schema = corpus_wire.json_schema_of(wire)
        name = case.partition(" ")[2]
        function = corpus_signatures.function(name)
        for is_full in (False, True):
            arguments = corpus_signatures.SAMPLES.get(name) or corpus_wire.value_of(schema, is_full=is_full)
            jsonschema.Draft202012Validator(schema).validate(arguments)
            positional, named = bind_arguments(function, arguments)
            inspect.signature(function).bind(*positional, **named)


def test_the_corpus_is_whole() -> None:
    assert set(GOLDEN) == set(_CASES)
    assert len(_CASES) >= 240
    refused = {case.partition(" ")[2] for case in _CASES if any("refused" in wire for wire in GOLDEN[case].values())}
    assert refused == {f"annotation {name}" for name in corpus_annotations.REFUSED} | {
        f"function {name}" for name in corpus_signatures.REFUSED_FUNCTIONS
    }


def test_json_schemas_of_the_corpus_are_json_schemas() -> None:
    sent = [
        wire["parametersJsonSchema"]
        for case in GOLDEN.values()
        for wire in case.values()
        if "parametersJsonSchema" in wire
    ]
    assert len(sent) > 20
    for schema in sent:
        jsonschema.Draft202012Validator.check_schema(schema)


# Lookup of names in annotations


class Unit(enum.Enum):
    METRE = "m"
    FOOT = "ft"


@dataclasses.dataclass
class Spot:
    x: int
    when: datetime.date | None = None


class Inner(TypedDict):
    spots: list[Spot]
    unit: typing_extensions.NotRequired[Unit]


@dataclasses.dataclass
class Outer:
    inner: Inner
    more: Outer | None = None


class Booking(pydantic.BaseModel):
    first_name: str = pydantic.Field(alias="firstName")
    price: decimal.Decimal
    friend: Optional[Spot]


def measure(spot: Spot, unit: Unit = Unit.METRE, outer: Outer | None = None) -> float:
    return 1.0


def test_annotations_that_are_texts_are_resolved() -> None:
    assert list(_declared(measure)["parametersJsonSchema"]["properties"]) == ["spot", "unit", "outer"]


def test_limits_of_a_field_with_an_alias_are_declared_without_a_warning() -> None:
    class Order(pydantic.BaseModel):
        item_count: int = pydantic.Field(alias="itemCount", ge=1)

    def place(order: Order) -> None: ...

    order = _declared(place)["parameters"]["properties"]["order"]
    assert order["properties"]["item_count"] == {"type": "INTEGER", "minimum": 1}


def test_names_of_the_function_around_are_found_while_it_runs() -> None:
    @dataclasses.dataclass
    class Local:
        x: int

    def take(local: Local, more: list[Local] | None = None) -> None: ...

    class Holder:
        def take(self, local: Local) -> None: ...

    assert _declared(take)["parameters"]["required"] == ["local"]
    assert _declared(Holder().take)["parameters"]["required"] == ["local"]
    assert arguments_of(take, {"local": {"x": 1}, "more": [{"x": "2"}]}) == {"local": Local(1), "more": [Local(2)]}


async def test_names_of_the_coroutine_around_are_found_while_it_runs() -> None:
    class Local(pydantic.BaseModel):
        x: int

    async def take(local: Local) -> None: ...

    async def declare() -> Any:
        return _declared(take)

    assert (await declare())["parameters"]["properties"]["local"]["type"] == "OBJECT"


def test_names_that_are_gone_are_named() -> None:
    def make() -> Callable[..., Any]:
        class Gone(pydantic.BaseModel):
            x: int

        def take(value: Gone) -> None: ...

        return take

    with pytest.raises(ValueError, match="take: an annotation refers to an unknown name: name 'Gone'"):
        _declared(make())


def test_what_a_function_closes_over_is_found() -> None:
    def make() -> Callable[..., Any]:
        class Kept(pydantic.BaseModel):
            x: int

        def take(value: Kept) -> Any:
            return Kept

        return take

    assert _declared(make())["parameters"]["properties"]["value"]["required"] == ["x"]


def test_names_of_the_class_around_are_found() -> None:
    class Machine:
        class Part(pydantic.BaseModel):
            number: int

        def turn(self, part: Part) -> None: ...

        def __call__(self, part: Part) -> None: ...

    for function in (Machine().turn, Machine()):
        assert _declared(function)["parameters"]["properties"]["part"]["required"] == ["number"]


def test_a_signature_of_its_own_counts() -> None:
    def anything(**named: Any) -> dict[str, Any]:
        return named

    parameter = inspect.Parameter("size", inspect.Parameter.KEYWORD_ONLY, annotation=int)
    anything.__signature__ = inspect.Signature([parameter])  # type: ignore[attr-defined]
    assert _declared(anything)["parameters"]["properties"] == {"size": {"type": "INTEGER"}}
    assert bind_arguments(anything, {"size": 2.0}) == ([], {"size": 2})


# Arguments of `from_callable`


def test_the_client_and_the_function_are_the_first_arguments(client: genai.Client) -> None:
    def take(value: int) -> None: ...

    declare = types.FunctionDeclaration.from_callable
    expected = declare(client=client, callable=take)
    assert declare(client, take) == declare(client, callable=take) == expected
    assert declare(client, take, behavior=types.Behavior.BLOCKING).behavior is types.Behavior.BLOCKING
    with pytest.raises(ValueError, match=r"^client: expected a client, got function; write from_callable\(client, fu"):
        declare(take, client)  # type: ignore[arg-type]


# Caching


def test_a_declaration_is_each_callers_own() -> None:
    def take(value: list[int]) -> None: ...

    first = types.FunctionDeclaration.from_callable_with_api_option(callable=take)
    assert first.parameters is not None
    first.parameters.properties = {}
    first.name = "other"
    second = types.FunctionDeclaration.from_callable_with_api_option(
        callable=take, behavior=types.Behavior.NON_BLOCKING
    )
    assert (second.name, second.behavior) == ("take", types.Behavior.NON_BLOCKING)
    assert second.parameters is not None
    assert list(second.parameters.properties or {}) == ["value"]
    assert types.FunctionDeclaration.from_callable_with_api_option(callable=take).behavior is None


@pytest.mark.parametrize(
    "change",
    [
        lambda function: setattr(function, "__doc__", "New words."),
        lambda function: setattr(function, "__name__", "renamed"),
        lambda function: setattr(function, "__defaults__", (7,)),
        lambda function: setattr(function, "__annotations__", {"value": "str"}),
        lambda function: function.__annotations__.update(value="str"),
    ],
    ids=["docstring", "name", "defaults", "annotations", "annotation"],
)
def test_a_function_that_has_changed_is_declared_anew(change: Callable[[Any], None]) -> None:
    def take(value: int = 1) -> None: ...

    before = _declared(take)
    assert _declared(take) == before
    change(take)
    assert _declared(take) != before


def test_objects_are_not_kept_alive() -> None:
    class Machine:
        def turn(self, times: int) -> int:
            return times

        def __call__(self, times: int) -> int:
            return times

    machine = Machine()
    for function in (machine.turn, machine, functools.partial(machine.turn, 1)):
        _declared(function)
        arguments_of(machine.turn, {"times": 1})
    gone = weakref.ref(machine)
    del machine, function
    gc.collect()
    assert gone() is None


def test_functions_are_not_kept_alive() -> None:
    def make() -> weakref.ref[Any]:
        def take(value: dict[str, list[int]], spot: Spot) -> None: ...

        _declared(take)
        arguments_of(take, {"value": {}, "spot": {"x": 1}})
        return weakref.ref(take)

    gone = make()
    gc.collect()
    assert gone() is None


def test_methods_of_one_function_are_told_apart() -> None:
    class Machine:
        def turn(self, times: int) -> int:
            return times

    assert list(_declared(Machine().turn)["parameters"]["properties"]) == ["times"]
    with pytest.raises(ValueError, match=r"turn\(self\): the parameter has no annotation"):
        _declared(Machine.turn)


def test_threads_may_declare_at_once() -> None:
    def take(value: Outer) -> None: ...

    seen: list[Any] = []
    threads = [threading.Thread(target=lambda: seen.append(_declared(take))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == 8
    assert all(one == seen[0] for one in seen)


# Docstrings


@pytest.mark.parametrize(
    ("docstring", "expected"),
    [
        (
            "Do it.\n\nArgs:\n  a: One.\n  b (int): Two\n    lines.\n  *c: Three.\n",
            {"a": "One.", "b": "Two\nlines.", "c": "Three."},
        ),
        (
            "Do it.\n\nArguments:\n    a: One: with a colon.\n\nReturns:\n    x: No parameter.",
            {"a": "One: with a colon."},
        ),
        (
            "Do it.\n\nParameters\n----------\na, b : int\n    Both.\nc\n    Three.\n\nReturns\n-------\nint",
            {"a": "Both.", "b": "Both.", "c": "Three."},
        ),
        ("Do it.\n\n:param a: One.\n:param int b: Two.\n:returns: x", {"a": "One.", "b": "Two."}),
        (":keyword k: Key.", {"k": "Key."}),
        ("Args: none.", {}),
        ("Note:\n  a: no parameter.", {}),
        ("Do it.\n\nArgs:\n", {}),
        ("", {}),
        (None, {}),
    ],
)
def test_descriptions_of_parameters(docstring: str | None, expected: dict[str, str]) -> None:
    assert parameter_descriptions(docstring) == expected


def test_the_words_nearest_to_a_parameter_count() -> None:
    @dataclasses.dataclass
    class Thing:
        """Words of the class."""

        a: int

    def take(
        b: Annotated[int, "annotated"], c: Annotated[int, pydantic.Field(description="field")], d: Thing, e: Thing
    ):
        """Words of the function.

        Args:
            b: docstring
            c: docstring
            d: docstring
        """

    declared = _declared(take)
    assert declared["description"] == inspect.cleandoc(take.__doc__ or "")
    said = {name: schema["description"] for name, schema in declared["parameters"]["properties"].items()}
    assert said == {"b": "annotated", "c": "field", "d": "docstring", "e": "Words of the class."}


def test_the_library_of_docstrings_is_loaded_only_where_one_speaks_of_parameters() -> None:
    program = """
import sys
from google.genai import types
def quiet(a: int):
    "Do it."
def loud(a: int):
    '''Do it.

    Args:
        a: One.
    '''
types.FunctionDeclaration.from_callable_with_api_option(callable=quiet)
assert "docstring_parser" not in sys.modules
types.FunctionDeclaration.from_callable_with_api_option(callable=loud)
assert "docstring_parser" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


# Functions that cannot be declared


def _unannotated(a, b: int): ...


def _unannotated_beside(a: tuple[int, str], b): ...


def _file(a: Callable[[], int]): ...


def _files(a: int, b: dict[str, list[Callable[[], int]]]): ...


class _Holding(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(arbitrary_types_allowed=True)

    lock: range


def _inside(a: list[_Holding]): ...


@pytest.mark.parametrize(
    ("function", "message"),
    [
        (_unannotated, r"^_unannotated\(a\): the parameter has no annotation, so its schema is unknown"),
        (_unannotated_beside, r"^_unannotated_beside\(b\): the parameter has no annotation"),
        (_file, r"^_file\(a\): no schema can be made of .*Callable"),
        (_files, r"^_files\(b\): no schema can be made of .*Callable"),
        (_inside, r"^_inside\(a\[\]\.lock\): no schema can be made of <class 'range'>"),
        (lambda a: a, "^A lambda has no name for the model to call it by; define the function with `def`"),
        (functools.partial(lambda a: a, 1), "^A lambda has no name"),
    ],
)
def test_what_cannot_be_declared_says_where(function: Callable[..., Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        _declared(function)


def test_the_option_is_one_of_three() -> None:
    with pytest.raises(ValueError, match="expected 'ENTERPRISE', 'VERTEX_AI' or 'GEMINI_API', got 'X'"):
        types.FunctionDeclaration.from_callable_with_api_option(callable=measure, api_option="X")  # type: ignore[arg-type]


def test_a_declaration_in_json_schema_is_that_of_a_tool() -> None:
    declared = types.FunctionDeclaration.from_callable_with_api_option(callable=measure, use_json_schema=True)
    client = genai.Client(api_key="key")
    assert types.FunctionDeclaration.from_callable(client, measure, use_json_schema=True) == declared
    assert declared.parameters is None
    assert declared.parameters_json_schema["properties"].keys() == inspect.signature(measure).parameters.keys()


def test_the_option_for_enterprises_is_that_for_vertex_ai() -> None:
    assert _declared(measure, "ENTERPRISE") == _declared(measure, "VERTEX_AI")


# Arguments


def _echo(annotation: Any) -> Callable[..., Any]:
    def take(value): ...

    take.__annotations__ = {"value": annotation}
    return take


class Amount(enum.Enum):
    ONE = 1
    HALF = 0.5
    MANY = "many"


@pytest.mark.parametrize(
    ("annotation", "given", "expected"),
    [
        (int, 2.0, 2),
        (int, "5", 5),
        (float, 2, 2.0),
        (Any, 2.0, 2),
        (object, [2.0, {"a": 3.5}], [2, {"a": 3.5}]),
        (dict, {"a": 2.0, "b": [3.0]}, {"a": 2, "b": [3]}),
        (list[int], [1.0, "2"], [1, 2]),
        (Union[int, str], 1.0, 1),
        (Union[float, str], 1.0, 1.0),
        (bool, "true", True),
        (set[int], [1, 2, 2], {1, 2}),
        (frozenset[str], ["a"], frozenset({"a"})),
        (tuple[int, str], [1, "a"], (1, "a")),
        (Iterable[int], [1.0], [1]),
        (bytes, "a", b"a"),
        (
            datetime.datetime,
            "2025-01-02T03:04:05Z",
            datetime.datetime(2025, 1, 2, 3, 4, 5, tzinfo=datetime.timezone.utc),
        ),
        (datetime.timedelta, "PT90S", datetime.timedelta(seconds=90)),
        (decimal.Decimal, "1.50", decimal.Decimal("1.50")),
        (Path, "a/b", Path("a/b")),
        (Unit, "ft", Unit.FOOT),
        (Amount, 1.0, Amount.ONE),
        (Amount, "1", Amount.ONE),
        (Amount, "0.5", Amount.HALF),
        (list[Amount], ["1", "many", 0.5], [Amount.ONE, Amount.MANY, Amount.HALF]),
        (dict[str, Optional[Amount]], {"a": "1", "b": None}, {"a": Amount.ONE, "b": None}),
        (Literal["a", 1], "1", 1),
        (Literal[Unit.FOOT], "ft", Unit.FOOT),
        (Spot, {"x": 1, "when": "2025-01-02"}, Spot(1, datetime.date(2025, 1, 2))),
        (Optional[Spot], {"x": 1}, Spot(1)),
        (Optional[Spot], None, None),
        (Inner, {"spots": [{"x": 1.0}], "unit": "m"}, {"spots": [Spot(1)], "unit": Unit.METRE}),
        (Outer, {"inner": {"spots": []}, "more": {"inner": {"spots": []}}}, Outer({"spots": []}, Outer({"spots": []}))),
        (
            list[Booking],
            [{"first_name": "A", "price": "1.5"}, {"firstName": "B", "price": 2.0, "friend": {"x": 1}}],
            [
                Booking(firstName="A", price=decimal.Decimal("1.5"), friend=None),
                Booking(firstName="B", price=decimal.Decimal(2), friend=Spot(1)),
            ],
        ),
        (Union[int, Spot], {"x": 1}, Spot(1)),
        (corpus_annotations.Pair, [1, "a"], corpus_annotations.Pair(1, "a")),
        (corpus_annotations.Pair, {"left": 1}, corpus_annotations.Pair(1)),
    ],
)
def test_arguments_are_converted(annotation: Any, given: Any, expected: Any) -> None:
    converted = arguments_of(_echo(annotation), {"value": given})["value"]
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("annotation", "given", "message"),
    [
        (int, 2.5, r"take\(value\): Input should be a valid integer.*; got 2\.5\."),
        (int, None, r"take\(value\): Input should be a valid integer; got None\."),
        (str, 5.0, r"take\(value\): Input should be a valid string; got 5\."),
        (list[int], [1, "x"], r"take\(value\[1\]\): Input should be a valid integer.*; got 'x'\."),
        (Unit, "km", r"take\(value\): Input should be 'm' or 'ft'; got 'km'\."),
        (Amount, "2", r"take\(value\): Input should be 1, 0\.5 or 'many'; got '2'\."),
        (Literal["a"], "b", r"take\(value\): Input should be 'a'; got 'b'\."),
        (list[Spot], [{"x": 1}, {"y": 1}], r"take\(value\[1\]\.x\): Field required; got \{'y': 1\}\."),
        (Inner, {"spots": [{"x": []}]}, r"take\(value\.spots\[0\]\.x\): Input should be a valid integer; got \[\]\."),
        (Union[int, float], "x", r"take\(value\): Input should be a valid integer.* / Input should be a valid number"),
        (str, {"a": "b" * 500}, r"take\(value\): Input should be a valid string; got .{60,90}…\."),
    ],
)
def test_arguments_that_do_not_fit_are_described(annotation: Any, given: Any, message: str) -> None:
    with pytest.raises(ArgumentError, match=f"^{message}"):
        arguments_of(_echo(annotation), {"value": given})


def test_missing_and_unknown_arguments_are_named_together() -> None:
    def take(a: int, b: str, c: int = 1) -> None: ...

    with pytest.raises(ArgumentError) as caught:
        arguments_of(take, {"c": "x", "d": 1})
    lines = str(caught.value).splitlines()
    assert lines[:2] == [
        "take(a): the argument is required but missing.",
        "take(b): the argument is required but missing.",
    ]
    assert lines[2].startswith("take(c): Input should be a valid integer")
    assert lines[3] == "take: unknown argument d; the parameters are: a, b, c."


def test_arguments_that_a_declaration_does_not_call_for_may_be_missing() -> None:
    def take(
        a: Optional[int],
        d: Annotated[int, pydantic.Field(default=7)],
        b: str = "x",
        c: str = None,  # type: ignore[assignment]  # noqa: RUF013
    ) -> None: ...

    assert arguments_of(take, {}) == {"a": None, "d": 7}
    assert arguments_of(take, {"c": None, "b": "y"}) == {"a": None, "b": "y", "c": None, "d": 7}


def test_arguments_of_the_model_are_not_changed() -> None:
    def take(value: dict, rest: Any) -> None:
        value["new"] = rest.append(1)

    given = {"value": {}, "rest": [1.0]}
    positional, named = bind_arguments(take, given)
    take(*positional, **named)
    assert given == {"value": {}, "rest": [1.0]}


def test_positional_only_parameters_are_passed_by_position() -> None:
    def take(a: int, b: int = 2, c: int = 3, /, d: int = 4, *more: int, e: int = 5) -> tuple[int, ...]:
        return a, b, c, d, e

    assert bind_arguments(take, {"a": 1, "c": 9.0, "e": "7"}) == ([1, 2, 9], {"e": 7})
    assert bind_arguments(take, {"a": 1}) == ([1], {})
    positional, named = bind_arguments(take, {"d": 0, "a": 1, "b": 8})
    assert take(*positional, **named) == (1, 8, 3, 0, 5)


def test_other_names_go_where_they_are_taken() -> None:
    def counts(a: int, **others: int) -> None: ...

    def anything(**others) -> None: ...

    def spelled(a: int, **others: typing_extensions.Unpack[Inner]) -> None: ...

    assert bind_arguments(counts, {"a": 1, "z": "2"}) == ([], {"a": 1, "z": 2})
    assert bind_arguments(anything, {"z": 2.0}) == ([], {"z": 2})
    assert bind_arguments(spelled, {"a": 1, "spots": [{"x": 1}]}) == ([], {"a": 1, "spots": [Spot(1)]})
    assert bind_arguments(spelled, {"a": 1, "spots": [], "z": 1}) == ([], {"a": 1, "spots": []})


def test_arguments_that_a_partial_has_are_not_taken() -> None:
    def take(a: int, b: int, c: int = 3) -> tuple[int, int, int]:
        return a, b, c

    partial = functools.partial(take, b=2)
    positional, named = bind_arguments(partial, {"a": 1.0})
    assert partial(*positional, **named) == (1, 2, 3)
    assert bind_arguments(partial, {"a": 1, "b": 3}) == ([], {"a": 1})
    assert bind_arguments(functools.partial(take, 1), {"b": 2}) == ([], {"b": 2})


def test_a_partial_may_have_a_name_and_words_of_its_own() -> None:
    half = functools.partial(measure, unit=Unit.FOOT)
    half.__name__, half.__doc__ = "measure_in_feet", "Measure in feet."  # type: ignore[attr-defined]
    declared = _declared(half)
    assert (declared["name"], declared["description"]) == ("measure_in_feet", "Measure in feet.")


def test_every_kind_of_callable_is_called() -> None:
    class Machine:
        def turn(self, spot: Spot) -> Spot:
            return spot

        @classmethod
        def make(cls, spot: Spot) -> Spot:
            return spot

        @staticmethod
        def stop(spot: Spot) -> Spot:
            return spot

        def __call__(self, spot: Spot) -> Spot:
            return spot

    def logged(function: Callable[..., Any]) -> Callable[..., Any]:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs)

        return wrapper

    machine = Machine()
    decorated = logged(machine.turn)
    for function in (machine.turn, Machine.make, Machine.stop, machine, decorated, functools.partial(decorated)):
        positional, named = bind_arguments(function, {"spot": {"x": 1}})
        assert function(*positional, **named) == Spot(1)


def test_no_arguments_may_be_none() -> None:
    def nothing() -> None: ...

    assert bind_arguments(nothing, None) == ([], {})
