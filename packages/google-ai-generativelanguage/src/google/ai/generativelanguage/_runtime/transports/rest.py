"""The blocking transport over HTTP with JSON, for networks that gRPC does not pass."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from ..endpoints import DEFAULT_ENDPOINT
from ..methods import Method
from .base import Attempt, Transport

if TYPE_CHECKING:
    from google.api_core.client_info import ClientInfo
    from google.auth.credentials import Credentials

_ENUMS_AS_NUMBERS = ("$alt", "json;enum-encoding=int")
_OPERATIONS = "google.longrunning."
_VARIABLE = re.compile(r"{([\w.]+)=([^}]+)}")


class RestInterceptor:
    """The base of interceptors: what a program does with requests before, and with responses after they travel.

    A subclass defines `pre_<method>(request, metadata)`, which returns both, `post_<method>(response)`, which returns the
    response, or `post_<method>_with_metadata(response, metadata)`, which returns both. Methods that it does not define
    change nothing.
    """

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            if name.startswith("pre_") or name.endswith("_with_metadata"):
                return lambda value, metadata: (value, metadata)
            if name.startswith("post_"):
                return lambda response: response
            raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class RestTransport(Transport):
    """The base of the transports over HTTP."""

    kind = "rest"

    def __init__(
        self,
        *,
        host: str = DEFAULT_ENDPOINT,
        credentials: Credentials | None = None,
        credentials_file: str | None = None,
        scopes: Sequence[str] | None = None,
        client_cert_source_for_mtls: Callable[[], tuple[bytes, bytes]] | None = None,
        quota_project_id: str | None = None,
        client_info: ClientInfo | None = None,
        always_use_jwt_access: bool | None = False,
        url_scheme: str = "https",
        interceptor: RestInterceptor | None = None,
        api_audience: str | None = None,
    ) -> None:
        """Create a transport.

        Args:
          url_scheme: "https", or "http" for a server of one's own. Ignored if `host` starts with a scheme.
          interceptor: Object that changes requests before, and responses after they travel.
        """
        super().__init__(
            host=host,
            credentials=credentials,
            credentials_file=credentials_file,
            scopes=scopes,
            quota_project_id=quota_project_id,
            client_info=client_info,
            always_use_jwt_access=always_use_jwt_access,
            api_audience=api_audience,
        )
        from google.auth.transport.requests import AuthorizedSession

        self._host = host if host.startswith(("http://", "https://")) else f"{url_scheme}://{host}"
        self._session: Any = AuthorizedSession(self._credentials, default_host=self.DEFAULT_HOST)
        if client_cert_source_for_mtls:
            self._session.configure_mtls_channel(client_cert_source_for_mtls)
        self._interceptor: Any = interceptor or RestInterceptor()
        self._operations_client: Any = None

    def close(self) -> None:
        """Close the connections. Other clients with this transport cannot use it afterwards."""
        self._session.close()

    @property
    def operations_client(self) -> Any:
        if self._operations_client is None:
            from google.api_core import operations_v1

            transport = operations_v1.OperationsRestTransport(
                host=self._host,  # with its scheme, because the argument url_scheme has no effect
                credentials=self._credentials,
                scopes=self._scopes,
                http_options={
                    method.path.replace("/", ".").strip("."): _options(method)
                    for method in self.service.operations.values()
                },
                path_prefix=self.service.name.split(".")[-2],
            )
            self._operations_client = operations_v1.AbstractOperationsClient(transport=transport)
        return self._operations_client

    def _new_attempt(self, method: Method) -> Attempt:
        if not method.rules:

            def refuse(*_: Any, **__: Any) -> Any:
                raise NotImplementedError(
                    f"{method.name}() is not available over HTTP; create the client with transport='grpc'"
                )

            return refuse
        rules = _options(method)
        before = getattr(self._interceptor, f"pre_{method.name}")
        after = getattr(self._interceptor, f"post_{method.name}")
        after_with_metadata = getattr(self._interceptor, f"post_{method.name}_with_metadata")

        def attempt(request: Any, *, timeout: float | None = None, metadata: Any = ()) -> Any:
            request, metadata = before(request, metadata)
            reply = self._send(method, rules, request, timeout, metadata)
            response = after(_response(method, reply))
            return after_with_metadata(response, [(name, str(value)) for name, value in reply.headers.items()])[0]

        return attempt

    def _send(self, method: Method, rules: list[Any], request: Any, timeout: float | None, metadata: Any) -> Any:
        from google.api_core import exceptions, path_template, rest_helpers

        make_path: Any = path_template.transcode  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
        flatten: Any = rest_helpers.flatten_query_params  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]

        message = request._pb if hasattr(request, "_pb") else request
        try:
            found: Any = make_path(rules, message)
        except ValueError as error:
            raise ValueError(_without_path(method, message)) from error
        query: list[tuple[str, Any]] = []
        if found.get("query_params") is not None:
            query = flatten(json.loads(_json(found["query_params"])), strict=True)
        if not method.path.startswith(f"/{_OPERATIONS}"):
            query.append(_ENUMS_AS_NUMBERS)
        reply = self._session.request(
            found["method"].upper(),
            f"{self._host}{found['uri']}",
            timeout=timeout,
            headers={**dict(metadata), "Content-Type": "application/json"},
            params=query,
            data=_json(found["body"]) if "body" in found else None,
            stream=method.streams_responses,
        )
        if reply.status_code >= 400:
            make: Any = exceptions.from_http_response  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
            raise make(reply)
        return reply


def _options(method: Method) -> list[dict[str, str]]:
    """Return the HTTP requests of a method in the form of `google.api_core`."""
    return [
        {"method": rule.verb, "uri": rule.path, **({"body": rule.body} if rule.body else {})} for rule in method.rules
    ]


def _without_path(method: Method, message: Any) -> str:
    """Return the text of the error for a request whose fields match none of the paths of its method."""
    patterns: dict[str, list[str]] = {}
    for rule in method.rules:
        for name, pattern in _VARIABLE.findall(rule.path):
            if pattern not in patterns.setdefault(name, []):
                patterns[name].append(pattern)
    wrong: list[str] = []
    for name, expected in patterns.items():
        value = message
        for part in name.split("."):
            value = getattr(value, part)
        if not any(re.fullmatch(re.escape(each).replace(r"\*", "[^/]+"), value) for each in expected):
            wrong.append(f"{name}: expected {' or '.join(expected)}, got {value!r}")
    return f"{method.name}(): {'; '.join(wrong)}"


def _json(message: Any) -> str:
    from google.protobuf import json_format

    return json_format.MessageToJson(message, use_integers_for_enums=True, indent=None)


def _response(method: Method, reply: Any) -> Any:
    from google.protobuf import json_format

    if method.streams_responses:
        from google.api_core import rest_streaming

        return rest_streaming.ResponseIterator(reply, method.response)
    response = method.response()
    json_format.Parse(reply.content, getattr(response, "_pb", response), ignore_unknown_fields=True)
    return response
