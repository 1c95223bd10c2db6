"""Every kind of credentials that google-auth finds in the environment ends in the right headers at the right host."""

from __future__ import annotations

import json
import subprocess
import sys
import venv
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

_PROGRAM = Path(__file__).parent / "programs" / "credentials.py"
_PACKAGE = Path(__file__).parents[1]
_LIMIT_S = 60

EXPECTED = {
    "metadata": "token-for-the-machine",
    "metadata-universe": "token-for-the-machine",
    "service-account": "token-for-urn:ietf:params:oauth:grant-type:jwt-bearer",
    "service-account-universe": None,  # signs its own token
    "authorized-user": "token-for-refresh_token",
    "authorized-user-quota": "token-for-refresh_token",
    "external-file": "token-for-subject-from-file",
    "external-file-universe": "token-for-subject-from-file",
    "external-file-impersonated": "impersonated-token",
    "external-url": "token-for-subject-from-url",
    "external-executable": "token-for-subject-from-executable",
    "external-certificate": "token-for-",
    "external-aws": "token-for-aws",
    "external-aws-environment": "token-for-aws",
    "external-user": "token-for-refresh_token",
    "impersonated-user": "impersonated-token",
    "impersonated-service-account": "impersonated-token",
}
"""The beginning of the token for each kind."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a certificate for the hosts of the program, and the private key of a service account."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa

    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key = rsa.generate_private_key(65_537, 2_048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "loopback")])
    now = datetime.now(timezone.utc)
    hosts = ["*.googleapis.com", "*.mtls.googleapis.com", "*.cloud.example"]
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder = tmp_path_factory.mktemp("credentials")
    (folder / "certificate.pem").write_bytes(built.public_bytes(serialization.Encoding.PEM) + key.private_bytes(*plain))
    (folder / "account.pem").write_bytes(key.private_bytes(*plain))
    return folder


def _run(folder: Path, python: str = sys.executable) -> dict[str, Any]:
    command = [python, "-W", "error", str(_PROGRAM), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_LIMIT_S)
    assert done.returncode == 0, done.stderr[-3_000:]
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def seen(folder: Path) -> dict[str, Any]:
    """What the servers of the program saw for each kind of credentials, in this environment."""
    return _run(folder)


def _check(kind: str, seen: dict[str, Any]) -> None:
    assert seen["error"] is None, seen["error"]
    universe = "cloud.example" if kind.endswith("-universe") else "googleapis.com"
    assert len(seen["calls"]) == 2, "one blocking and one async call"
    for call in seen["calls"]:
        assert call["host"] == f"eu-west4-aiplatform.{universe}"
        assert call["authorization"].startswith(f"Bearer {EXPECTED[kind] or 'ey'}"), call
        assert call["x-goog-user-project"] == ("billing" if kind.endswith("-quota") else None)
    if EXPECTED[kind] is None:
        assert seen["token_requests"] == []
    else:
        assert len(seen["token_requests"]) == len(set(seen["token_requests"])), "each token is fetched once"


@pytest.mark.parametrize("kind", EXPECTED)
def test_credentials_of_the_environment_reach_the_header(kind: str, seen: dict[str, Any]) -> None:
    _check(kind, seen[kind])


@pytest.mark.heavy
def test_the_declared_dependencies_suffice_for_every_kind(folder: Path, tmp_path: Path) -> None:
    """A new virtual environment contains nothing but this package and what it depends on."""
    venv.create(tmp_path / "venv", with_pip=True)
    python = str(tmp_path / "venv" / "bin" / "python")
    install = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", str(_PACKAGE)]
    subprocess.run(install, check=True, timeout=600)
    for kind, outcome in _run(folder, python).items():
        _check(kind, outcome)
