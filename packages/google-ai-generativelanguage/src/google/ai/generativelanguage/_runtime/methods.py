"""What a service is: its methods, with their messages, HTTP rules, routing, timeouts and retries. No behaviour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any


@dataclass(frozen=True)
class Retry:
    """How a method is repeated while the service is unavailable."""

    deadline_s: float
    """Time in which attempts may begin, in seconds."""
    initial_s: float
    """Longest wait before the second attempt, in seconds; waits are random."""
    maximum_s: float
    """Longest wait between two attempts, in seconds."""
    multiplier: float
    """Factor between the longest waits of two attempts that follow one another."""


@dataclass(frozen=True)
class HttpRule:
    """One HTTP request that a method can be sent as."""

    verb: str
    """HTTP method in lower case, such as "post"."""
    path: str
    """Template of the path, such as `/v1beta/{model=models/*}:generateContent`."""
    body: str | None = None
    """Field whose value is the body, or "*" for all fields that the path does not contain."""


@dataclass(frozen=True)
class Method:
    """One method of a service."""

    name: str
    """Name of the method in Python, such as "generate_content"."""
    path: str
    """Name of the method for gRPC, such as `/google.ai.generativelanguage.v1beta.GenerativeService/GenerateContent`."""
    request: Any
    """Class of the request."""
    response: Any
    """Class of the response, or of each response of a stream."""
    rules: tuple[HttpRule, ...] = ()
    """The HTTP requests, most common first; empty if the method exists for gRPC only."""
    routing: tuple[str, ...] = ()
    """Fields of the request that the header `x-goog-request-params` names."""
    timeout_s: float | None = None
    retry: Retry | None = None
    streams_requests: bool = False
    streams_responses: bool = False
    pager: str | None = None
    """Field of the response with the items of a page; None if the method returns no pages."""
    operation: tuple[Any, Any] | None = None
    """Classes of the result and of the metadata, if the response is a long-running operation."""


@dataclass(frozen=True)
class Service:
    """One service of the API."""

    name: str
    """Full name, such as "google.ai.generativelanguage.v1beta.GenerativeService"."""
    methods: tuple[Method, ...]
    operation_rules: Mapping[str, tuple[HttpRule, ...]]
    """The HTTP requests of the methods of `google.longrunning.Operations`, by their name in Python."""

    @cached_property
    def by_name(self) -> dict[str, Method]:
        """The methods of the service by their name in Python."""
        return {method.name: method for method in self.methods}

    @cached_property
    def operations(self) -> dict[str, Method]:
        """The methods for long-running operations, which every service has, by their name in Python."""
        from google.longrunning import operations_pb2
        from google.protobuf import empty_pb2

        messages: Any = operations_pb2
        responses = {
            "get_operation": messages.Operation,
            "list_operations": messages.ListOperationsResponse,
            "delete_operation": empty_pb2.Empty,
            "cancel_operation": empty_pb2.Empty,
        }
        found: dict[str, Method] = {}
        for name, response in responses.items():
            rpc = "".join(word.title() for word in name.split("_"))
            found[name] = Method(
                name=name,
                path=f"/google.longrunning.Operations/{rpc}",
                request=getattr(messages, f"{rpc}Request"),
                response=response,
                rules=self.operation_rules.get(name, ()),
                routing=("name",),
            )
        return found

    def method(self, name: str) -> Method | None:
        """Return a method by its name in Python; None if the service does not have it."""
        found = self.by_name.get(name)
        return found if found is not None or name not in self.operation_rules else self.operations[name]
