"""Signatures of callables: name, docstring, and parameters with their annotations resolved.

The one place that distinguishes functions, methods, classes, `functools.partial`, decorated functions and callable
objects. A signature is cached as long as the function lives, and never refers to the object that a method is bound to.
Knows neither schemas nor arguments.
"""

from __future__ import annotations

import dataclasses
import inspect
import operator
import re
import sys
import types as python_types
import typing
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import typing_extensions
from pydantic.fields import FieldInfo

from .._schemas.annotations import COLLECTIONS, fields_of, is_typed_dict

MISSING: Any = inspect.Parameter.empty
"""Marks a missing annotation or default."""

_NAME = re.compile(r"[A-Za-z_][\w.:-]{0,63}", re.ASCII)


@dataclasses.dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter, whose argument a model provides."""

    name: str
    """Name for the caller and for the model."""
    annotation: Any
    """Its annotation, or `MISSING`."""
    default: Any
    """Its default, or `MISSING`."""
    is_required: bool
    """Whether a call without it fails."""
    is_positional_only: bool
    """Whether it cannot be passed by keyword."""
    is_filled: bool = False
    """Whether the default comes from a pydantic `Field`: the caller has to pass it."""


@dataclasses.dataclass(frozen=True, slots=True)
class Signature:
    """Parameters and result of a callable; annotations are objects, not strings."""

    name: str
    """Name by which a model calls it."""
    docstring: str | None
    """The docstring without its indentation."""
    parameters: tuple[Parameter, ...]
    """In order, without those that a `functools.partial` provides."""
    rest: Any
    """The annotation of `**kwargs`, `Any` if it has none; `MISSING` if there is no `**kwargs`."""
    returned: Any
    """The annotation of the result; `MISSING` without one, and for classes."""
    kept: dict[Any, Any] = dataclasses.field(default_factory=dict[Any, Any])
    """Values derived from the signature, which live as long as it does."""


_cache: weakref.WeakKeyDictionary[Any, dict[str, tuple[tuple[Any, ...], Signature]]] = weakref.WeakKeyDictionary()


def signature_of(function: Callable[..., Any]) -> Signature:
    """Return the signature of a callable. Raises `ValueError` if it cannot be read."""
    keeper, kind = _keeper(function)
    state = _state(keeper)
    try:
        found = _cache.setdefault(keeper, {})
    except TypeError:  # not hashable, or without support for weak references
        return _signature(function)
    if kind not in found or not _is_same(found[kind][0], state):
        found[kind] = (state, _signature(function))
    return found[kind][1]


def name_of(function: Callable[..., Any]) -> str:
    """Return the name by which a model calls a function. Raises `ValueError` if it has no valid name."""
    if is_partial(function) and not hasattr(function, "__name__"):
        return name_of(function.func)
    name = type(function).__name__ if is_callable_object(function) else getattr(function, "__name__", "")
    if name == "<lambda>":
        raise ValueError("A lambda has no name for the model to call it by; define the function with `def`.")
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{name or function!r} is not a valid function name: it must start with an ASCII letter or an underscore, "
            "contain only ASCII letters, digits, `_`, `.`, `:` and `-`, and have at most 64 characters."
        )
    return name


def is_partial(function: object) -> typing_extensions.TypeGuard[partial[Any]]:
    """Tell whether it is a `functools.partial`."""
    return isinstance(function, partial)


def is_callable_object(function: object) -> bool:
    """Tell whether it is an object whose class defines `__call__`."""
    return not isinstance(function, (type, partial)) and not hasattr(function, "__name__")


def _keeper(function: Any) -> tuple[Any, str]:
    """Return the object that the signature is cached with, and the way in which it is called."""
    if inspect.ismethod(function):
        return function.__func__, f"method of {_owner(function).__qualname__}"
    if is_callable_object(function) and "__signature__" not in getattr(function, "__dict__", {}):
        return type(function).__call__, f"object of {type(function).__qualname__}"
    return function, ""


def _state(keeper: Any) -> tuple[Any, ...]:
    """Return the attributes of a function that determine its signature and may change after its definition."""
    if not isinstance(keeper, python_types.FunctionType):
        return ()
    try:
        annotations = tuple(keeper.__annotations__.values())
    except NameError:  # Python 3.14 and newer evaluate them on access
        annotations = ()
    own = keeper.__dict__
    changeable = (keeper.__name__, keeper.__doc__, keeper.__code__, keeper.__defaults__, keeper.__kwdefaults__)
    return (*changeable, own.get("__signature__"), own.get("__wrapped__"), *annotations)


def _is_same(one: tuple[Any, ...], other: tuple[Any, ...]) -> bool:
    """Compare states by identity, since not every default can be compared."""
    return len(one) == len(other) and all(map(operator.is_, one, other))


def _owner(method: Any) -> type:
    return method.__self__ if isinstance(method.__self__, type) else type(method.__self__)


def _signature(function: Any) -> Signature:
    name = name_of(function)
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name}: its signature cannot be read: {error}.") from error
    except NameError as error:
        raise _unknown_name(name, error) from error
    annotations = {parameter.name: parameter.annotation for parameter in signature.parameters.values()}
    if signature.return_annotation is not MISSING:
        annotations["return"] = signature.return_annotation
    kinds = [parameter.kind for parameter in signature.parameters.values()]
    if kinds == [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]:
        raise ValueError(
            f"{name}: its parameters are unknown, since its signature is {signature}. If a decorator returned it, use "
            "functools.wraps in the decorator; otherwise declare it with types.FunctionDeclaration."
        )
    hints = _resolve(function, name, annotations)
    given: set[str] = set()
    if is_partial(function):
        given = {key for key in function.keywords if key in signature.parameters}
    parameters: list[Parameter] = []
    rest: Any = MISSING
    for parameter in signature.parameters.values():
        if parameter.kind is parameter.VAR_KEYWORD:
            rest, more = _rest(hints.get(parameter.name, Any))
            parameters += more
        elif parameter.kind is not parameter.VAR_POSITIONAL and parameter.name not in given:
            parameters.append(_parameter(parameter, hints.get(parameter.name, MISSING)))
    returned = MISSING if isinstance(function, type) else hints.get("return", MISSING)
    return Signature(name, _docstring(function), tuple(parameters), rest, returned)


def _parameter(parameter: inspect.Parameter, annotation: Any) -> Parameter:
    is_positional_only = parameter.kind is parameter.POSITIONAL_ONLY
    default = parameter.default
    marks = [default] if isinstance(default, FieldInfo) else []
    if marks and annotation is not MISSING:
        annotation = typing.Annotated[annotation, default]
    if default is MISSING and typing.get_origin(annotation) is typing.Annotated:
        marks = [mark for mark in typing.get_args(annotation)[1:] if isinstance(mark, FieldInfo)]
    if marks:
        value = next((mark for mark in marks if not mark.is_required()), None)
        default = MISSING if value is None else value.get_default(call_default_factory=True)
        is_filled = value is not None
        return Parameter(parameter.name, annotation, default, not is_filled, is_positional_only, is_filled)
    return Parameter(parameter.name, annotation, default, default is MISSING, is_positional_only)


def _rest(annotation: Any) -> tuple[Any, list[Parameter]]:
    """Return the annotation of further keywords, and the parameters that `**kwargs: Unpack[...]` lists."""
    arguments = typing.get_args(annotation)
    if not arguments or not is_typed_dict(arguments[0]):
        return annotation, []
    fields, required = fields_of(arguments[0])
    return MISSING, [Parameter(name, hint, MISSING, name in required, False) for name, hint in fields.items()]


def _docstring(function: Any) -> str | None:
    if is_partial(function) and "__doc__" not in vars(function):
        return _docstring(function.func)
    docstring = type(function).__call__.__doc__ if is_callable_object(function) else function.__doc__
    return inspect.cleandoc(docstring) if docstring else None


def _resolve(function: Any, name: str, annotations: dict[str, Any]) -> dict[str, Any]:
    """Return the annotations with all names in them looked up where the function was defined."""
    holder = python_types.SimpleNamespace(
        __annotations__={key: _evaluable(value) for key, value in annotations.items() if value is not MISSING}
    )
    innermost = _innermost(function)
    module = sys.modules.get(getattr(innermost, "__module__", None) or "")
    globals_ = getattr(innermost, "__globals__", None) or getattr(module, "__dict__", {})
    enclosing = _enclosing(function, innermost)
    try:
        return typing_extensions.get_type_hints(holder, globals_, enclosing, include_extras=True)
    except NameError:
        enclosing = {**_defining_frame(innermost), **enclosing}
    try:
        return typing_extensions.get_type_hints(holder, globals_, enclosing, include_extras=True)
    except NameError as error:
        raise _unknown_name(name, error) from error
    except (SyntaxError, TypeError) as error:
        raise ValueError(f"{name}: an annotation cannot be read: {error}.") from error


def _evaluable(annotation: Any) -> Any:
    """Return an annotation in which `list["Name"]` can be resolved; Python 3.10 does not do that."""
    origin: Any = typing.get_origin(annotation)
    if not isinstance(annotation, python_types.GenericAlias) or origin not in COLLECTIONS:
        return annotation
    arguments = (typing.ForwardRef(one) if isinstance(one, str) else _evaluable(one) for one in annotation.__args__)
    return python_types.GenericAlias(origin, tuple(arguments))


def _unknown_name(name: str, error: NameError) -> ValueError:
    return ValueError(
        f"{name}: an annotation refers to an unknown name: {error}. Define it in the module of the function, "
        "or write the annotation without quotes and without `from __future__ import annotations`."
    )


def _innermost(function: Any) -> Any:
    """Return the function inside partials, bound methods and decorators that set `__wrapped__`."""
    while True:
        if is_partial(function):
            function = function.func
        elif inspect.ismethod(function):
            function = function.__func__
        elif is_callable_object(function):
            function = type(function).__call__
        elif hasattr(function, "__wrapped__") and not hasattr(function, "__signature__"):
            function = function.__wrapped__
        else:
            return function


def _enclosing(function: Any, innermost: Any) -> dict[str, Any]:
    """Return the names around a function that are not global: of its class, its type parameters, its closure."""
    names: dict[str, Any] = {}
    for cls in reversed(_classes(function)):
        names.update(vars(cls))
        names[cls.__name__] = cls
    names.update({parameter.__name__: parameter for parameter in getattr(innermost, "__type_params__", ())})
    code = getattr(innermost, "__code__", None)
    for free, cell in zip(getattr(code, "co_freevars", ()), getattr(innermost, "__closure__", None) or (), strict=True):
        try:
            names[free] = cell.cell_contents
        except ValueError:  # not yet assigned
            continue
    return names


def _classes(function: Any) -> tuple[type, ...]:
    """Return the classes around a method, a class or a callable object, the nearest first."""
    if inspect.ismethod(function):
        return _owner(function).__mro__
    if isinstance(function, type):
        return function.__mro__
    return type(function).__mro__ if is_callable_object(function) else ()


def _defining_frame(function: Any) -> dict[str, Any]:
    """Return the local names of the function that defined this one, if it is still running in this thread."""
    code = getattr(function, "__code__", None)
    frame = sys._getframe(1)
    while frame is not None and code is not None:
        if any(constant is code for constant in _code_within(frame.f_code)):
            return dict(frame.f_locals)
        frame = frame.f_back
    return {}


def _code_within(code: python_types.CodeType) -> Iterator[python_types.CodeType]:
    for constant in code.co_consts:
        if isinstance(constant, python_types.CodeType):
            yield constant
            yield from _code_within(constant)
