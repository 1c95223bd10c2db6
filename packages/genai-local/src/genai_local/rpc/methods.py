"""The methods that gRPC clients call: names, messages, and the HTTP requests that correspond to them.

They are read from the descriptors in `descriptors.binpb`, which contain the rules (`google.api.http`) of the service. The
messages are in a pool of their own, because a program may have loaded other descriptors with the same names.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from importlib.resources import files
from typing import Any, cast

from google.api import annotations_pb2
from google.api.http_pb2 import HttpRule
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory
from google.protobuf.message import Message

_OPERATIONS_FILE = "google/longrunning/operations.proto"
_OPERATIONS = "google.longrunning.Operations"
_COLLECTIONS = ("tunedModels/*", "models/*")
_OPERATION_RULES = {
    "ListOperations": [HttpRule(get=f"/v1beta/{{name={parent}}}/operations") for parent in _COLLECTIONS],
    "GetOperation": [HttpRule(get=f"/v1beta/{{name={parent}/operations/*}}") for parent in _COLLECTIONS],
    "CancelOperation": [
        HttpRule(post=f"/v1beta/{{name={parent}/operations/*}}:cancel", body="*") for parent in _COLLECTIONS
    ],
    "DeleteOperation": [HttpRule(delete=f"/v1beta/{{name={parent}/operations/*}}") for parent in _COLLECTIONS],
}
"""The rules for operations, whose own descriptors have the paths of no service."""
_VARIABLE = re.compile(r"\{([a-z_.]+)=([^}]+)\}")
_VERSION = re.compile(r"^/v[0-9a-z]+/")
_SEGMENT = "[^/:]+"
"""A part of a name. A colon would begin a custom method, and so address another one."""


@dataclass(frozen=True)
class Variable:
    """A field whose value is a part of the path."""

    path: tuple[str, ...]
    """The names of the fields that lead to it."""
    form: str
    """What its values look like, such as `models/*`."""

    def value_in(self, message: Message) -> str:
        """Return the value of the field; an empty text if it is missing."""
        value: Any = message
        for name in self.path:
            value = getattr(value, name)
        return cast("str", value)

    def takes(self, value: str) -> bool:
        """Return whether the value has the required form."""
        pattern = "/".join(_SEGMENT if part == "*" else re.escape(part) for part in self.form.split("/"))
        return re.fullmatch(pattern, value) is not None


@dataclass(frozen=True)
class Binding:
    """The HTTP request for a method: a verb, a path with at most one variable, and the field that becomes the body."""

    verb: str
    before: str
    """The path up to the variable."""
    variable: Variable | None
    after: str
    body: str
    """`*` for all fields that are not in the path, the name of a field, or an empty text for a request without a body."""

    @property
    def place(self) -> str:
        """The path below the version, with `*` for the parts of a name."""
        form = self.variable.form if self.variable is not None else ""
        return _VERSION.sub("", f"{self.before}{form}{self.after}")


@dataclass(frozen=True)
class Method:
    """A method of a gRPC service."""

    service: str
    """Full name, such as `google.ai.generativelanguage.v1beta.FileService`."""
    name: str
    request: type[Message]
    reply: type[Message]
    bindings: tuple[Binding, ...]
    is_streamed: bool
    """Whether the reply is a stream of messages."""
    is_served: bool
    """Whether this server has a route for one of the bindings, or a WebSocket."""
    is_session: bool = False
    """Whether it is served by a WebSocket."""

    @property
    def socket(self) -> str:
        """The path of the WebSocket with this name."""
        return f"/ws/{self.service}.{self.name}"

    @property
    def path(self) -> str:
        """The path of the method's calls."""
        return f"/{self.service}/{self.name}"


def read_methods(routes: Iterable[tuple[str, str]], sockets: Collection[str] = ()) -> dict[str, Method]:
    """Return the methods of all services by the path of their calls.

    Args:
        routes: the verb and the path below the version of each route that the server has for the Developer API, with a `*`
            for each variable.
        sockets: the paths of the WebSockets that the server has.
    """
    methods = _methods(set(routes))
    return {
        method.path: replace(method, is_served=True, is_session=True) if method.socket in sockets else method
        for method in methods
    }


def _methods(known: set[tuple[str, str]]) -> Iterator[Method]:
    for service in _services():
        for method in service.methods:
            rules = _OPERATION_RULES.get(method.name, []) if service.full_name == _OPERATIONS else _rules_of(method)
            bindings = tuple(_binding(rule) for rule in rules)
            yield Method(
                service.full_name,
                method.name,
                message_factory.GetMessageClass(method.input_type),
                message_factory.GetMessageClass(method.output_type),
                bindings,
                method.server_streaming,
                any((binding.verb, binding.place) in known for binding in bindings),
            )


def _services() -> Iterator[Any]:
    for name in _service_names():
        yield pool().FindServiceByName(name)


@cache
def _descriptors() -> descriptor_pb2.FileDescriptorSet:
    data = (files(__spec__.parent) / "descriptors.binpb").read_bytes()
    return descriptor_pb2.FileDescriptorSet.FromString(data)


def _service_names() -> list[str]:
    own = [f"{file.package}.{service.name}" for file in _descriptors().file for service in file.service]
    return [*own, _OPERATIONS]


@cache
def pool() -> descriptor_pool.DescriptorPool:
    """Return the pool with the messages of all services."""
    result = descriptor_pool.DescriptorPool()
    added: set[str] = set()
    own = {file.name: file for file in _descriptors().file}

    def add(name: str) -> None:
        if name not in added:
            added.add(name)
            file = own[name] if name in own else _imported(name)
            for needed in file.dependency:
                add(needed)
            result.Add(file)  # pyright: ignore[reportUnknownMemberType]

    for name in [*own, _OPERATIONS_FILE]:
        add(name)
    return result


def _imported(name: str) -> descriptor_pb2.FileDescriptorProto:
    """Return a file that the descriptors import, from the package that contains it."""
    module: Any = import_module(f"{name.removesuffix('.proto').replace('/', '.')}_pb2")
    file = descriptor_pb2.FileDescriptorProto()
    module.DESCRIPTOR.CopyToProto(file)
    file.name = name
    return file


def _rules_of(method: Any) -> list[HttpRule]:
    # The options are of a class of the private pool, and the extension is of the class that Python generated.
    options: Any = descriptor_pb2.MethodOptions.FromString(method.GetOptions().SerializeToString())
    if not options.HasExtension(annotations_pb2.http):
        return []
    rule: HttpRule = options.Extensions[annotations_pb2.http]
    return [rule, *rule.additional_bindings]


def _binding(rule: HttpRule) -> Binding:
    verb = cast("str", rule.WhichOneof("pattern"))
    path: str = getattr(rule, verb)
    match = _VARIABLE.search(path)
    if match is None:
        return Binding(verb.upper(), path, None, "", rule.body)
    variable = Variable(tuple(match[1].split(".")), match[2])
    return Binding(verb.upper(), path[: match.start()], variable, path[match.end() :], rule.body)
