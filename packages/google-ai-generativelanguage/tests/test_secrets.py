"""Keys and tokens: never in the text of an object or of an error, nor in any log."""

from __future__ import annotations

import http.server
import logging
import threading
import traceback
from collections.abc import Iterator
from typing import Any

import grpc
import pytest
from google.api_core.exceptions import GoogleAPIError
from google.auth import api_key
from google.auth.credentials import Credentials

from genai_local.certificates import CertificateFiles, own_certificate
from google.ai import generativelanguage_v1beta as api
from google.ai.generativelanguage._runtime.options import options_of
from google.ai.generativelanguage_v1beta.services.generative_service import transports

from .server import REQUEST, Server, failures, text_of

_SECRET = "AIza-very-secret"


class _Token(Credentials):
    def __init__(self) -> None:
        super().__init__()
        self.token = _SECRET

    def refresh(self, request: Any) -> None:
        raise AssertionError("a token that never expires was refreshed")


@pytest.fixture(params=["key", "token"])
def credentials(request: pytest.FixtureRequest) -> Any:
    return api_key.Credentials(_SECRET) if request.param == "key" else _Token()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> CertificateFiles:
    return own_certificate(tmp_path_factory.mktemp("certificate"), [])


@pytest.fixture
def secure_server(certificate: CertificateFiles) -> Iterator[Server]:
    pair = (certificate.key.read_bytes(), certificate.certificate.read_bytes())
    with Server(credentials=grpc.ssl_server_credentials([pair])) as made:
        yield made


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> Iterator[pytest.LogCaptureFixture]:
    """The log of all loggers, at the level DEBUG."""
    with caplog.at_level(logging.DEBUG):
        for name in ("grpc", "google", "google.auth", "google.ai.generativelanguage_v1beta", "urllib3"):
            logging.getLogger(name).setLevel(logging.DEBUG)
        yield caplog
        for name in ("grpc", "google", "google.auth", "google.ai.generativelanguage_v1beta", "urllib3"):
            logging.getLogger(name).setLevel(logging.NOTSET)


def _texts_of(value: Any) -> str:
    return f"{value!r} {value!s} {vars(value) if isinstance(value, Exception) else ''}"


def _texts_of_log(logged: pytest.LogCaptureFixture) -> str:
    """Return everything that was logged, also the further attributes of records, which handlers may print."""
    return " ".join(str(vars(record)) for record in logged.records)


def _texts_of_error(error: BaseException) -> str:
    found: list[str] = ["".join(traceback.format_exception(error))]
    cause: BaseException | None = error
    for _ in range(10):
        if cause is None:
            break
        found.append(_texts_of(cause))
        cause = cause.__cause__ or cause.__context__
    return " ".join(found)


def test_over_grpc(secure_server: Server, certificate: CertificateFiles, credentials: Any, logged: Any) -> None:
    assert certificate.authority is not None
    transport = transports.GenerativeServiceGrpcTransport(
        host=secure_server.target,
        credentials=credentials,
        ssl_channel_credentials=grpc.ssl_channel_credentials(certificate.authority.read_bytes()),
    )
    with api.GenerativeServiceClient(transport=transport) as client:
        assert text_of(client.generate_content(REQUEST)) == "hello"
        sent = dict(secure_server.calls[0].context.invocation_metadata())
        assert _SECRET in sent.get("x-goog-api-key", "") + sent.get("authorization", "")
        shown = [_texts_of(each) for each in (client, transport, transport.grpc_channel)]
        secure_server.answer = failures(grpc.StatusCode.UNAUTHENTICATED, 1)
        with pytest.raises(Exception, match="401") as caught:
            client.generate_content(REQUEST)
        secure_server.answer = failures(grpc.StatusCode.UNAUTHENTICATED, 1)
        responses = client.stream_generate_content
        with pytest.raises(Exception, match="401") as streamed:
            responses(REQUEST)
    shown += [_texts_of_error(caught.value), _texts_of_error(streamed.value), _texts_of_log(logged)]
    assert [text for text in shown if _SECRET in text] == []


def test_over_grpc_in_clear_text(server: Server, logged: Any) -> None:
    options = {"api_endpoint": f"http://{server.target}", "api_key": _SECRET}
    with api.GenerativeServiceClient(client_options=options) as client:
        assert text_of(client.generate_content(REQUEST)) == "hello"
        assert dict(server.calls[0].context.invocation_metadata())["x-goog-api-key"] == _SECRET
        server.answer = failures(grpc.StatusCode.UNAUTHENTICATED, 1)
        with pytest.raises(Exception, match="401") as caught:
            client.generate_content(REQUEST)
        shown = [_texts_of(client), _texts_of(client.transport), _texts_of_error(caught.value), _texts_of_log(logged)]
    assert [text for text in shown if _SECRET in text] == []


def test_over_http(credentials: Any, logged: Any) -> None:
    received: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(str(self.headers))
            self.rfile.read(int(self.headers["content-length"]))
            self.send_error(403)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        transport = transports.GenerativeServiceRestTransport(
            host=f"127.0.0.1:{server.server_port}", url_scheme="http", credentials=credentials
        )
        with (
            api.GenerativeServiceClient(transport=transport) as client,
            pytest.raises(Exception, match="403") as caught,
        ):
            client.generate_content(REQUEST)
        shown = [_texts_of(client), _texts_of(transport), _texts_of_error(caught.value), _texts_of_log(logged)]
        server.shutdown()
        thread.join()
    assert _SECRET in received[0]
    assert [text for text in shown if _SECRET in text] == []


def test_in_options_and_in_errors_about_them() -> None:
    assert _SECRET not in _texts_of(options_of({"api_key": _SECRET}))
    with api.GenerativeServiceClient(client_options={"api_key": _SECRET}) as client:
        assert _SECRET not in _texts_of(client) + _texts_of(client.transport)
    for options in (
        {"api_key": _SECRET, "credentials_file": "f"},
        {"api_key": _SECRET, "nope": 1},
        {"api_key": _SECRET, "universe_domain": ""},
        [_SECRET],
    ):
        with pytest.raises((ValueError, TypeError, GoogleAPIError)) as caught:
            api.GenerativeServiceClient(client_options=options)  # pyright: ignore[reportArgumentType]
        assert _SECRET not in _texts_of(caught.value)
