"""The frameworks that run on the packages of this repository: their environments, their programs in the folder `frameworks`, and the
answers of the scripted server to these programs. An installation takes minutes and needs the package index.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.util
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from genai_local import weights

_ROOT = Path(__file__).resolve().parent.parent
_PROGRAMS = Path(__file__).parent / "frameworks"
_LIMIT_S = 400
TEXT = "Hello from the script, in several pieces."
REPORT = {"city": "Boston", "degrees": 20}
NEWEST = "newest"
"""The environment with the newest releases of all frameworks that can be installed together."""
REQUIREMENTS = {
    NEWEST: [
        *(
            "agno==3.1.10",
            "google-adk[db]==2.13.0",
            "google-cloud-aiplatform[evaluation]==2.7.0",
            "google-genai-haystack==7.0.0",
        ),
        *(
            "instructor==1.17.0",
            "langchain-google-genai==4.4.3",
            "llama-index-llms-google-genai==0.11.3",
            "mem0ai==2.2.1",
        ),
        *("opentelemetry-instrumentation-google-genai==1.3b0", "opentelemetry-sdk", "pydantic-ai-slim[google]==2.68.0"),
        *("strands-agents==1.62.0", "aiosqlite"),
    ],
    "beam": ["apache-beam==2.77.0", "pillow"],
    # daft[google] would install the official google-genai, because it asks for a release before 2.7.
    "daft": ["--editable", str(_ROOT / "packages" / "genai-bulk"), "daft==0.7.26", "numpy<2.4", "pillow==12.2.0"],
    "mcp": ["mcp>=2"],
    "ray": ["--editable", str(_ROOT / "packages" / "genai-bulk"), "ray[data]==2.60.0"],
    "mlflow": ["mlflow-skinny>=3.17,<4", "sqlalchemy", "alembic"],
    "generativeai": ["google-api-python-client", "pydantic", "tqdm", "typing-extensions", "pillow"],
    "langchain_2": [
        *("langchain-google-genai==2.1.12", "langchain-core==0.3.79", "langchain-tests==0.3.22", "freezegun", "numpy"),
        *("pytest<9", "pytest-asyncio<1", "pytest-mock<4", "pytest-retry<2", "pytest-socket<1", "syrupy<5"),
    ],
    "llama_index": ["google-api-python-client", "tqdm", "pillow", "llama-index-core>=0.14,<0.15", "haystack-ai>=2,<3"],
}
"""The packages that are installed in addition to that of this repository, by environment."""
OF_NEWEST = (
    *("adk_interactions", "agno_interactions", "aiplatform", "google_adk", "haystack", "instructor", "langchain"),
    *("llama_index_genai", "mem0", "opentelemetry", "pydantic_ai", "strands"),
)
"""The programs that run in the environment with the newest releases. Every other program has an environment with its own name."""
LOW_LEVEL = {"generativeai", "langchain_2", "llama_index"}
"""Frameworks on `google-ai-generativelanguage`."""
_BESIDE = {
    "generativeai": ["google-generativeai==0.8.6"],
    "llama_index": [
        *("google-generativeai==0.8.6", "llama-index-llms-gemini==0.6.2", "llama-index-embeddings-gemini==0.4.2"),
        *("llama-index-indices-managed-google==0.6.0", "llama-index-response-synthesizers-google==0.6.0"),
        *("llama-index-vector-stores-google==0.6.0", "google-ai-haystack==5.4.0.post1"),
    ],
}
"""Packages that require another release than that of this repository; installed without dependencies."""


def printed_by(name: str, url: str, environment: Mapping[str, str] = {}) -> Any:
    """Return the output of a program that calls a server.

    Args:
        name: the program.
        url: base URL of the server.
        environment: further environment variables.
    """
    environment_of = NEWEST if name in OF_NEWEST else name
    arguments = [str(_PROGRAMS / f"{name}_program.py")]
    printed = run(environment_of, arguments, {**environment, "GOOGLE_GEMINI_BASE_URL": url})
    return json.loads(printed.splitlines()[-1])


def imported(packages: Sequence[str]) -> dict[str, Any]:
    """Return the number of modules of some folders of the newest environment that mention the SDK, and the import errors by module."""
    printed = run(NEWEST, [str(_PROGRAMS / "imports_program.py"), *packages])
    return json.loads(printed.splitlines()[-1])


def run(name: str, arguments: list[str], environment: Mapping[str, str] = {}, folder: Path | None = None) -> str:
    """Return what the interpreter of a framework's environment prints.

    Args:
        name: the environment.
        arguments: arguments of the interpreter.
        environment: further environment variables.
        folder: working folder; by default that of the environment.
    """
    python = interpreter(name)
    settings = {key: value for key, value in os.environ.items() if not key.startswith(("GOOGLE_", "GEMINI_", "PYTHON"))}
    finished = subprocess.run(  # noqa: S603
        [str(python), *arguments],
        env={**settings, **environment},
        cwd=folder or python.parent.parent,  # for the files of the program
        capture_output=True,
        text=True,
        timeout=_LIMIT_S,
    )
    assert finished.returncode == 0, (finished.stdout + finished.stderr)[-4000:]
    return finished.stdout


def reply(body: dict[str, Any]) -> Any:
    """Return a call of the declared function for questions about the weather, the results of functions, or data for a schema."""
    parts = body["contents"][-1]["parts"]
    results = [part["functionResponse"]["response"] for part in parts if "functionResponse" in part]
    if results:
        return f"The result: {json.dumps(results)}"
    if {"responseSchema", "responseJsonSchema"} & set(body.get("generationConfig", {})):
        return json.dumps(REPORT)
    declared = [one["name"] for tool in body.get("tools", []) for one in tool.get("functionDeclarations", [])]
    if declared and any("weather" in part.get("text", "") for part in parts):
        name = "get_weather" if "get_weather" in declared else declared[-1]
        args = REPORT if name not in ("get_weather", "look") else {"city": "Boston"}
        return {"functionCall": {"name": name, "args": args}}
    return TEXT


def skip_without_model() -> None:
    """Skip a test that needs the embedded model if it is not installed."""
    if importlib.util.find_spec("xllamacpp") is None:
        pytest.skip("the package xllamacpp is not installed")
    if not weights.path_of(weights.DEFAULT).is_file():
        pytest.skip("the model is not in the cache: genai-local pull smollm2")


def interpreter(name: str) -> Path:
    """Return the interpreter of an environment, with the package of this repository that its frameworks call."""
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    environments = importlib.import_module("benchmarks.environments")
    folder = _ROOT / ".cache" / "frameworks"
    folder.mkdir(parents=True, exist_ok=True)
    environment = environments.Environment(folder / name)
    package = _ROOT / "packages" / ("google-ai-generativelanguage" if name in LOW_LEVEL else "google-genai")
    requirements = ["--editable", str(package), *REQUIREMENTS[name]]
    with (folder / f"{name}.lock").open("w") as lock:  # one of several workers installs it, the others wait
        fcntl.flock(lock, fcntl.LOCK_EX)
        environments.install(environment, requirements, fresh=False, built_from=[package / "pyproject.toml"])
        if name in _BESIDE:
            environments.run_pip(environment, "install", "--quiet", "--no-deps", *_BESIDE[name])
    return environment.python
