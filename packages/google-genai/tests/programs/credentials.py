"""Call Vertex AI with each kind of Google credentials that google-auth finds in the environment.

Usage: `credentials.py FOLDER`. The folder must hold `certificate.pem`, a certificate with its key for the hosts of Google and
of `cloud.example`, and `account.pem`, the private key of a service account. Every server is here, on the loopback interface: a
proxy that answers for all hosts of HTTPS requests, and the plain HTTP server of metadata. Prints a JSON object: for each kind
the hosts and headers of a blocking and an async call, the paths of the requests that fetched the tokens, and the error if there
was one. Needs nothing but the declared dependencies.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import socket
import ssl
import sys
import threading
import traceback
import urllib.parse
from collections.abc import Callable
from pathlib import Path
from typing import Any

UNIVERSE = "cloud.example"
_CERTIFICATE_TOKEN = "urn:ietf:params:oauth:token-type:mtls"
_SETTINGS = ("GOOGLE_", "GEMINI_", "GCE_", "AWS_", "CLOUDSDK_", "SSL_CERT_", "REQUESTS_CA", "CURL_CA")


class Servers:
    """The servers of tokens, of metadata and of the service, behind one port."""

    def __init__(self, certificate: Path) -> None:
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.tls.load_cert_chain(certificate)
        self.tls.verify_mode = ssl.CERT_OPTIONAL
        self.tls.load_verify_locations(certificate)
        self.universe = "googleapis.com"
        self.token_requests: list[str] = []
        self.calls: list[dict[str, str | None]] = []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self.listener.accept()
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        host = None
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(lambda: connection.close())
            connection.settimeout(20)
            while request := _read(connection):
                method, target, headers, body = request
                if method == "CONNECT":
                    host = target.partition(":")[0]
                    connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    connection = self.tls.wrap_socket(connection, server_side=True)
                    continue
                with_certificate = host is not None and bool(connection.getpeercert())
                status, reply = self._reply(host, target, headers, body, with_certificate)
                kind = b"application/json" if reply[:1] in b"{[" else b"text/plain"
                connection.sendall(
                    b"HTTP/1.1 %d Reason\r\nMetadata-Flavor: Google\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n%s"
                    % (status, kind, len(reply), reply)
                )

    def _reply(
        self, host: str | None, target: str, headers: dict[str, str], body: bytes, with_certificate: bool
    ) -> tuple[int, bytes]:
        path = urllib.parse.urlsplit(target).path
        if path.endswith(":generateContent"):
            names = ("authorization", "x-goog-user-project")
            self.calls.append({"host": host, "path": path, **{name: headers.get(name) for name in names}})
            return 200, b'{"candidates": [{"content": {"parts": [{"text": "pong"}]}}]}'
        self.token_requests.append(f"{host or 'metadata'}{path}")
        if path == "/":
            return 200, b"computeMetadata/"
        if path == "/computeMetadata/v1/project/project-id":
            return 200, b"metadata-project"
        if path == "/computeMetadata/v1/universe/universe-domain":
            return 200, self.universe.encode()
        if path.endswith("/service-accounts/default/"):
            return 200, _json(email="robot@p.iam", scopes=["a"], aliases=["default"])
        if path == "/subject":
            return 200, _json(id_token="subject-from-url")
        if path.startswith("/aws/"):
            return 200, {
                "/aws/region": b"eu-west-1b",
                "/aws/role": b"role",
                "/aws/role/role": _json(AccessKeyId="key", SecretAccessKey="secret", Token="session"),
            }[path]
        if path.endswith(":generateAccessToken"):
            return 200, _json(accessToken="impersonated-token", expireTime="2199-01-01T00:00:00Z")
        if path.endswith(("/token", "/oauthtoken", "/authenticate")):
            form = dict(urllib.parse.parse_qsl(body.decode())) if body[:1] != b"{" else json.loads(body)
            if form.get("subject_token_type") == _CERTIFICATE_TOKEN and not with_certificate:
                return 401, _json(error="invalid_request", error_description="no client certificate")
            token = f"token-for-{form.get('subject_token') or form.get('grant_type', 'the-machine')}"
            if "aws4_request" in form.get("subject_token_type", ""):
                token = "token-for-aws"
            kinds = {"issued_token_type": "urn:ietf:params:oauth:token-type:access_token", "token_type": "Bearer"}
            return 200, _json(access_token=token, expires_in=3600, **kinds)
        return 404, b"not found"


def _read(connection: socket.socket) -> tuple[str, str, dict[str, str], bytes] | None:
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65_536)
        if not more:
            return None
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, target, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    while len(body) < int(headers.get("content-length", "0")):
        body += connection.recv(65_536)
    return method, target, headers, body


def _json(**values: Any) -> bytes:
    return json.dumps(values).encode()


def _service_account(folder: Path, **more: str) -> dict[str, Any]:
    return {
        "type": "service_account",
        "project_id": "file-project",
        "private_key_id": "1",
        "private_key": (folder / "account.pem").read_text(),
        "client_email": "robot@file-project.iam",
        "token_uri": "https://oauth2.googleapis.com/token",
        **more,
    }


def _authorized_user(**more: str) -> dict[str, Any]:
    return {"type": "authorized_user", "client_id": "c", "client_secret": "s", "refresh_token": "r", **more}


def _external_account(
    source: dict[str, Any], token_type: str = "urn:ietf:params:oauth:token-type:jwt", **more: Any
) -> dict[str, Any]:
    return {
        "type": "external_account",
        "audience": "//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider",
        "subject_token_type": token_type,
        "token_url": "https://sts.googleapis.com/v1/token",
        "credential_source": source,
        **more,
    }


def _from_file(folder: Path, **more: Any) -> dict[str, Any]:
    (folder / "subject").write_text("subject-from-file")
    return _external_account({"file": str(folder / "subject")}, **more)


def _from_executable(folder: Path) -> dict[str, Any]:
    os.environ["GOOGLE_EXTERNAL_ACCOUNT_ALLOW_EXECUTABLES"] = "1"
    answer = {
        "version": 1,
        "success": True,
        "token_type": "urn:ietf:params:oauth:token-type:jwt",
        "id_token": "subject-from-executable",
        "expiration_time": 7_226_582_400,
    }
    program = folder / "executable.py"
    program.write_text(f"print({json.dumps(json.dumps(answer))})")
    return _external_account({"executable": {"command": f"{sys.executable} {program}", "timeout_millis": 30_000}})


def _from_certificate(folder: Path) -> dict[str, Any]:
    pair = {"cert_path": str(folder / "certificate.pem"), "key_path": str(folder / "certificate.pem")}
    (folder / "certificate_config.json").write_text(json.dumps({"version": 1, "cert_configs": {"workload": pair}}))
    source = {"certificate": {"certificate_config_location": str(folder / "certificate_config.json")}}
    return _external_account(source, _CERTIFICATE_TOKEN, token_url="https://sts.mtls.googleapis.com/v1/token")


def _from_aws(folder: Path, servers: Servers) -> dict[str, Any]:
    source = {
        "environment_id": "aws1",
        "region_url": f"http://{servers.address}/aws/region",
        "url": f"http://{servers.address}/aws/role",
        "regional_cred_verification_url": "https://sts.{region}.amazonaws.com?Action=GetCallerIdentity&Version=2011-06-15",
    }
    return _external_account(source, "urn:ietf:params:aws:token-type:aws4_request")


def _from_aws_environment(folder: Path, servers: Servers) -> dict[str, Any]:
    os.environ.update(AWS_ACCESS_KEY_ID="key", AWS_SECRET_ACCESS_KEY="secret", AWS_REGION="eu-west-1")
    return _from_aws(folder, servers)


def _impersonated(source: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "impersonated_service_account",
        "service_account_impersonation_url": f"{_IMPERSONATION}:generateAccessToken",
        "delegates": [],
        "source_credentials": source,
    }


_IMPERSONATION = "https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/other@p.iam"
_IMPERSONATES = {"service_account_impersonation_url": f"{_IMPERSONATION}:generateAccessToken"}

KINDS: dict[str, Callable[[Path, Servers], dict[str, Any] | None]] = {
    "metadata": lambda folder, servers: None,
    "metadata-universe": lambda folder, servers: None,
    "service-account": lambda folder, servers: _service_account(folder),
    "service-account-universe": lambda folder, servers: _service_account(folder, universe_domain=UNIVERSE),
    "authorized-user": lambda folder, servers: _authorized_user(),
    "authorized-user-quota": lambda folder, servers: _authorized_user(quota_project_id="billing"),
    "external-file": lambda folder, servers: _from_file(folder),
    "external-file-universe": lambda folder, servers: _from_file(
        folder, universe_domain=UNIVERSE, token_url=f"https://sts.{UNIVERSE}/v1/token"
    ),
    "external-file-impersonated": lambda folder, servers: _from_file(folder, **_IMPERSONATES),
    "external-url": lambda folder, servers: _external_account(
        {"url": f"http://{servers.address}/subject", "format": {"type": "json", "subject_token_field_name": "id_token"}}
    ),
    "external-executable": lambda folder, servers: _from_executable(folder),
    "external-certificate": lambda folder, servers: _from_certificate(folder),
    "external-aws": _from_aws,
    "external-aws-environment": _from_aws_environment,
    "external-user": lambda folder, servers: {
        "type": "external_account_authorized_user",
        "audience": "//iam.googleapis.com/locations/global/workforcePools/pool/providers/provider",
        "client_id": "c",
        "client_secret": "s",
        "refresh_token": "r",
        "token_url": "https://sts.googleapis.com/v1/oauthtoken",
        "token_info_url": "https://sts.googleapis.com/v1/introspect",
    },
    "impersonated-user": lambda folder, servers: _impersonated(_authorized_user()),
    "impersonated-service-account": lambda folder, servers: _impersonated(_service_account(folder)),
}


def _set_environment(servers: Servers, folder: Path) -> None:
    for name in list(os.environ):
        if name.startswith(_SETTINGS) or name.lower().endswith("_proxy"):
            del os.environ[name]
    os.environ.update(
        HTTPS_PROXY=f"http://{servers.address}",
        SSL_CERT_FILE=str(folder / "certificate.pem"),
        CLOUDSDK_CONFIG=str(folder / "gcloud"),
        GCE_METADATA_HOST=servers.address,
        GCE_METADATA_IP=servers.address,
        GOOGLE_CLOUD_PROJECT="p",
        GOOGLE_CLOUD_LOCATION="eu-west4",
        GOOGLE_GENAI_USE_VERTEXAI="true",
    )


def _call(kind: str, folder: Path, servers: Servers) -> dict[str, Any]:
    servers.universe = UNIVERSE if kind.endswith("-universe") else "googleapis.com"
    servers.calls, servers.token_requests = [], []
    error = None
    try:
        content = KINDS[kind](folder, servers)
        if content is not None:
            path = folder / f"{kind}.json"
            path.write_text(json.dumps(content))
            os.environ["GOOGLE_APPLICATION_CREDENTIALS"] = str(path)
        from google import genai  # after the environment: google-auth reads a part of it when it is imported

        async def ask(client: genai.Client) -> None:
            async with client.aio as aio:
                await aio.models.generate_content(model="gemini-2.5-flash", contents="ping")

        with genai.Client() as client:
            client.models.generate_content(model="gemini-2.5-flash", contents="ping")
            asyncio.run(ask(client))
    except Exception:
        error = traceback.format_exc()
    return {"calls": servers.calls, "token_requests": servers.token_requests, "error": error}


def main(folder: Path) -> None:
    servers = Servers(folder / "certificate.pem")
    outcomes: dict[str, Any] = {}
    for kind in KINDS:
        _set_environment(servers, folder)
        outcomes[kind] = _call(kind, folder, servers)
    servers.listener.close()
    print(json.dumps(outcomes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
