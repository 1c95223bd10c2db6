"""An untrusted certificate is refused; each way to trust a certificate works on every transport."""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from google.genai.errors import APIConnectionError

from .drivers import MADE_BY_SDK, Driver, make_driver
from .misbehaving import MisbehavingServer

x509 = pytest.importorskip("cryptography.x509", reason="cryptography, which makes the certificate, is not installed")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed certificate for 127.0.0.1, with its key in the same file."""
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "misbehaving")])
    now = datetime.now(timezone.utc)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "certificate.pem"
    path.write_bytes(
        built.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return path


@pytest.fixture
def server(certificate: Path) -> Iterator[MisbehavingServer]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server = MisbehavingServer(tls=context)
    yield server
    server.close()
    assert not server.failures, f"a script failed: {server.failures}"


@pytest.mark.parametrize("mode", ["unary", "stream"])
def test_a_self_signed_certificate_is_refused(server: MisbehavingServer, sdk_driver: Driver, mode: str) -> None:
    error = sdk_driver.configure(timeout=8_000).go(mode).failure(APIConnectionError)
    assert "certificate" in str(error).lower()
    assert server.requests == []


@pytest.mark.parametrize("name", MADE_BY_SDK)
def test_a_certificate_file_of_the_environment_is_trusted(
    server: MisbehavingServer, certificate: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    driver = make_driver(name, server, monkeypatch)
    assert driver.unary().result().text == "pong"
    assert driver.stream().texts == ["pong"]
    driver.close()


def test_a_certificate_file_in_the_options_is_trusted(
    server: MisbehavingServer, certificate: Path, sdk_driver: Driver
) -> None:
    if not sdk_driver.kind.is_async:
        sdk_driver.configure(client_args={"verify": str(certificate)})
    elif sdk_driver.kind.library == "aiohttp":
        sdk_driver.configure(async_client_args={"ssl": ssl.create_default_context(cafile=certificate)})
    else:
        sdk_driver.configure(async_client_args={"verify": str(certificate)})
    assert sdk_driver.unary().result().text == "pong"


def test_verification_can_be_switched_off(server: MisbehavingServer, sdk_driver: Driver) -> None:
    if not sdk_driver.kind.is_async:
        sdk_driver.configure(client_args={"verify": False})
    elif sdk_driver.kind.library == "aiohttp":
        sdk_driver.configure(async_client_args={"ssl": False})
    else:
        sdk_driver.configure(async_client_args={"verify": False})
    assert sdk_driver.unary().result().text == "pong"
    assert sdk_driver.stream().texts == ["pong"]


def test_a_certificate_for_another_name_is_refused(
    server: MisbehavingServer, certificate: Path, monkeypatch: pytest.MonkeyPatch, sdk_driver: Driver
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    sdk_driver.configure(base_url=f"https://localhost:{server.port}", timeout=8_000)
    sdk_driver.unary().failure(APIConnectionError)
    assert server.requests == []
