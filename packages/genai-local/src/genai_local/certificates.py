"""The certificate of a server with TLS: made for its names at the first start, kept, and replaced before it expires.

A certificate authority that is made for this purpose signs it. The authority's certificate is what clients have to trust;
its key is never stored, so no other certificate can be signed with it.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import ssl
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_LIFETIME = timedelta(days=365)
_RENEWAL = timedelta(days=30)
"""A certificate that expires sooner is replaced when the server starts."""
_CLOCK_SKEW = timedelta(days=1)
_OWN_NAMES = ("localhost", "127.0.0.1", "::1")
_LONGEST_COMMON_NAME = 64


class CertificateFiles(NamedTuple):
    """The files of a server's certificate."""

    certificate: Path
    """The certificate, followed by those of the authorities that signed it."""
    key: Path
    """The key of the certificate."""
    authority: Path | None = None
    """The certificate that clients have to trust; None if the files are the user's."""


def own_certificate(folder: Path, names: Iterable[str]) -> CertificateFiles:
    """Return a certificate for loopback names and further names; it is made unless the folder has a suitable one.

    Args:
        folder: private folder with the files of an earlier start, or an empty one.
        names: further names and addresses of the server.
    """
    every_name = list(dict.fromkeys([*_OWN_NAMES, *(name.lower() for name in names)]))
    files = CertificateFiles(folder / "server.pem", folder / "server-key.pem", folder / "authority.pem")
    if not _is_suitable(files, every_name):
        _make(files, every_name)
    return files


def server_context(files: CertificateFiles) -> ssl.SSLContext:
    """Return the TLS context of a server.

    Raises:
        ValueError: when a file cannot be read, or the key does not belong to the certificate.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    # A ticket for a later connection arrives after the handshake. Of clients that read and write in two threads, such as
    # the blocking ones of `websockets`, 1 in 1,000 then waited for ever.
    context.num_tickets = 0
    try:
        context.load_cert_chain(files.certificate, files.key)
    except OSError as error:  # an ssl.SSLError is one
        raise ValueError(
            f"tls: {files.certificate} and {files.key} cannot be used: {error}. Expected a certificate and its key "
            "without a password, both in PEM format."
        ) from error
    return context


def _is_suitable(files: CertificateFiles, names: Sequence[str]) -> bool:
    try:
        certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
        server_context(files)
        covered = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (OSError, ValueError, x509.ExtensionNotFound):
        return False
    is_trusted_file_there = files.authority is not None and files.authority.is_file()
    is_valid = certificate.not_valid_after_utc - datetime.now(timezone.utc) > _RENEWAL
    return is_trusted_file_there and is_valid and all(_general_name(name) in covered for name in names)


def _make(files: CertificateFiles, names: Sequence[str]) -> None:
    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    authority_name = _name("genai-local, only for the server on this machine")
    authority = (
        _builder(authority_name, authority_name, authority_key.public_key())
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .sign(authority_key, hashes.SHA256())
    )
    certificate = (
        _builder(_name(names[0]), authority_name, key.public_key())
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectAlternativeName([_general_name(name) for name in names]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    assert files.authority is not None
    _write(files.key, private)
    _write(files.authority, authority.public_bytes(pem))
    _write(files.certificate, certificate.public_bytes(pem) + authority.public_bytes(pem))


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(timezone.utc)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + _LIFETIME)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text[:_LONGEST_COMMON_NAME])])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _general_name(name: str) -> x509.GeneralName:
    """Return a name or an address as it is written in a certificate; other alphabets become Punycode."""
    with contextlib.suppress(ValueError):
        return x509.IPAddress(ipaddress.ip_address(name.strip("[]")))
    return x509.DNSName(name if name.isascii() else name.encode("idna").decode())


def _write(path: Path, data: bytes) -> None:
    """Write a private file in one step, so that an earlier one is replaced as a whole."""
    new = path.with_suffix(".new")
    new.unlink(missing_ok=True)
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(data)
    new.replace(path)
