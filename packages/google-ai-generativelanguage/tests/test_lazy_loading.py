"""What imports and first calls load, in a process of their own."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from .server import Server

_HEAVY = ["grpc", "google.api_core", "google.auth", "requests", "google.protobuf.json_format", "asyncio"]


def _modules_after(program: str, *arguments: str) -> set[str]:
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error",
            "-W",
            "ignore::FutureWarning",
            "-c",
            f"{program}\nimport json, sys; print(json.dumps(sorted(sys.modules)))",
            *arguments,
        ],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "program",
    [
        "import google.ai.generativelanguage",
        "import google.ai.generativelanguage_v1beta",
        "import google.ai.generativelanguage_v1",
        "from google.ai.generativelanguage_v1beta import types",
        "import google.ai.generativelanguage_v1beta.services.generative_service",
        "from google.ai import generativelanguage as g; dir(g); g.__all__; g.__version__; dir(g.types)",
    ],
)
def test_an_import_loads_nothing_heavy(program: str) -> None:
    loaded = _modules_after(program)
    assert [name for name in _HEAVY if name in loaded] == []
    assert "google.protobuf" not in loaded


def test_a_message_loads_its_own_module_and_those_that_it_uses() -> None:
    loaded = _modules_after("from google.ai import generativelanguage_v1beta as g; g.Content(parts=[{'text': 'a'}])")
    types = {
        name.rpartition(".")[2] for name in loaded if name.startswith("google.ai.generativelanguage_v1beta.types.")
    }
    assert types == {"content"}
    assert [name for name in ("grpc", "google.api_core", "google.auth", "requests") if name in loaded] == []


_CALL = """
import sys
import grpc
from google.ai import generativelanguage_v1beta as g
with g.GenerativeServiceClient(
    transport=lambda credentials, **named: g.GenerativeServiceClient.get_transport_class("grpc")(
        channel=lambda host, **_: grpc.insecure_channel(sys.argv[1]), credentials=credentials
    ),
    client_options={"api_key": "k"},
) as client:
    assert client.generate_content(model="models/m", contents=[{"parts": [{"text": "a"}]}]).candidates
    assert [each.candidates for each in client.stream_generate_content(model="models/m")]
"""


def test_the_first_call_with_a_key_loads_neither_requests_nor_api_core(server: Server) -> None:
    loaded = _modules_after(_CALL, server.target)
    assert "grpc" in loaded
    assert [name for name in ("requests", "urllib3", "google.api_core") if name in loaded] == []


def test_a_client_loads_neither_other_services_nor_their_messages(server: Server) -> None:
    loaded = {name for name in _modules_after(_CALL, server.target) if name.startswith("google.ai.generativelanguage")}
    services = {
        name.split(".")[4] for name in loaded if name.startswith("google.ai.generativelanguage_v1beta.services.")
    }
    assert services == {"_resource_names", "generative_service"}
    types = {
        name.rpartition(".")[2] for name in loaded if name.startswith("google.ai.generativelanguage_v1beta.types.")
    }
    assert not types & {
        "text_service",
        "discuss_service",
        "cache_service",
        "file_service",
        "model_service",
        "permission",
    }
