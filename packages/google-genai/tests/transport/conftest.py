"""Fixtures: a misbehaving server, a driver for each transport, and a check that nothing is left open."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator

import pytest

from .drivers import ASYNC, ENGINES, KINDS, MADE_BY_SDK, OWN, OWN_HTTPX, PATHS, SYNC, Driver, make_driver
from .misbehaving import MisbehavingServer

_PREFIXES = ("GOOGLE_", "GEMINI_", "SSL_CERT_")


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in list(os.environ):
        if name.startswith(_PREFIXES) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)


@pytest.fixture(scope="session", autouse=True)
def _thaw() -> Iterator[None]:
    yield
    gc.unfreeze()


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    server = MisbehavingServer()
    yield server
    gc.collect()  # runs the finalizers of this case now, so that their warnings belong to it
    gc.freeze()  # keeps the collections after later cases cheap
    server.close()
    assert not server.failures, f"a script failed: {server.failures}"


@pytest.fixture
def other_server() -> Iterator[MisbehavingServer]:
    """A second origin."""
    server = MisbehavingServer()
    yield server
    server.close()
    assert not server.failures, f"a script failed: {server.failures}"


def _driven(
    request: pytest.FixtureRequest, server: MisbehavingServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Driver]:
    driver = make_driver(request.param, server, monkeypatch)
    yield driver
    driver.close()
    assert not server.connections_still_open(), "the closed client left sockets open"


driver = pytest.fixture(params=list(KINDS), name="driver")(_driven)
sync_driver = pytest.fixture(params=SYNC, name="sync_driver")(_driven)
async_driver = pytest.fixture(params=ASYNC, name="async_driver")(_driven)
own_driver = pytest.fixture(params=OWN, name="own_driver")(_driven)
own_httpx_driver = pytest.fixture(params=OWN_HTTPX, name="own_httpx_driver")(_driven)
sdk_driver = pytest.fixture(params=MADE_BY_SDK, name="sdk_driver")(_driven)
path_driver = pytest.fixture(params=PATHS, name="path_driver")(_driven)
engine_driver = pytest.fixture(params=ENGINES, name="engine_driver")(_driven)
