"""The documentation is true: its code runs and prints the shown output, and its links and `make` targets exist.

The Python blocks of a page run in order, as one program, in an environment where `genai.Client()` calls a local server. A
`text` block directly below a Python block is its expected output. pytest runs the blocks that define tests. The lines with `$` in
the `console` blocks of a page run in one folder, and have to print the lines below them, where `...` stands for any text.
"""

from __future__ import annotations

import contextlib
import io
import linecache
import os
import pkgutil
import re
import shlex
import subprocess
import sys
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path

import pytest

from google import genai
from google.genai import types

ROOT = Path(__file__).resolve().parent.parent
PAGES = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(ROOT.glob("packages/google-*/*.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
]
LINKED_PAGES = [*PAGES, ROOT / "CHANGELOG.md", ROOT / "packages/genai-local/README.md"]
EXAMPLES = ROOT / "examples"

_BLOCK = re.compile(r"^```(?P<info>python[^\n]*)\n(?P<code>.*?)^```$(?:\n+```text\n(?P<output>.*?)^```$)?", re.M | re.S)
_SESSION = re.compile(r"^```console\n(?P<text>.*?)^```$", re.M | re.S)
_ANSWERS = re.compile(r"^<!-- answers\n(?P<rules>.*?)^-->$", re.M | re.S)
"""Answers of the local server for a page: a regular expression for the prompt, `|`, and the answer."""
_LINK = re.compile(r"\[[^\]]+\]\((?!https?:)([^)#\s]+)(?:#[^)]*)?\)")
_TARGET = re.compile(r"(?:`|^)make ([a-z-]+)(?: [a-z-]+)*(?:`|\s|$)", re.M)


@dataclass
class Block:
    """One piece of Python on a page."""

    page: Path
    info: str
    code: str
    output: str | None
    line: int

    @property
    def is_tests(self) -> bool:
        return "def test_" in self.code


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(page, found["info"], found["code"], found["output"], text.count("\n", 0, found.start()) + 1)
        for found in _BLOCK.finditer(text)
    ]


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.fixture
def environment(gemini, monkeypatch):
    """Set the environment so that `genai.Client()`, here and in child processes, calls the local server."""
    for name in list(os.environ):
        if name.startswith(("GOOGLE_", "GEMINI_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("GOOGLE_GEMINI_BASE_URL", gemini.url)
    monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", gemini.url)
    monkeypatch.setenv("GOOGLE_API_KEY", "local")
    return gemini


def run_program(arguments: list[str], folder: Path, typed: str = "") -> str:
    done = subprocess.run(  # noqa: S603
        arguments, capture_output=True, text=True, cwd=folder, timeout=120, check=False, input=typed
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("page", [page for page in PAGES if blocks_of(page)], ids=name_of)
def test_code_runs_and_prints_what_the_page_says(page, environment, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks_of(page):
        if block.is_tests:
            continue
        where = f"{name_of(page)}:{block.line}"
        assert block.info == "python", f"{where}: every block runs; ```{block.info} is not known here"
        linecache.cache[where] = (len(block.code), None, block.code.splitlines(keepends=True), where)
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(block.code, where, "exec", dont_inherit=True), namespace)  # noqa: S102 - the pages of this repository
        if block.output is not None:
            assert printed.getvalue().strip() == block.output.strip(), where


@pytest.mark.parametrize("page", [page for page in PAGES if _SESSION.search(page.read_text())], ids=name_of)
def test_commands_print_what_the_page_says(page, environment, monkeypatch, tmp_path):
    text = page.read_text()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GENAI_USER_FOLDER", str(tmp_path / "user"))
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    for found in _ANSWERS.finditer(text):
        for rule in found["rules"].splitlines():
            pattern, _, answer = rule.partition("|")
            environment.on(pattern).reply(answer)
    expected = "".join(found["text"] for found in _SESSION.finditer(text))
    commands = re.findall(r"^\$ (.*)$", expected, re.M)
    # one shell, so that variables live on; each command is printed before it runs, as a terminal shows it
    script = "".join(f"printf '%s\\n' {shlex.quote(f'$ {command}')}\n{command}\n" for command in commands)
    done = subprocess.run(  # noqa: S603
        ["bash", "-c", f"exec 2>&1 </dev/null\n{script}"],  # noqa: S607
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    shown = done.stdout.splitlines()
    for line, (wanted, given) in enumerate(zip_longest(expected.splitlines(), shown)):
        pattern = ".*".join(re.escape(piece) for piece in (wanted or "").split("..."))
        assert re.fullmatch(pattern, given or ""), (
            f"line {line} of the sessions: {given!r}, not {wanted!r}\n{done.stdout}"
        )


@pytest.mark.parametrize("page", [page for page in PAGES if any(b.is_tests for b in blocks_of(page))], ids=name_of)
def test_tests_on_the_page_pass(page, environment, tmp_path):
    for block in blocks_of(page):
        if block.is_tests:
            (tmp_path / f"test_line_{block.line}.py").write_text(block.code)
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = function\n"
    )
    run_program(
        [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-p",
            "no:cacheprovider",
            "-p",
            "no:anyio",
            "-W",
            "error",
            str(tmp_path),
        ],
        tmp_path,
    )


@pytest.mark.parametrize("page", LINKED_PAGES, ids=name_of)
def test_links_lead_somewhere(page):
    missing = [link for link in _LINK.findall(page.read_text()) if not (page.parent / link).exists()]
    assert not missing


@pytest.mark.parametrize("page", LINKED_PAGES, ids=name_of)
def test_make_targets_exist(page):
    known = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    assert set(_TARGET.findall(page.read_text())) <= known


def test_the_reference_names_every_public_module():
    public = {module.name for module in pkgutil.iter_modules(genai.__path__) if not module.name.startswith("_")}
    page = (ROOT / "docs/reference/index.md").read_text()
    assert {name for name in public if f"`google.genai.{name}`" not in page} == set()


def test_the_reference_names_types_that_exist():
    _, _, section = (ROOT / "docs/reference/index.md").read_text().partition("## Types by domain")
    named = re.findall(r"`([A-Z]\w+)`", section.partition("```")[0])
    assert len(named) > 20
    assert [name for name in named if not hasattr(types, name)] == []


@pytest.mark.parametrize("name", ["quickstart", "streaming", "async_fanout"])
def test_example_prints_an_answer(name, environment, tmp_path):
    environment.on(".").reply("An answer from the test.")
    printed = run_program([sys.executable, "-W", "error", str(EXAMPLES / f"{name}.py")], tmp_path)
    assert "An answer from the test." in printed
    if name == "async_fanout":
        assert len(printed.splitlines()) == len(environment.requests) == 8


def test_example_of_a_live_chat(environment, tmp_path):
    environment.on("Paris").stream(["In ", "France."])
    environment.on("people").reply("Two million.")
    questions = "Where is Paris?\nHow many people live there?\n\n"
    printed = run_program([sys.executable, "-W", "error", str(EXAMPLES / "live_chat.py")], tmp_path, questions)
    assert printed == "> In France.\n> Two million.\n> "


def test_example_of_errors_tells_them_apart(environment, tmp_path):
    printed = run_program([sys.executable, "-W", "error", str(EXAMPLES / "errors_and_retries.py")], tmp_path)
    lines = printed.splitlines()
    assert [line.partition(":")[0] for line in lines] == [
        "ServerError 503 UNAVAILABLE",
        "This is a scripted reply to",
        "ClientError 400 INVALID_ARGUMENT",
        "APITimeoutError",
        "one two ... ServerError 503 UNAVAILABLE",
        "ValueError",
    ]
    assert [found[1] for line in lines if (found := re.search(r"\(requests: (\d)\)", line))] == ["1", "3", "1", "0"]


def test_the_bulk_demo_counts_right_labels(environment, tmp_path):
    environment.on("salty").reply("food")
    printed = run_program([sys.executable, "-W", "error", str(EXAMPLES / "bulk_labels.py"), "8"], tmp_path)
    assert "8 of 8 rows done, 0 failed, 0 not asked yet" in printed
    assert "2 of 8 labels are right: food 2 of 2, sport 0 of 2, weather 0 of 2, music 0 of 2" in printed
    assert (tmp_path / ".cache" / "bulk-demo" / "rate.png").read_bytes().startswith(b"\x89PNG")
    assert all(each.json["generationConfig"]["responseMimeType"] == "text/x.enum" for each in environment.requests)


STOPS = [str(number) for number in range(1, 14)]
"""The numbers of the stops of the tour."""


def test_the_tour_passes_every_stop_on_a_given_server(environment, tmp_path):
    printed = run_program([sys.executable, "-W", "error", str(EXAMPLES / "tour.py")], tmp_path)
    assert re.findall(r"^(\d+) · ", printed, re.M) == STOPS
    assert printed.count("This is a scripted reply to") == 18
    paths = {request.path.rpartition(":")[2] for request in environment.requests}
    assert {"generateContent", "streamGenerateContent", "batchEmbedContents", "countTokens"} <= paths


def test_the_tour_starts_a_server_of_its_own_and_says_when_there_is_no_model(environment, monkeypatch, tmp_path):
    for name in ("GOOGLE_GEMINI_BASE_URL", "GOOGLE_VERTEX_BASE_URL", "GOOGLE_API_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("GENAI_LOCAL_CACHE", str(tmp_path))
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.delenv("PIP_FIND_LINKS", raising=False)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    printed = run_program([sys.executable, "-W", "error", str(EXAMPLES / "tour.py")], tmp_path)
    assert "No model, so the answers below are scripted: pip could not download" in printed
    assert re.findall(r"^(\d+) · ", printed, re.M) == STOPS
    assert not environment.requests
