"""The files that `construction` needs: a certificate with its authority, and the key of a service account."""

from __future__ import annotations

import json
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from genai_local.certificates import own_certificate


def write(folder: Path) -> dict[str, str]:
    """Write the files, and return the environment in which gRPC and requests trust the certificate."""
    files = own_certificate(folder, [])
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    account = {
        "type": "service_account",
        "project_id": "p",
        "private_key_id": "1",
        "private_key": pem,
        "client_email": "account@example.com",
        "client_id": "2",
        "token_uri": "https://oauth2.example.com/token",
    }
    (folder / "account.json").write_text(json.dumps(account))
    authority = str(files.authority)
    return {"GRPC_DEFAULT_SSL_ROOTS_FILE_PATH": authority, "REQUESTS_CA_BUNDLE": authority}
