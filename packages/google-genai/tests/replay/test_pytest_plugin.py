"""The pytest plugin: the marker, the modes of the option, names of files, failed tests, several processes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest
from hypothesis import strategies as st

from google.genai._replay.session import path_of
from google_genai_pytest import safe_name

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

_PROGRAM = """
import asyncio
import pytest
from google import genai

URL = {url!r}


def ask(contents):
    options = {{"base_url": URL}} if URL else {{}}
    return genai.Client(api_key="k" if URL else None, http_options=options).models.generate_content(model="gemini-2.5-flash", contents=contents).text

"""
_TESTS = """
@pytest.mark.genai_replay
def test_one():
    assert ask("one") == "This is a scripted reply to: one"


@pytest.mark.genai_replay("shared/name")
async def test_async():
    client = genai.Client(api_key="k", http_options={"base_url": URL} if URL else {})
    reply = await client.aio.models.generate_content(model="gemini-2.5-flash", contents="two")
    assert reply.text == "This is a scripted reply to: two"
    await client.aio.aclose()


@pytest.mark.genai_replay("shared/parameters")
@pytest.mark.parametrize("text", ["a", "b/../c", "ü", "x" * 300])
def test_parameters(text):
    assert ask(text) == f"This is a scripted reply to: {text}"


class TestClass:
    @pytest.mark.genai_replay
    def test_method(self):
        assert ask("three") == ask("three")


def test_without_the_marker():
    assert genai.Client(api_key="k").recording is None
"""


class Project:
    """A folder with tests, and runs of pytest in it."""

    def __init__(self, folder: Path, gemini: ScriptedGemini) -> None:
        self.folder = folder
        self.gemini = gemini
        (folder / "pytest.ini").write_text(
            "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\nfilterwarnings = error\n"
        )

    def write(self, tests: str, *, online: bool = True) -> None:
        """Write the tests, whose clients call the service, or the usual address, which they cannot reach."""
        head = _PROGRAM.format(url=self.gemini.url if online else "")
        (self.folder / "test_it.py").write_text(head + textwrap.dedent(tests))

    def run(self, *arguments: str, passed: int, failed: int = 0) -> str:
        """Run pytest, and require these numbers of tests."""
        output = self.output(*arguments)
        counts = [int((re.search(rf"(\d+) {word}", output) or ["", "0"])[1]) for word in ("passed", "failed", "error")]
        assert counts == [passed, failed, 0], output
        return output

    def output(self, *arguments: str) -> str:
        """Run pytest with no other plugins than needed, and return its output."""
        plugins = [
            "google_genai_pytest",
            "pytest_asyncio.plugin",
            *(["xdist"] if "-n" in arguments else []),
        ]
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
        for plugin in plugins:
            command += ["-p", plugin]
        environment = {**os.environ, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
        done = subprocess.run(
            [*command, *arguments],
            capture_output=True,
            text=True,
            cwd=self.folder,
            timeout=120,
            check=False,
            env=environment,
        )
        return done.stdout + done.stderr

    @property
    def files(self) -> list[str]:
        recordings = self.folder / "recordings"
        return sorted(str(path.relative_to(recordings)) for path in recordings.rglob("*") if path.is_file())


@pytest.fixture
def project(tmp_path: Path, gemini: ScriptedGemini) -> Project:
    return Project(tmp_path, gemini)


@pytest.mark.parametrize("workers", [[], ["-n", "2"]])
def test_tests_are_recorded_once_and_replayed(project: Project, workers: list[str]) -> None:
    project.write(_TESTS)
    project.run(*workers, passed=8)
    files = project.files
    assert len(files) == 7
    assert {
        "shared/name.json",
        "shared/parameters-a.json",
        "test_it/test_one.json",
        "test_it/TestClass.test_method.json",
    } < set(files)
    project.write(_TESTS, online=False)
    requests = len(project.gemini.requests)
    for mode in ("none",) if workers else ("once", "none"):
        project.run(f"--genai-record={mode}", *workers, passed=8)
    assert len(project.gemini.requests) == requests
    assert project.files == files


def test_none_never_records(project: Project) -> None:
    project.write(_TESTS)
    output = project.run("--genai-record=none", passed=1, failed=7)
    assert "the recording does not exist. To record it, run the program" in output
    assert project.gemini.requests == []
    assert not (project.folder / "recordings").exists()


def test_all_records_again(project: Project) -> None:
    project.write(_TESTS)
    project.run(passed=8)
    (project.folder / "recordings/test_it/test_one.json").write_text("broken")
    project.run("--genai-record=all", passed=8)
    project.run("--genai-record=none", passed=8)


def test_new_records_what_is_missing(project: Project) -> None:
    project.write('@pytest.mark.genai_replay\ndef test_a():\n    assert ask("one")\n')
    project.run(passed=1)
    project.write('@pytest.mark.genai_replay\ndef test_a():\n    assert ask("two")\n    assert ask("one")\n')
    output = project.run("--genai-record=once", passed=0, failed=1)
    assert '"text": "two"' in output
    assert "RequestNotRecordedError" in output
    project.run("--genai-record=new", passed=1)
    assert len(project.gemini.requests) == 2
    project.run("--genai-record=none", passed=1)


def test_a_failed_test_does_not_replace_its_recording(project: Project) -> None:
    project.write('@pytest.mark.genai_replay\ndef test_a():\n    assert ask("one")\n')
    project.run(passed=1)
    before = (project.folder / "recordings/test_it/test_a.json").read_bytes()
    project.write('@pytest.mark.genai_replay\ndef test_a():\n    assert ask("two") == "x"\n')
    output = project.run("--genai-record=all", passed=0, failed=1)
    assert "Rename it to keep it." in output
    assert (project.folder / "recordings/test_it/test_a.json").read_bytes() == before
    partial = next((project.folder / "recordings/test_it").glob("*.partial"))
    assert len(json.loads(partial.read_text())["exchanges"]) == 1


def test_the_settings_of_the_configuration_file(project: Project) -> None:
    with (project.folder / "pytest.ini").open("a") as file:
        file.write("genai_record = none\ngenai_replays = cassettes\n")
    project.write('@pytest.mark.genai_replay("one")\ndef test_a():\n    assert ask("one")\n')
    project.run(passed=0, failed=1)
    project.run("--genai-record=all", passed=1)
    assert (project.folder / "cassettes/one.json").exists()
    project.run(passed=1)


def test_the_fixture(project: Project) -> None:
    project.write(
        """
        @pytest.fixture
        def client():
            return genai.Client(api_key="k", http_options={"base_url": URL} if URL else {})


        @pytest.mark.genai_replay
        def test_a(client, genai_recording):
            assert client.recording is genai_recording
            client.models.generate_content(model="gemini-2.5-flash", contents="one")
            if genai_recording.plays:
                assert len(genai_recording.unused()) == 1
            client.models.generate_content(model="gemini-2.5-flash", contents="two")
            assert genai_recording.unused() == []
        """
    )
    project.run(passed=1)
    project.run(passed=1)


def test_a_client_with_settings_of_its_own_keeps_them(project: Project) -> None:
    project.write(
        """
        @pytest.mark.genai_replay
        def test_a(tmp_path):
            from google.genai.client import DebugConfig
            config = DebugConfig(client_mode="record", replay_id="own", replays_directory=str(tmp_path))
            with genai.Client(api_key="k", http_options={"base_url": URL}, debug_config=config) as client:
                client.models.generate_content(model="gemini-2.5-flash", contents="one")
            assert (tmp_path / "own.json").exists()
        """
    )
    project.run(passed=1)
    assert not (project.folder / "recordings").exists()


@pytest.mark.parametrize(
    ("tests", "message"),
    [
        ('@pytest.mark.genai_replay("../a")\ndef test_a(): pass\n', "replay_id: expected a name"),
        ("@pytest.mark.genai_replay(3)\ndef test_a(): pass\n", "expected a text as the id, got 3"),
        ("def test_a(genai_recording): pass\n", "needs the marker genai_replay"),
    ],
)
def test_wrong_uses(project: Project, tests: str, message: str) -> None:
    project.write(tests)
    assert message in project.output()


def test_the_plugin_is_found_by_pytest() -> None:
    import importlib.metadata

    found = importlib.metadata.entry_points(group="pytest11", name="google_genai")
    assert [each.value for each in found] == ["google_genai_pytest"]


def test_the_plugin_loads_nothing() -> None:
    program = """
import sys
import pytest
before = set(sys.modules)
import google_genai_pytest
print(sorted(set(sys.modules) - before))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.strip() == "['google_genai_pytest']"


def test_the_code_of_the_package_is_not_changed() -> None:
    """pytest rewrites the modules of plugins, whose sources are then not available at run time."""
    import google.genai.errors

    assert "pytest" not in type(google.genai.errors.__loader__).__module__


@hypothesis.given(st.text(max_size=150))
def test_names_are_safe(name: str) -> None:
    safe = safe_name(name)
    assert path_of("/folder", f"module/{safe or 'x'}").parent == Path("/folder/module")
    assert len(safe.encode()) < 240
    if name:
        assert safe


@hypothesis.given(st.text(max_size=20), st.text(max_size=20))
def test_different_names_stay_different(one: Any, other: Any) -> None:
    if one != other:
        assert safe_name(f"test[{one}]") != safe_name(f"test[{other}]")
