"""genai-bulk on official releases of google-genai: its tests pass, and its runs have the same results as on the SDK of this repository,
because it uses only public names.

Each release has an environment without the SDK of this repository. The installation takes minutes and needs the package index.
"""

from __future__ import annotations

import fcntl
import importlib
import importlib.metadata
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import Any

import pyarrow
import pytest
from pyarrow import parquet

from genai_local.testing import ScriptedGemini

pytestmark = pytest.mark.heavy

_ROOT = Path(__file__).resolve().parent.parent
_TESTS = "packages/genai-bulk/tests"
_SOURCES = ("genai-bulk", "genai-local")
_TOOLS = ("hypothesis", "pytest", "pytest-asyncio")
_LIMIT_S = 900
RELEASES = ("3.6.1", "1.51.0")
_RAY = "ray[data]==2.60.0"
_DISCOURAGED = "ignore:Inheritance class AiohttpClientSession:DeprecationWarning"
"""aiohttp's warning about a class of the official SDK."""
_WARNINGS = ("-W", _DISCOURAGED, "-W", "ignore::ResourceWarning", "-W", "ignore:batches.create_embeddings")
"""Warnings that are not errors in the tests: of clients that a test leaves open, and of a method that the SDK calls experimental."""


@pytest.mark.parametrize("release", RELEASES)
def test_the_tests_of_genai_bulk_pass_on_an_official_release(release: str, tmp_path: Path) -> None:
    python = _environment(release)
    program = "import google.genai as g; print(g.__version__, g.__file__)"
    version, place = _run(python, "-c", program).stdout.split()
    assert version == release
    assert Path(place).is_relative_to(python.parent.parent)

    report = tmp_path / "report.xml"
    plugin = ("-p", "genai_local.pytest_plugin", "-p", "no:cacheprovider")
    done = _run(
        python, "-m", "pytest", "-m", "not heavy", *plugin, *_WARNINGS, f"--junitxml={report}", _TESTS, is_checked=False
    )
    assert report.is_file(), (done.stdout + done.stderr)[-4000:]
    cases = list(ElementTree.parse(report).iter("testcase"))  # noqa: S314  # pytest has just written it
    found = {f"{case.get('classname')}.{case.get('name')}": {one.tag for one in case} for case in cases}
    failed = {name for name, tags in found.items() if tags & {"failure", "error"}}
    assert not failed, done.stdout[-8000:]
    assert len(found) == _collected_here()


@pytest.fixture(scope="module")
def expected(_gemini_server: ScriptedGemini) -> dict[str, Any]:
    """The results of the runs on the SDK of this repository."""
    return _results(Path(sys.executable), _gemini_server)


def test_the_runs_have_results(expected: dict[str, Any]) -> None:
    counts = {name: (run["counts"]["done"], run["counts"]["failed"], run["stopped"]) for name, run in expected.items()}
    assert counts == {
        "prompts": (300, 4, None),
        **dict.fromkeys(("schemas", "functions", "embeddings", "vertex"), (20, 0, None)),
        "files": (3, 0, None),
        **dict.fromkeys(("a daily quota", "again"), (12, 0, "quota")),
    }
    assert expected["again"]["counts"]["resumed"] == 12
    statuses = [row["error"]["status"] for row in expected["prompts"]["rows"][300:]]
    assert statuses == ["ROW", "INVALID_ARGUMENT", "BLOCKED", "MAX_TOKENS"]
    for number, row in enumerate(expected["prompts"]["rows"][:300]):
        assert row["answer_text"] == f"This is a scripted reply to: Which mood? row {number}"


@pytest.mark.parametrize("release", RELEASES)
def test_runs_have_the_same_results_on_an_official_release(
    release: str, expected: dict[str, Any], gemini: ScriptedGemini
) -> None:
    assert _results(_environment(release), gemini) == expected


def test_a_job_on_ray_has_the_same_results_on_an_official_release(gemini: ScriptedGemini, tmp_path: Path) -> None:
    python = _environment(RELEASES[0], _RAY)
    gemini.on().reply(lambda body: "label of " + body["contents"][-1]["parts"][0]["text"])
    gemini.limit(latency=0.05, refuse="2%", unavailable="1%", retry_s=0.2, seed=1)
    rows = [{"id": number, "text": f"row {number}"} for number in range(400)]
    parquet.write_table(pyarrow.Table.from_pylist(rows), tmp_path / "source.parquet")
    options = {
        "source": str(tmp_path / "source.parquet"),
        "sink": str(tmp_path / "sink"),
        "checkpoint": str(tmp_path / "checkpoint"),
        "limits": {"in_flight": 20},
        "block_rows": 50,
    }
    program = f"{_TESTS}/ray/job_program.py"
    settings = {"GOOGLE_GEMINI_BASE_URL": gemini.url, "GOOGLE_API_KEY": "key"}
    for _ in range(2):  # the second job finds all rows in the checkpoint
        done = _run(python, program, json.dumps(options), **settings)
        assert '{"error": null}' in done.stdout.splitlines(), done.stdout[-4000:]
    found = parquet.read_table(tmp_path / "sink").sort_by("id").to_pylist()
    assert [(row["id"], row["answer_text"], row["error"]) for row in found] == [
        (number, f"label of row {number}", None) for number in range(400)
    ]
    assert gemini.counts().answered == 400


def _results(python: Path, gemini: ScriptedGemini) -> dict[str, Any]:
    """Return the results of the runs of a program on the SDK of an environment, while the server refuses some requests."""
    gemini.reset()
    gemini.on("wrong").fail(400, message="This prompt is wrong.")
    gemini.on("blocked").reply({"promptFeedback": {"blockReason": "SAFETY"}})
    gemini.on("long").reply("Too lo", finish_reason="MAX_TOKENS")
    gemini.limit(refuse="3%", unavailable="2%", retry_s=0.05)
    gemini.limit("gemini-2.5-pro", rpd=12)
    done = _run(
        python,
        *("-W", "error", "-W", _DISCOURAGED),
        "contract/frameworks/bulk_program.py",
        GOOGLE_GEMINI_BASE_URL=gemini.url,
        GOOGLE_VERTEX_BASE_URL=gemini.url,
        GOOGLE_API_KEY="key",
    )
    assert done.stderr == ""  # no warning either: a run closes what it opens
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    refused = gemini.counts().refused
    assert refused.keys() == {"refuse", "unavailable", "rpd"}
    for row in (row for run in found.values() for row in run["rows"]):
        row.pop("file", None)  # in a temporary folder
        if row["error"]:
            row["error"].pop("attempts")  # depends on the order in which requests arrive
    return found


def _collected_here() -> int:
    """Return the number of tests that are found with the SDK of this repository."""
    listed = _run(Path(sys.executable), "-m", "pytest", "-m", "not heavy", "--collect-only", _TESTS)
    return sum("::" in line for line in listed.stdout.splitlines())


def _run(python: Path, *arguments: str, is_checked: bool = True, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run an interpreter with the sources of genai-bulk and genai-local, but not with those of the SDK."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("GOOGLE_", "GEMINI_", "PYTEST_"))}
    kept |= settings
    if python != Path(sys.executable):
        kept["PYTHONPATH"] = os.pathsep.join(str(_ROOT / "packages" / name / "src") for name in _SOURCES)
    done = subprocess.run(  # noqa: S603
        [str(python), *arguments], cwd=_ROOT, env=kept, capture_output=True, text=True, timeout=_LIMIT_S
    )
    assert done.returncode == 0 or not is_checked, (done.stdout + done.stderr)[-4000:]
    return done


def _environment(release: str, *also: str) -> Path:
    """Return the interpreter of an environment with an official release, and with what the packages of this repository require.

    Args:
        release: the release.
        also: further packages; the environment is another one.
    """
    if str(_ROOT) not in sys.path:
        sys.path.append(str(_ROOT))
    environments = importlib.import_module("benchmarks.environments")
    folder = _ROOT / ".cache" / "bulk"
    folder.mkdir(parents=True, exist_ok=True)
    name = "-".join([release, *(package.partition("[")[0] for package in also)])
    environment = environments.Environment(folder / f"official-{name}")
    required = [line for name in _SOURCES for line in importlib.metadata.requires(name) or [] if "extra ==" not in line]
    required += [
        line for line in importlib.metadata.requires("genai-bulk") or [] if re.search("extra == .(plot|prices)", line)
    ]
    others = sorted({line.partition(";")[0].strip() for line in required} | set(_TOOLS))
    # The SDK with the extras that genai-bulk requires, in this release.
    requirements = [re.sub("^(google-genai.*?)[<>=].*", rf"\1=={release}", line) for line in others] + list(also)
    with (folder / f"{name}.lock").open("w") as lock:  # one of several workers installs it, the others wait
        fcntl.flock(lock, fcntl.LOCK_EX)
        environments.install(environment, requirements, fresh=False)
    return environment.python
