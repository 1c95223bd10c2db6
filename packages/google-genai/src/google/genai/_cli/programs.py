"""A call as text, without sending it: the request itself (`--dry-run`), a curl command, or a Python program.

The request comes from the SDK: a transport takes it where it would be sent. Keys are never shown.
"""

from __future__ import annotations

import json
import pprint
import shlex
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from .attachments import Attachment
from .connection import Target
from .schemas import AnswerSchema

if TYPE_CHECKING:
    from google.genai import Client

_SECRET = frozenset({"x-goog-api-key", "authorization"})
_NOT_SHOWN = frozenset({
    "host", "accept", "accept-encoding", "connection", "content-length", "user-agent", "x-goog-api-client",
})  # fmt: skip
_WIDTH = 100


class Request(NamedTuple):
    """An HTTP request that was not sent."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


class _Taken(BaseException):
    """The end of a call whose request has been taken. Not an `Exception`, because the SDK would handle those."""


class _Transport:
    """A transport of the SDK's HTTP library that keeps the request, and ends the call."""

    request: Request | None = None

    def __enter__(self) -> _Transport:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def close(self) -> None:
        """Do nothing: nothing is open."""

    def handle_request(self, request: Any) -> Any:
        """Keep the request, and end the call."""
        headers = {name: value for name, value in request.headers.items() if name not in _NOT_SHOWN}
        self.request = Request(request.method, str(request.url), headers, request.read())
        raise _Taken


def request_of(target: Target, call: Callable[[Client], object]) -> Request:
    """Return the request that a call would send first. Neither credentials nor a token are loaded."""
    from google.genai import Client

    transport = _Transport()
    arguments = target.arguments(client_args={"transport": transport})
    if target.vertexai and target.key is None:
        from google.oauth2.credentials import Credentials

        arguments["credentials"] = Credentials("TOKEN")  # pyright: ignore[reportUnknownVariableType]
        arguments["project"] = target.project or "PROJECT"
    with Client(**arguments) as client:
        try:
            call(client)
        except _Taken:
            pass
    if transport.request is None:
        raise RuntimeError("The call ended without a request.")
    return transport.request


def shown(request: Request) -> str:
    """Return a request as text: method and address, headers, and the body as indented JSON."""
    lines = [f"{request.method} {request.url}"]
    for name, value in request.headers.items():
        lines.append(f"{name}: {'…' if name in _SECRET else value}")
    if request.body:
        lines += ["", json.dumps(json.loads(request.body), ensure_ascii=False, indent=2)]
    return "\n".join(lines)


def curl(request: Request) -> str:
    """Return the curl command for a request; the key or token is read from the environment when it runs."""
    words = ["curl -sS"]
    if "alt=sse" in request.url:
        words[0] += " -N"
    if request.method != "POST" or not request.body:
        words.append(f"-X {request.method}")
    words.append(shlex.quote(request.url))
    for name, value in request.headers.items():
        if name == "x-goog-api-key":
            words.append('-H "x-goog-api-key: $GOOGLE_API_KEY"')
        elif name == "authorization":
            words.append('-H "authorization: Bearer $(gcloud auth print-access-token)"')
        elif name != "x-goog-user-project" or value != "PROJECT":
            words.append(f"-H {shlex.quote(f'{name}: {value}')}")
    if request.body:
        words.append(f"-d {shlex.quote(request.body.decode('utf-8'))}")
    return " \\\n  ".join(words)


def python(
    target: Target,
    *,
    model: str,
    prompt: str,
    attachments: list[Attachment],
    config: dict[str, Any],
    schema: AnswerSchema | None,
    tools: tuple[str, ...],
    streams: bool,
) -> str:
    """Return a Python program that does the same as a call of `genai generate`. It reads the key from the environment."""
    imports = ["from google import genai"]
    before: list[str] = []
    parts: list[str] = []
    if prompt:
        parts.append(_literal(prompt))
    for at, attachment in enumerate(attachments):
        imports.append("from google.genai import types")
        parts.append(_part(attachment, at, imports, before))
    settings = {name: value for name, value in config.items() if name not in ("response_schema", "tools")}
    written = [f"{name!r}: {_literal(value, 8)}" for name, value in settings.items()]
    if schema is not None and schema.cls is not None:
        module, _, name = schema.source.partition(":")
        imports.append(f"from {module} import {name}")
        written.append(f"'response_schema': {name}")
    if tools:
        names: list[str] = []
        for reference in tools:
            module, _, name = reference.partition(":")
            imports.append(f"from {module} import {name}")
            names.append(name)
        written.append(f"'tools': [{', '.join(names)}]")
    method = "generate_content_stream" if streams else "generate_content"
    call = [f"    model={model!r},", f"    contents={parts[0] if len(parts) == 1 else _list(parts)},"]
    if written:
        call.append("    config={\n" + "".join(f"        {line},\n" for line in written) + "    },")
    lines = [*_sorted(imports), "", *before, f"client = genai.Client({_client_arguments(target)})"]
    if streams:
        lines += [
            f"for chunk in client.models.{method}(",
            *call,
            "):",
            '    print(chunk.text or "", end="")',
            "print()",
        ]
    else:
        lines += [f"response = client.models.{method}(", *call, ")", "print(response.text)"]
    return "\n".join(lines)


def _client_arguments(target: Target) -> str:
    arguments: list[str] = []
    if target.vertexai:
        arguments.append("vertexai=True")
    for name, value in (("project", target.project), ("location", target.location)):
        if value:
            arguments.append(f"{name}={value!r}")
    if target.is_local:
        arguments.append("api_key='local'")
    if target.base_url:
        arguments.append(f"http_options={{'base_url': {target.base_url!r}}}")
    return ", ".join(arguments)


def _part(attachment: Attachment, at: int, imports: list[str], before: list[str]) -> str:
    if attachment.uri is not None:
        return f"types.Part.from_uri(file_uri={attachment.uri!r}, mime_type={attachment.mime_type!r})"
    if attachment.name is not None:
        return f"client.files.get(name={attachment.name!r})"
    if attachment.is_large:
        return f"client.files.wait(file=client.files.upload(file={str(attachment.path)!r}))"
    if attachment.path is not None:
        imports.append("from pathlib import Path")
        read = f"Path({str(attachment.path)!r}).read_bytes()"
    elif attachment.source == "-":
        imports.append("import sys")
        read = "sys.stdin.buffer.read()"
    else:
        imports.append("import urllib.request")
        before.append(
            f"with urllib.request.urlopen({attachment.source!r}) as reply:\n    content_{at} = reply.read()\n"
        )
        read = f"content_{at}"
    return f"types.Part.from_bytes(data={read}, mime_type={attachment.mime_type!r})"


def _list(parts: list[str]) -> str:
    return "[\n" + "".join(f"        {part},\n" for part in parts) + "    ]"


def _literal(value: Any, indent: int = 4) -> str:
    text = pprint.pformat(value, width=_WIDTH - indent, sort_dicts=False)
    return text if "\n" not in text else text.replace("\n", "\n" + " " * indent)


def _sorted(imports: list[str]) -> list[str]:
    standard = sorted(
        {line for line in imports if "google" not in line and line.startswith(("import ", "from pathlib"))}
    )
    rest = sorted(set(imports) - set(standard), key=lambda line: line.split()[1])
    return [*standard, "", *rest] if standard else rest
