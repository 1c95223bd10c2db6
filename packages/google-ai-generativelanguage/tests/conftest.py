"""Fixtures for all tests: an environment without outside settings, servers, and clients that call them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import grpc
import pytest

from google.ai import generativelanguage_v1beta as api
from google.ai.generativelanguage_v1beta.services.generative_service import transports

from .server import Server

_PREFIXES = ("GOOGLE_", "CLOUDSDK_", "GRPC_")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture
def server() -> Iterator[Server]:
    """A gRPC server whose answers a test chooses."""
    with Server() as made:
        yield made


@pytest.fixture
def client(server: Server) -> Iterator[Any]:
    """A blocking client of the server."""
    channel = grpc.insecure_channel(server.target)
    with api.GenerativeServiceClient(transport=transports.GenerativeServiceGrpcTransport(channel=channel)) as made:
        yield made


@pytest.fixture
async def async_client(server: Server) -> Any:
    """A client with asyncio of the server."""
    channel = grpc.aio.insecure_channel(server.target)
    transport = transports.GenerativeServiceGrpcAsyncIOTransport(channel=channel)
    async with api.GenerativeServiceAsyncClient(transport=transport) as made:
        yield made
