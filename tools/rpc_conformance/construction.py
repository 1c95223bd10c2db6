"""Clients made in many ways: endpoints, conflicts, credentials and what they send over TLS, resource names.

Runs in the environments of both sides, in a process of its own: gRPC reads the file of trusted authorities once.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import inspect
import itertools
import json
import os
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import grpc
from google.api_core.client_options import ClientOptions
from google.auth import api_key
from google.auth.credentials import AnonymousCredentials, CredentialsWithQuotaProject
from google.oauth2 import credentials as oauth2, service_account

from .messages import random_message
from .outcomes import MODES, awaited_outcome
from .servers import GrpcServer, HttpServer, Script
from .table import METHODS, SERVICES, Service

_SERVICE = Service("v1beta", "generative_service")
_VARIABLES = ("GOOGLE_API_USE_MTLS_ENDPOINT", "GOOGLE_API_USE_CLIENT_CERTIFICATE", "GOOGLE_CLOUD_UNIVERSE_DOMAIN")


class Token(CredentialsWithQuotaProject):
    """Credentials whose token never expires."""

    def __init__(self, universe: str = "googleapis.com", quota: str | None = None) -> None:
        super().__init__()
        self.token = "token"
        self._universe, self._quota_project_id = universe, quota

    @property
    def universe_domain(self) -> str:
        return self._universe

    def refresh(self, request: Any) -> None:
        raise AssertionError("a token that never expires was refreshed")

    def with_quota_project(self, quota_project_id: str) -> Token:
        return Token(self._universe, quota_project_id)


def table(folder: Path) -> dict[str, Any]:
    """Return all outcomes. The folder has the files that `files.write` writes."""
    for name in list(os.environ):
        if name.startswith(("GOOGLE_", "CLOUDSDK_")):
            del os.environ[name]
    os.environ["NO_GCE_CHECK"] = "true"
    os.environ["HOME"] = str(folder)
    loop = asyncio.new_event_loop()
    found = loop.run_until_complete(_all(folder))
    loop.close()
    return found


async def _all(folder: Path) -> dict[str, Any]:
    return {**await _endpoints(folder), **await _conflicts(folder), **await _credentials(folder), **await _names()}


@contextlib.contextmanager
def _environment(**variables: str) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(variables)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


async def _closed(client: Any) -> None:
    value = client.transport.close()
    if inspect.isawaitable(value):
        await value


async def _endpoints(folder: Path) -> dict[str, Any]:
    certificate, key = (folder / "server.pem").read_bytes(), (folder / "server-key.pem").read_bytes()
    options: dict[str, dict[str, Any]] = {
        "nothing": {},
        "an endpoint": {"api_endpoint": "example.com"},
        "an endpoint with a port": {"api_endpoint": "example.com:8443"},
        "a universe": {"universe_domain": "example.org"},
        "an empty universe": {"universe_domain": ""},
        "a certificate": {"client_cert_source": lambda: (certificate, key)},
        "a certificate and an endpoint": {"client_cert_source": lambda: (certificate, key), "api_endpoint": "e.com"},
    }
    environments = itertools.product(
        ("", "auto", "never", "always", "ALWAYS", "nope"),
        ("", "true", "false", "True", "nope"),
        ("", "example.net", "  "),
    )
    found: dict[str, Any] = {}
    for given in environments:
        variables = {name: value for name, value in zip(_VARIABLES, given, strict=True) if value}
        for name, each in options.items():
            with _environment(**variables):

                async def made(each: Any = each) -> Any:
                    client = _SERVICE.client("grpc")(
                        credentials=Token(each.get("universe_domain") or "googleapis.com"), client_options=each
                    )
                    shown = [client.api_endpoint, client.universe_domain, client.transport.host]
                    await _closed(client)
                    return shown

                async def chosen(each: Any = each) -> Any:
                    options = ClientOptions(**each)
                    endpoint, source = _SERVICE.client("grpc").get_mtls_endpoint_and_cert_source(options)
                    return [endpoint, source is not None]

                place = f"{' '.join(each.strip() or '-' for each in given)}, {name}"
                found[f"endpoint/{place}"] = await awaited_outcome(made)
                found[f"mtls endpoint/{place}"] = await awaited_outcome(chosen)
    for mode, host in itertools.product(MODES, ("example.com", "example.com:1", "http://example.com:1")):

        async def host_of(mode: str = mode, host: str = host) -> Any:
            transport = _SERVICE.transport(mode)(host=host, credentials=Token())
            shown = [transport.host, transport.kind]
            value = transport.close()
            if inspect.isawaitable(value):
                await value
            return shown

        found[f"host/{mode}/{host}"] = await awaited_outcome(host_of)
    return found


async def _conflicts(folder: Path) -> dict[str, Any]:
    account = str(folder / "account.json")

    def transport(mode: str) -> Any:
        return _SERVICE.transport(mode)(credentials=Token())

    ways: dict[str, Callable[[str], dict[str, Any]]] = {
        "nothing": lambda mode: {},
        "a transport": lambda mode: {"transport": transport(mode)},
        "a transport and credentials": lambda mode: {"transport": transport(mode), "credentials": Token()},
        "a transport and a key": lambda mode: {"transport": transport(mode), "client_options": {"api_key": "k"}},
        "a transport and scopes": lambda mode: {"transport": transport(mode), "client_options": {"scopes": ["s"]}},
        "a transport and a file": lambda mode: {
            "transport": transport(mode),
            "client_options": {"credentials_file": account},
        },
        "a transport and an endpoint": lambda mode: {
            "transport": transport(mode),
            "client_options": {"api_endpoint": "example.com"},
        },
        "name of the transport": lambda mode: {"transport": mode, "credentials": Token()},
        "unknown transport": lambda mode: {"transport": "nope", "credentials": Token()},
        "class of the transport": lambda mode: {"transport": _SERVICE.transport(mode), "credentials": Token()},
        "function": lambda mode: {
            "transport": lambda **named: _SERVICE.transport(mode)(**named),
            "credentials": Token(),
        },
        "a key": lambda mode: {"transport": mode, "client_options": {"api_key": "k"}},
        "a key and credentials": lambda mode: {
            "transport": mode,
            "client_options": {"api_key": "k"},
            "credentials": Token(),
        },
        "a file and credentials": lambda mode: {
            "transport": mode,
            "client_options": {"credentials_file": account},
            "credentials": Token(),
        },
        "a key and a file": lambda mode: {"client_options": {"api_key": "k", "credentials_file": account}},
        "an unknown option": lambda mode: {"client_options": {"api_kex": "k"}},
        "a text as options": lambda mode: {"client_options": "k"},
        "empty options": lambda mode: {"transport": mode, "client_options": ClientOptions(), "credentials": Token()},
        "a missing file": lambda mode: {"transport": mode, "client_options": {"credentials_file": "/nowhere.json"}},
        "object as credentials": lambda mode: {"transport": mode, "credentials": object()},
        "positional": lambda mode: {"": Token()},
    }
    found: dict[str, Any] = {}
    for mode, (name, arguments) in itertools.product(MODES, ways.items()):

        async def made(mode: str = mode, arguments: Any = arguments) -> Any:
            named = arguments(mode)
            positional = [named.pop("")] if "" in named else []
            client = _SERVICE.client(mode)(*positional, **named)
            shown = [type(client.transport).__name__, client.transport.host, client.api_endpoint, client.transport.kind]
            await _closed(client)
            return shown

        found[f"conflict/{mode}/{name}"] = await awaited_outcome(made)
    for mode, label in itertools.product(("grpc", "grpc_asyncio"), (None, "grpc", "grpc_asyncio", "rest", "nope")):

        async def chosen(mode: str = mode, label: Any = label) -> Any:
            return _SERVICE.client(mode).get_transport_class(label).__name__

        found[f"transport class/{mode}/{label}"] = await awaited_outcome(chosen)
    return found


async def _credentials(folder: Path) -> dict[str, Any]:
    certificate = (folder / "server.pem").read_bytes()
    script = Script()
    server = GrpcServer(script, grpc.ssl_server_credentials([((folder / "server-key.pem").read_bytes(), certificate)]))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "server-key.pem")
    web_server, tokens = HttpServer(script, context), _Tokens()
    account = folder / "account.json"
    info = json.loads(account.read_text())
    options: dict[str, Any] = {
        "key": lambda cls, to: cls(client_options={**to, "api_key": "the-key"}),
        "key in an object": lambda cls, to: cls(client_options=ClientOptions(**to, api_key="the-key")),
        "key and quota": lambda cls, to: cls(client_options={**to, "api_key": "the-key", "quota_project_id": "q"}),
        "key credentials": lambda cls, to: cls(client_options=to, credentials=api_key.Credentials("the-key")),
        "token": lambda cls, to: cls(client_options=to, credentials=Token()),
        "token with quota": lambda cls, to: cls(client_options=to, credentials=Token(quota="own")),
        "token and quota": lambda cls, to: cls(client_options={**to, "quota_project_id": "q"}, credentials=Token()),
        "anonymous": lambda cls, to: cls(client_options=to, credentials=AnonymousCredentials()),
        "other universe": lambda cls, to: cls(client_options=to, credentials=Token("example.org")),
        "same universe": lambda cls, to: cls(
            client_options={**to, "universe_domain": "example.org"}, credentials=Token("example.org")
        ),
        "account": lambda cls, to: cls(
            client_options=to, credentials=service_account.Credentials.from_service_account_info(info)
        ),
        "account with scopes": lambda cls, to: cls(
            client_options={**to, "scopes": ["https://example.com/s"]},
            credentials=service_account.Credentials.from_service_account_info(info, scopes=["https://example.com/t"]),
        ),
        "from_service_account_info": lambda cls, to: cls.from_service_account_info(info, client_options=to),
        "from_service_account_file": lambda cls, to: cls.from_service_account_file(str(account), client_options=to),
        "from_service_account_json": lambda cls, to: cls.from_service_account_json(str(account), client_options=to),
        "file of an account": lambda cls, to: cls(client_options={**to, "credentials_file": str(account)}),
        "file of an account, scopes": lambda cls, to: cls(
            client_options={**to, "credentials_file": str(account), "scopes": ["https://example.com/s"]}
        ),
        "file of an account, quota": lambda cls, to: cls(
            client_options={**to, "credentials_file": str(account), "quota_project_id": "q"}
        ),
        "user": lambda cls, to: cls(client_options=to, credentials=_user(tokens)),
        "user and quota": lambda cls, to: cls(
            client_options={**to, "quota_project_id": "q"}, credentials=_user(tokens)
        ),
        "environment, account": lambda cls, to: _from_environment(cls, to, account),
        "environment, nothing": lambda cls, to: cls(client_options=to),
        "audience": lambda cls, to: cls(client_options={**to, "api_audience": "a"}, credentials=Token()),
    }
    method = next(each for each in METHODS if each.service == _SERVICE and each.name == "count_tokens")
    found: dict[str, Any] = {}
    for mode, (name, make) in itertools.product(MODES, options.items()):

        async def call(mode: str = mode, make: Any = make) -> Any:
            script.start([random_message(_SERVICE.message(method.response), 1)._pb])
            to = {"api_endpoint": (web_server if mode == "rest" else server).target.replace("127.0.0.1", "localhost")}
            cls = _SERVICE.client(mode)
            if mode == "rest":
                client = make(_WithRest(cls), to)
            else:
                client = make(cls, to)
            try:
                value = client.count_tokens(model="models/m1", timeout=5.0, retry=None)
                await value if inspect.isawaitable(value) else None
            finally:
                await _closed(client)
            return [_readable(each["headers"]) for each in script.requests]

        found[f"credentials/{mode}/{name}"] = await awaited_outcome(call)
    for each in (server, web_server, tokens):
        each.close()
    return found


class _WithRest:
    """The class of a client whose objects use the transport "rest"."""

    def __init__(self, cls: Any) -> None:
        self._cls = cls

    def __call__(self, **named: Any) -> Any:
        return self._cls(transport="rest", **named)

    def __getattr__(self, name: str) -> Any:
        return lambda *given, **named: getattr(self._cls, name)(*given, transport="rest", **named)


def _user(tokens: _Tokens) -> Any:
    uri = f"http://{tokens.target}/token"
    return oauth2.Credentials(None, refresh_token="r", token_uri=uri, client_id="i", client_secret="s")


def _from_environment(cls: Any, to: Any, path: Path) -> Any:
    with _environment(GOOGLE_APPLICATION_CREDENTIALS=str(path)):
        return cls(client_options=to)


def _readable(headers: dict[str, list[str]]) -> dict[str, Any]:
    """Return headers with the content of tokens that an account has signed, without times and signature."""
    found: dict[str, Any] = dict(headers)
    tokens = [value.removeprefix("Bearer ").split(".") for value in headers.get("authorization", [])]
    if tokens:
        found["authorization"] = [_claims(parts[1]) if len(parts) == 3 else parts for parts in tokens]
    return found


def _claims(part: str) -> dict[str, Any]:
    claims = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return {name: value for name, value in claims.items() if name not in ("iat", "exp")}


class _Tokens(HttpServer):
    """A server that gives tokens to users."""

    def __init__(self) -> None:
        super().__init__(Script(failure=(200, "application/json", b'{"access_token": "users", "expires_in": 3600}')))


async def _names() -> dict[str, Any]:
    """Return what the functions for resource names give, by service and name."""
    found: dict[str, Any] = {}
    for service, mode in itertools.product(SERVICES, ("grpc", "grpc_asyncio")):
        cls = service.client(mode)
        for name in sorted(each for each in dir(cls) if each.endswith("_path") and not each.startswith("parse_")):
            make, parse = getattr(cls, name), getattr(cls, f"parse_{name}")
            parameters = list(inspect.signature(make).parameters)

            async def used(make: Any = make, parse: Any = parse, parameters: Any = parameters) -> Any:
                made = make(*(f"{each}1" for each in parameters))
                others = ("", "nope", f"{made}/x", f"x/{made}", made.replace("1", "a/b"), made.replace("1", ""))
                return [made, make(**dict.fromkeys(parameters, "ä b")), parse(made), *(parse(each) for each in others)]

            found[f"names/{service.version}/{service.name}/{mode}/{name}"] = await awaited_outcome(used)
    return found
