"""The packages of services: tables of methods, shells of clients, transports and pagers."""

from __future__ import annotations

import json
import re
import textwrap
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.api import annotations_pb2, client_pb2, resource_pb2
from google.longrunning import operations_pb2
from google.protobuf.descriptor_pb2 import FieldDescriptorProto, FileDescriptorProto, MethodDescriptorProto

from .classes import _SCALARS, _SHARED, NOTE, Version, python_name
from .compiling import PROTOS
from .documents import docstring

RUNTIME = "google.ai.generativelanguage._runtime"
REMOVED = {"DiscussService": "GenerativeService", "TextService": "GenerativeService"}
"""Services that the API no longer has, and what replaced them."""
_VERBS = ("get", "put", "post", "delete", "patch")
_TAIL = """\
        retry: {retry} = DEFAULT,
        timeout: float | object = DEFAULT,
        metadata: Metadata = (),
"""


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


@dataclass(frozen=True)
class Method:
    """One method of a service, as its `.proto` file states it."""

    version: Version
    service: str
    module: str
    proto: MethodDescriptorProto

    @property
    def python(self) -> str:
        return snake(self.proto.name)

    @property
    def constant(self) -> str:
        return self.python.upper()

    @cached_property
    def request(self) -> Any:
        """The descriptor of the request."""
        home = self.version.home(self.proto.input_type)
        assert home is not None, f"{self.proto.name}: the request must be a message of this version"
        name = self.version.local_name(self.proto.input_type)
        return next(m for m in self.version.files[home].message_type if m.name == name)

    @cached_property
    def response(self) -> Any:
        """The descriptor of the response; None for messages of other packages."""
        home = self.version.home(self.proto.output_type)
        if home is None:
            return None
        name = self.version.local_name(self.proto.output_type)
        return next(m for m in self.version.files[home].message_type if m.name == name)

    @property
    def fields(self) -> list[FieldDescriptorProto]:
        """The fields that programs may pass as arguments."""
        signatures = self.proto.options.Extensions[client_pb2.method_signature]
        names = signatures[0].split(",") if signatures else []
        return [next(f for f in self.request.field if f.name == name) for name in names]

    @property
    def rules(self) -> list[Any]:
        if not self.proto.options.HasExtension(annotations_pb2.http):
            return []
        rule = self.proto.options.Extensions[annotations_pb2.http]
        return [rule, *rule.additional_bindings]

    @property
    def routing(self) -> list[str]:
        """The fields in the path of the first rule."""
        return re.findall(r"\{([\w.]+)=", _path(self.rules[0])) if self.rules else []

    @property
    def item(self) -> FieldDescriptorProto | None:
        """The field with the items of a page, if the method returns pages."""
        if self.response is None or "page_token" not in [f.name for f in self.request.field]:
            return None
        if "next_page_token" not in [f.name for f in self.response.field]:
            return None
        return next(f for f in self.response.field if f.label == FieldDescriptorProto.LABEL_REPEATED)

    @property
    def operation(self) -> tuple[str, str] | None:
        options = self.proto.options
        if not options.HasExtension(operations_pb2.operation_info):
            return None
        info = options.Extensions[operations_pb2.operation_info]
        return info.response_type, info.metadata_type


@dataclass(frozen=True)
class Service:
    """One service of a version."""

    version: Version
    name: str
    module: str
    """Name of its file and of its package, such as "generative_service"."""
    file: FileDescriptorProto

    @cached_property
    def methods(self) -> list[Method]:
        service = next(s for s in self.file.service if s.name == self.name)
        return [Method(self.version, self.name, self.module, each) for each in service.method]

    @cached_property
    def docs(self) -> dict[str, str]:
        return self.version.docs(self.module)

    @property
    def full_name(self) -> str:
        return f"{self.version.package}.{self.name}"

    @property
    def source(self) -> str:
        return self.version.source(self.module)

    @property
    def package(self) -> str:
        return f"{self.version.module}.services.{self.module}"


def services_of(version: Version) -> list[Service]:
    return [
        Service(version, each.name, module, file) for module, file in version.files.items() for each in file.service
    ]


def services_package(version: Version) -> dict[str, str]:
    """Return the text of each module of `services`, by its path below that package."""
    text = f"The services of the API {version.name}.\n\n" + NOTE.format(source="protos/")
    files = {"__init__.py": docstring(text)}
    files["_resource_names.py"] = _resource_names(version)
    for service in services_of(version):
        if service.name in REMOVED:
            files[f"{service.module}/__init__.py"] = _removed(service)
            continue
        files[f"{service.module}/_methods.py"] = _table(service)
        files[f"{service.module}/client.py"] = _client(service, is_async=False)
        files[f"{service.module}/async_client.py"] = _client(service, is_async=True)
        files[f"{service.module}/transports/__init__.py"] = _transports(service)
        if any(method.item for method in service.methods):
            files[f"{service.module}/pagers.py"] = _pagers(service)
        files[f"{service.module}/__init__.py"] = _package(service)
    return files


def version_package(version: Version) -> str:
    """Return the text of the module with all public names of a version."""
    services = services_of(version)
    kept = [service for service in services if service.name not in REMOVED]
    imports = "".join(
        f"    from .services.{s.module} import {s.name}AsyncClient as {s.name}AsyncClient,"
        f" {s.name}Client as {s.name}Client\n"
        for s in services
    )
    table = "".join(f'        "services.{s.module}": "{s.name}AsyncClient {s.name}Client",\n' for s in services)
    listed: dict[str, list[str]] = {}
    for module, file in version.files.items():
        for each in (*file.enum_type, *file.message_type):
            listed.setdefault(module, []).append(each.name)
    names = sorted(name for found in listed.values() for name in found)
    imports += "    from .types import (\n" + "".join(f"        {n} as {n},\n" for n in names) + "    )\n"
    table += '        "types": "' + " ".join(names) + '",\n'
    examples = ", ".join(f"`{service.name}Client`" for service in kept)
    return (
        docstring(
            f"The clients and messages of the API {version.name}, loaded when they are first used.\n\n"
            f"The clients are {examples}, and each of them with asyncio, such as `GenerativeServiceAsyncClient`.\n\n"
            + NOTE.format(source="protos/")
        )
        + "\nfrom typing import TYPE_CHECKING\n\n"
        f"from {RUNTIME}.lazy import lazy_module\nfrom {RUNTIME}.user_agent import VERSION\n\n"
        f"__version__ = VERSION\n\nif TYPE_CHECKING:\n    from . import types as types\n{imports}\nelse:\n"
        "    __all__, __getattr__, __dir__ = lazy_module(\n    __name__,\n    {\n" + table + "    },\n)\n"
    )


def _path(rule: Any) -> str:
    return getattr(rule, rule.WhichOneof("pattern"))


def _rule(verb: str, path: str, body: str) -> str:
    return f'HttpRule("{verb}", "{path}"' + (f', body="{body}")' if body else ")")


def _resource_names(version: Version) -> str:
    body = ""
    for file in version.files.values():
        for message in file.message_type:
            if not message.options.HasExtension(resource_pb2.resource):
                continue
            pattern = message.options.Extensions[resource_pb2.resource].pattern[0]
            name = snake(message.name)
            parts = re.findall(r"\{(\w+)\}", pattern)
            body += (
                f"\n    @staticmethod\n    def {name}_path({', '.join(f'{part}: str' for part in parts)}) -> str:\n"
                f'        """Return `{pattern}`."""\n        return f"{pattern}"\n'
                f"\n    @staticmethod\n    def parse_{name}_path(path: str) -> dict[str, str]:\n"
                f'        """Return the parts of `{pattern}`; empty if it is another name."""\n'
                f'        return parse_resource_path("{pattern}", path)\n'
            )
    return (
        docstring(f"The resource names of the API {version.name}.\n\n" + NOTE.format(source="protos/"))
        + f"\nfrom {RUNTIME}.resource_names import parse_resource_path\n\n\nclass ResourceNames:\n"
        f'    """Resource names, made of their parts and taken apart."""\n{body}'
    )


def _table(service: Service) -> str:
    version = service.version
    imports: set[str] = set()

    def cls(type_name: str) -> str:
        home = version.home(type_name)
        if home is None:
            module, name = _SHARED[type_name.lstrip(".")]
            imports.add("from {} import {}".format(*module.rsplit(".", 1)))
            return name
        imports.add(f"from {version.module}.types import {home}")
        return f"{home}.{version.local_name(type_name)}"

    policies = _policies(version)
    body = ""
    retries: dict[str, str] = {}
    for method in service.methods:
        timeout, retry = policies.get((service.full_name, method.proto.name), (None, None))
        arguments = [
            f'name="{method.python}"',
            f'path="/{service.full_name}/{method.proto.name}"',
            f"request={cls(method.proto.input_type)}",
            f"response={cls(method.proto.output_type)}",
        ]
        if method.rules:
            rules = [_rule(rule.WhichOneof("pattern"), _path(rule), rule.body) for rule in method.rules]
            arguments.append(f"rules=({', '.join(rules)},)")
        if method.routing:
            arguments.append("routing=(" + ", ".join(f'"{name}"' for name in method.routing) + ",)")
        if timeout is not None:
            arguments.append(f"timeout_s={timeout}")
        if retry is not None:
            arguments.append(f"retry={retries.setdefault(retry, f'_RETRY_{int(timeout)}_S')}")
        if method.proto.client_streaming:
            arguments.append("streams_requests=True")
        if method.proto.server_streaming:
            arguments.append("streams_responses=True")
        if method.operation:
            result, metadata = (cls(f".{version.package}.{name}") for name in method.operation)
            arguments.append(f"operation=({result}, {metadata})")
        body += f"{method.constant} = Method({', '.join(arguments)},)\n"
    names = {value: key for key, value in retries.items()}
    made = "".join(f"{name} = {names[name]}\n" for name in sorted(names))
    rules = "".join(
        f'        "{name}": ({", ".join(_rule(*rule) for rule in found)},),\n'
        for name, found in _operation_rules(version).items()
    )
    methods = "".join(f"        {method.constant},\n" for method in service.methods)
    text = f"The methods of {service.name}.\n\n" + NOTE.format(source=f"{service.source} and the JSON files next to it")
    return (
        docstring(text)
        + f"\nfrom {RUNTIME}.methods import HttpRule, Method, Retry, Service\n"
        + "\n".join(sorted(imports))
        + f"\n\n{made}\n{body}\n"
        + f'SERVICE = Service(\n    name="{service.full_name}",\n    methods=(\n{methods}    ),\n'
        + f"    operation_rules={{\n{rules}    }},\n)\n"
    )


def _policies(version: Version) -> dict[tuple[str, str], tuple[float, str | None]]:
    """Return the timeout and the retries of methods, from the service config of gRPC."""
    config = json.loads((PROTOS / f"google/ai/generativelanguage/{version.name}/service_config.json").read_text())
    found: dict[tuple[str, str], tuple[float, str | None]] = {}
    for each in config["methodConfig"]:
        timeout = float(each["timeout"].rstrip("s"))
        retry = None
        if "retryPolicy" in each:
            policy = each["retryPolicy"]
            assert policy["retryableStatusCodes"] == ["UNAVAILABLE"], "calling.py repeats unavailable services only"
            initial, maximum = (float(policy[key].rstrip("s")) for key in ("initialBackoff", "maxBackoff"))
            retry = (
                f"Retry(deadline_s={timeout}, initial_s={initial}, maximum_s={maximum},"
                f" multiplier={float(policy['backoffMultiplier'])})"
            )
        for name in each["name"]:
            found[name["service"], name["method"]] = (timeout, retry)
    return found


def _operation_rules(version: Version) -> dict[str, list[tuple[str, str, str]]]:
    """Return the HTTP requests for long-running operations, by the name of the method in Python."""
    config = json.loads((PROTOS / f"google/ai/generativelanguage/{version.name}/http_rules.json").read_text())
    found: dict[str, list[tuple[str, str, str]]] = {}
    for rule in config["http"]["rules"]:
        bindings = [rule, *rule.get("additionalBindings", [])]
        found[snake(rule["selector"].rsplit(".", 1)[1])] = [
            (verb, each[verb], each.get("body", "")) for each in bindings for verb in _VERBS if verb in each
        ]
    return found


class _Names:
    """The imports of a module with annotations, which only checkers need."""

    def __init__(self, version: Version) -> None:
        self._version = version
        self.imports: set[str] = set()

    def of(self, field: FieldDescriptorProto) -> str:
        """Return the annotation of an argument for a field."""
        if field.type_name:
            name = self.message(field.type_name)
        else:
            name = _SCALARS[FieldDescriptorProto.Type.Name(field.type).removeprefix("TYPE_").lower()]
        if field.label == FieldDescriptorProto.LABEL_REPEATED:
            self.imports.add("from collections.abc import Sequence")
            inner = f"{name} | dict[str, Any]" if field.type == FieldDescriptorProto.TYPE_MESSAGE else name
            return f"Sequence[{inner}]"
        return f"{name} | dict[str, Any]" if field.type == FieldDescriptorProto.TYPE_MESSAGE else name

    def message(self, type_name: str) -> str:
        home = self._version.home(type_name)
        if home is None:
            module, name = _SHARED[type_name.lstrip(".")]
            self.imports.add("from {} import {}".format(*module.rsplit(".", 1)))
            return name
        top, *nested = self._version.local_name(type_name).split(".")
        self.imports.add(f"from {self._version.module}.types import {top}")
        return ".".join((top, *nested))


def _client(service: Service, *, is_async: bool) -> str:
    names = _Names(service.version)
    body = "".join(_shell(service, method, names, is_async=is_async) for method in service.methods)
    first = "grpc_asyncio" if is_async else "grpc"
    suffix = "AsyncClient" if is_async else "Client"
    base = "AsyncOperationsClient" if is_async else "OperationsClient"
    retry = "OptionalAsyncRetry" if is_async else "OptionalRetry"
    doc = service.docs[service.name]
    if is_async:
        doc += "\n\nThe methods are those of the blocking client, and are awaited."
    pagers = ""
    if any(method.item for method in service.methods):
        pagers = f"from {service.package} import pagers\n"
    init_doc = docstring(
        "Create a client.\n\n"
        "Args:\n"
        "  credentials: Credentials of `google-auth`. By default those of the environment (Application Default Credentials).\n"
        f'  transport: "grpc", "grpc_asyncio" or "rest"; a transport, with its own credentials; or a function that makes\n'
        f"    one. {first!r} by default.\n".replace("'", '"')
        + "  client_options: A `google.api_core.client_options.ClientOptions`, or a dict with the same names: `api_key`,\n"
        "    `api_endpoint`, `quota_project_id`, `scopes`, `credentials_file`, `client_cert_source`, `universe_domain`.\n"
        "  client_info: Names the program in the header `x-goog-api-client`.\n\n"
        "Raises `ValueError` for options that are unknown or exclude each other,\n"
        "`google.auth.exceptions.DefaultCredentialsError` if the environment has no credentials, and\n"
        "`google.auth.exceptions.MutualTLSChannelError` if mutual TLS is set up wrongly.",
        "        ",
    )
    transport_type = f"str | {service.name}Transport | Callable[..., {service.name}Transport] | None"
    return (
        docstring(
            f"The {'client' if is_async else 'blocking client'} of {service.name}{' with asyncio' if is_async else ''}.\n\n"
            + NOTE.format(source=service.source)
        )
        + "\nfrom __future__ import annotations\n\nfrom typing import TYPE_CHECKING, Any, ClassVar\n\n"
        + f"from {RUNTIME}.calling import DEFAULT\n"
        + f"from {RUNTIME}.operations import {base}\n"
        + pagers
        + f"from {service.package} import _methods as methods, transports\n"
        + f"from {service.version.module}.services._resource_names import ResourceNames\n\n"
        + "if TYPE_CHECKING:\n"
        + f"    from {RUNTIME}.calling import Metadata, {retry}\n"
        + f"    from {service.package}.transports import {service.name}Transport\n"
        + "    from collections.abc import Callable\n"
        + "    from google.api_core.client_info import ClientInfo\n"
        + "    from google.api_core.client_options import ClientOptions\n"
        + "    from google.auth.credentials import Credentials\n"
        + "".join(f"    {line}\n" for line in sorted(names.imports))
        + f"\n\nclass {service.name}{suffix}({base}, ResourceNames):\n"
        + docstring(doc, "    ")
        + "\n    _service = methods.SERVICE\n    _transports: ClassVar = transports.CLASSES\n\n"
        + "    def __init__(\n        self,\n        *,\n        credentials: Credentials | None = None,\n"
        + f"        transport: {transport_type} = "
        + ('"grpc_asyncio"' if is_async else "None")
        + ",\n        client_options: ClientOptions | dict[str, Any] | None = None,\n"
        + "        client_info: ClientInfo | None = None,\n    ) -> None:\n"
        + init_doc
        + "        super().__init__(credentials, transport, client_options, client_info)\n"
        + body
    )


def _shell(service: Service, method: Method, names: _Names, *, is_async: bool) -> str:
    proto = method.proto
    word, wait = ("async def", "await ") if is_async else ("def", "")
    retry = "OptionalAsyncRetry" if is_async else "OptionalRetry"
    tail = _TAIL.format(retry=retry)
    doc = service.docs[f"{service.name}.{proto.name}"]
    settings = (
        "  retry: How failed attempts are repeated; None for one attempt.\n"
        "  timeout: Time for all attempts together, in seconds; None for no limit.\n"
        "  metadata: Further metadata of the call, as pairs."
    )
    prefix = "Async" if is_async else ""
    if method.operation:
        module = f"operation{'_async' if is_async else ''}"
        names.imports.add(f"from google.api_core import {module}")
        returned = f"{module}.{prefix}Operation"
    elif method.item:
        returned = f"pagers.{proto.name}{prefix}Pager"
    elif proto.output_type == ".google.protobuf.Empty":
        returned = "None"
    else:
        returned = names.message(proto.output_type)
        if proto.server_streaming:
            kind = "AsyncIterator" if is_async else "Iterator"
            names.imports.add(f"from collections.abc import {kind}")
            returned = f"{kind}[{returned}]"
    if proto.client_streaming:
        kind = "AsyncIterator" if is_async else "Iterator"
        names.imports.add(f"from collections.abc import {kind}")
        text = f"{doc}\n\nArgs:\n  requests: The requests, in order.\n{settings}"
        return (
            f"\n    {word} {method.python}(\n        self,\n"
            f"        requests: {kind}[{names.message(proto.input_type)}],\n        *,\n{tail}    ) -> {returned}:\n"
            + docstring(text, "        ")
            + f"        return {wait}self._call_with_requests(methods.{method.constant}, requests, retry, timeout, metadata)\n"
        )
    request = names.message(proto.input_type)
    arguments = fields = ""
    home = service.version.home(proto.input_type)
    assert home is not None
    told = service.version.docs(home)
    described = "  request: The request, as a message or a dict.\n"
    for field in method.fields:
        name = python_name(field.name)
        arguments += f"        {name}: {names.of(field)} | None = None,\n"
        fields += f'"{name}": {name}, '
        described += (
            f"  {name}: Field of the request, in place of `request`. {told[f'{method.request.name}.{field.name}']}\n"
        )
    text = f"{doc}\n\nArgs:\n{_wrapped(described)}{settings}"
    if not is_async:
        text += f"\n\n{_raises(method)}"
    call = f"self._call(methods.{method.constant}, request, {{{fields.rstrip(', ')}}}, retry, timeout, metadata)"
    if method.item:
        call = call.replace("self._call(", f"self._pages({returned}, ", 1)
    statement = f"{wait}{call}" if returned == "None" else f"return {wait}{call}"
    return (
        f"\n    {word} {method.python}(\n        self,\n"
        f"        request: {request} | dict[str, Any] | None = None,\n        *,\n"
        f"{arguments}{tail}    ) -> {returned}:\n" + docstring(text, "        ") + f"        {statement}\n"
    )


def _raises(method: Method) -> str:
    streamed = " While a stream is read, its iterator raises them." if method.proto.server_streaming else ""
    return (
        "Raises `ValueError` for `request` together with its fields and for unknown fields, `TypeError` for values of"
        f" other types, and the exceptions of `google.api_core.exceptions` for errors of the service.{streamed}"
    )


def _wrapped(lines: str) -> str:
    out = ""
    for line in lines.splitlines():
        out += "\n".join(textwrap.wrap(line.strip(), 108, initial_indent="  ", subsequent_indent="    ")) + "\n"
    return out


def _transports(service: Service) -> str:
    name = service.name
    classes = [
        ("grpc", f"{name}GrpcTransport", "GrpcTransport", "The blocking transport over gRPC."),
        (
            "grpc_asyncio",
            f"{name}GrpcAsyncIOTransport",
            "GrpcAsyncIOTransport",
            "The transport over gRPC with asyncio.",
        ),
        ("rest", f"{name}RestTransport", "RestTransport", "The blocking transport over HTTP with JSON."),
    ]
    made = "".join(f'\n\nclass {cls}({base}, {name}Transport):\n    """{doc}"""\n' for _, cls, base, doc in classes)
    table = "".join(f'    "{kind}": lambda: {cls},\n' for kind, cls, _, _ in classes)
    public = [f"{name}Transport", *(cls for _, cls, _, _ in classes), f"{name}RestInterceptor"]
    return (
        docstring(f"The transports of {name}.\n\n" + NOTE.format(source=service.source))
        + f"\nfrom {RUNTIME}.transports.base import Transport\n"
        + f"from {RUNTIME}.transports.grpc import GrpcTransport\n"
        + f"from {RUNTIME}.transports.grpc_asyncio import GrpcAsyncIOTransport\n"
        + f"from {RUNTIME}.transports.rest import RestInterceptor, RestTransport\n"
        + f"from {service.package}._methods import SERVICE\n\n"
        + f'\nclass {name}Transport(Transport):\n    """The base of the transports of {name}."""\n\n'
        + "    service = SERVICE\n"
        + made
        + f"\n\nclass {name}RestInterceptor(RestInterceptor):\n"
        + f'    """The base of interceptors of {name} over HTTP."""\n'
        + f"\n\nCLASSES = {{\n{table}}}\n"
        + '"""The classes of transports by name, the default of blocking clients first."""\n\n'
        + "__all__ = (\n"
        + "".join(f'    "{each}",\n' for each in sorted(public))
        + ")\n"
    )


def _pagers(service: Service) -> str:
    names = _Names(service.version)
    body = ""
    for method in service.methods:
        if method.item is None:
            continue
        item, page = names.message(method.item.type_name), names.message(method.proto.output_type)
        for prefix, kind, word in (("", "Iterator", "def"), ("Async", "AsyncIterator", "def")):
            body += (
                f"\n\nclass {method.proto.name}{prefix}Pager({prefix}Pager):\n"
                f'    """The items of `{method.python}`; iteration requests further pages."""\n\n'
                f'    _items = "{method.item.name}"\n\n'
                f"    if TYPE_CHECKING:\n\n        @property\n        {word} pages(self) -> {kind}[{page}]: ...\n\n"
                f"        {word} __{'a' if prefix else ''}iter__(self) -> {kind}[{item}]: ...\n"
            )
    return (
        docstring(f"The lists of {service.name}, which arrive in pages.\n\n" + NOTE.format(source=service.source))
        + "\nfrom __future__ import annotations\n\nfrom typing import TYPE_CHECKING\n\n"
        + f"from {RUNTIME}.pagers import AsyncPager, Pager\n\n"
        + "if TYPE_CHECKING:\n    from collections.abc import AsyncIterator, Iterator\n"
        + "".join(f"    {line}\n" for line in sorted(names.imports))
        + body
    )


def _package(service: Service) -> str:
    name = service.name
    pagers = '"pagers": "", ' if any(method.item for method in service.methods) else ""
    return (
        docstring(f"{name}: its clients, loaded when they are first used.\n\n" + NOTE.format(source=service.source))
        + "\nfrom typing import TYPE_CHECKING\n\n"
        + f"from {RUNTIME}.lazy import lazy_module\n\n"
        + "if TYPE_CHECKING:\n"
        + f"    from .async_client import {name}AsyncClient as {name}AsyncClient\n"
        + f"    from .client import {name}Client as {name}Client\nelse:\n"
        + "    __all__, __getattr__, __dir__ = lazy_module(\n    __name__,\n"
        + f'    {{"client": "{name}Client", "async_client": "{name}AsyncClient", "transports": "", {pagers}}},\n)\n'
    )


def _removed(service: Service) -> str:
    name, replacement = service.name, REMOVED[service.name]
    classes = "".join(
        f"\n\nclass {name}{kind}(RemovedClient):\n"
        f'    """Raises `NotImplementedError`: use `{replacement}{kind}`."""\n\n'
        f'    _service = "{name}"\n    _replacement = "{replacement}{kind}"\n'
        for kind in ("Client", "AsyncClient")
    )
    text = f"{name}, which the API no longer has. Its messages are still in `types`.\n\n"
    return (
        docstring(text + NOTE.format(source=service.source))
        + f"\nfrom {RUNTIME}.removed import RemovedClient\n{classes}"
    )
