"""A gRPC client without an SDK: methods by name, messages in their JSON form, by the descriptors of the server."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import json_format, message_factory
from google.protobuf.message import Message
from google.rpc import error_details_pb2
from google.rpc.status_pb2 import Status

from genai_local.rpc.methods import Method, pool, read_methods

METHODS = read_methods([])
LIMIT_S = 30.0


def method_named(name: str, version: str = "v1beta") -> Method:
    """Return a method by its service and its name, such as `FileService.GetFile`."""
    package = "google.longrunning" if name.startswith("Operations.") else f"google.ai.generativelanguage.{version}"
    return METHODS[f"/{package}.{name.replace('.', '/')}"]


def message_named(name: str) -> type[Message]:
    return message_factory.GetMessageClass(pool().FindMessageTypeByName(f"google.ai.generativelanguage.v1beta.{name}"))


def json_of(message: Message) -> dict[str, Any]:
    return json_format.MessageToDict(message, descriptor_pool=pool())


class GrpcClient:
    """A channel to a server.

    Args:
        target: host and port.
        authority: the file with the certificate to trust; None for clear text.
    """

    def __init__(self, target: str, authority: Path | None = None) -> None:
        options = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]
        options.append(("grpc.use_local_subchannel_pool", 1))  # a connection of its own
        if authority is None:
            self.channel = grpc.insecure_channel(target, options)
        else:
            trusted = grpc.ssl_channel_credentials(authority.read_bytes())
            self.channel = grpc.secure_channel(target, trusted, options)

    def call(self, name: str, request: dict[str, Any] | None = None, *, version: str = "v1beta", **options: Any) -> Any:
        """Call a method with one reply, and return the reply in JSON form."""
        method = method_named(name, version)
        message = json_format.ParseDict(request or {}, method.request(), descriptor_pool=pool())
        return json_of(self.send(method.path, method.reply, message.SerializeToString(), **options))

    def send(self, path: str, reply: type[Message], data: bytes, **options: Any) -> Any:
        """Call a method with one reply and these bytes as request, and return the reply as a message."""
        options.setdefault("timeout", LIMIT_S)
        return self.channel.unary_unary(path, response_deserializer=reply.FromString)(data, **options)

    def open(
        self, request: dict[str, Any], name: str = "GenerativeService.StreamGenerateContent", **options: Any
    ) -> Any:
        """Open a stream; iterate the result for its messages."""
        method = method_named(name)
        message = json_format.ParseDict(request, method.request(), descriptor_pool=pool())
        options.setdefault("timeout", LIMIT_S)
        call = self.channel.unary_stream(method.path, response_deserializer=method.reply.FromString)
        return call(message.SerializeToString(), **options)


@contextlib.contextmanager
def connected(target: str, authority: Path | None = None) -> Iterator[GrpcClient]:
    """Connect a client for the length of a `with` block."""
    client = GrpcClient(target, authority)
    with client.channel:
        yield client


def prompt(text: str, **fields: Any) -> dict[str, Any]:
    """Return a request with one text."""
    return {"model": "models/gemini-2.5-flash", "contents": [{"parts": [{"text": text}]}], **fields}


def texts(stream: Any) -> list[str]:
    """Return the texts of a stream that is read to its end."""
    return [message.candidates[0].content.parts[0].text for message in stream]


def details_of(error: Any) -> dict[str, Any]:
    """Return the details of an error by the name of their type."""
    found = [value for key, value in error.trailing_metadata() or () if key == "grpc-status-details-bin"]
    if not found:
        return {}
    status = Status.FromString(found[0])
    assert (status.code, status.message) == (error.code().value[0], error.details())
    result: dict[str, Any] = {}
    for packed in status.details:
        name = packed.type_url.rpartition(".")[2]
        detail = getattr(error_details_pb2, name)()
        assert packed.Unpack(detail)
        result[name] = json_format.MessageToDict(detail)
    return result


def error_from(ask: Any, *arguments: Any, **options: Any) -> Any:
    """Return the error with which a call ends."""
    with pytest.raises(grpc.RpcError) as caught:
        ask(*arguments, **options)
    return caught.value
