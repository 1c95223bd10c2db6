"""The prose of the project is plain English: `tools/plain_english.py` finds each banned turn, and finds none in the project."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
if str(_ROOT) not in sys.path:
    sys.path.append(str(_ROOT))

from tools import plain_english  # noqa: E402 - found by the line above

_CLEAN = [
    *("CHANGELOG.md", "CONTRIBUTING.md", "README.md"),
    *("benchmarks", "contract", "docs", "examples", "packages", "tools"),
]
"""Files and folders without a fault."""
_EXCEPTIONS = {
    _ROOT / "tools/conformance/callables.py",  # its docstrings are part of recorded requests
    _ROOT / "packages/google-genai/tests/corpora/corpus_responses.py",  # likewise
    _ROOT / "packages/google-genai/tests/corpora/corpus_signatures.py",
    Path(__file__).resolve(),  # plants faults
}


@pytest.mark.parametrize("place", _CLEAN)
def test_prose_is_plain(place: str) -> None:
    paths = [path for path in plain_english.files([_ROOT / place]) if path not in _EXCEPTIONS]
    assert paths
    assert [fault for path in paths for fault in plain_english.faults(path)] == []


@pytest.mark.parametrize(
    "planted",
    [
        "The name is no name of a model.",
        "The model is told the result.",
        "The types are said in the table.",
        "A chunk that says nothing ends it.",
        "Two files, one of which is open.",
        "A call that has them, be they none.",
        "An error that nobody reads.",
        "Say whom to ask.",
        "No model is had here.",
        "What has become of the work.",
        "It grows by and by.",
        "Threads and the like.",
        "It lets go of the socket.",
        "The request is made anew.",
        "The chat is taken up.",
        "The stream goes on.",
        "The type is beside the field.",
        "The reply holds a list.",
        "The field stands in the body.",
        "The text is sent as it stands.",
        "It is kept as far as they came.",
        "It reports how far something is.",
        "The reply comes to its end.",
        "An error in the words of the service.",
        "It is sent over and over.",
        "It is the same object ever after.",
        "A file where there is none.",
        "Sent in the place of the name.",
        "It has no eyes or ears.",
        "Where things are in the house.",
        "It works. What is sent is bytes.",
        "It is broken over two lines: the reply is\nno object.",
    ],
)
def test_each_banned_turn_is_found(planted: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"# Title\n\n{planted}\n")
    (fault,) = plain_english.faults(page)
    assert fault.startswith(f"{page}:3: ")


def test_every_turn_has_a_planted_example() -> None:
    (planted,) = (mark.args[1] for mark in test_each_banned_turn_is_found.pytestmark)
    unused = [turn.pattern for turn, _ in plain_english._TURNS if not any(turn.search(text) for text in planted)]
    assert unused == []


@pytest.mark.parametrize(
    "plain",
    [
        "There is no such file.",
        "The model is no longer kept.",
        "The thread holds the lock.",
        "It lists what was sent. What is it?",
        "`is no name` is inline code.",
        "It stands for a model.",
        "```text\nis no name\n```",
        "~~~\nwhom\n~~~",
    ],
)
def test_ordinary_sentences_and_code_pass(plain: str, tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(plain)
    assert plain_english.faults(page) == []


def test_docstrings_messages_and_comments_of_python_are_read(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '''"""A module.

It goes on here.
"""


class Options:
    """Hold the options."""

    text = f"{1!r} is no {2}"
    pieces = (
        "is "
        "no name"
    )  # a comment, whom
    # that is
    # told on two lines
    whom = {"names are not prose, whom": "whom"}
'''
    )
    assert [fault.removeprefix(f"{module}:").split(": ")[:2] for fault in plain_english.faults(module)] == [
        ["3", '"goes on"'],
        ["8", '"Hold the options."'],
        ["10", '"is no"'],
        ["12", '"is no"'],
        ["14", '"whom"'],
        ["15", '"is told"'],
    ]


def test_the_command_reports_faults_by_its_status(tmp_path: Path) -> None:
    (tmp_path / "page.md").write_text("It is no name.\n")
    (tmp_path / ".hidden").mkdir()
    (tmp_path / ".hidden/page.md").write_text("It is no name.\n")
    command = [sys.executable, "-m", "tools.plain_english"]
    found = subprocess.run([*command, str(tmp_path)], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert found.returncode == 1
    assert found.stdout.splitlines() == [
        f'{tmp_path / "page.md"}:1: "is no": write "is not a(n) ...", "invalid ..." or "not a valid ..."'
    ]
    clean = subprocess.run([*command, "tools/plain_english.py"], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert (clean.returncode, clean.stdout) == (0, "")
