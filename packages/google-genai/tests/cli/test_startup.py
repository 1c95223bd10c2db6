"""Modules that a run loads: nothing heavy for the version, no command for the help, neither rich nor asyncio for an answer in a pipe."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import google.genai
from google.genai._cli import table
from google.genai._cli.program import genai as root, with_default

HELP = Path(__file__).parent / "help"
_MODULES = """
import json, sys
sys.argv = ["genai", *{arguments!r}]
from google.genai._cli.main import main
code = main()
sys.stderr.write("\\n" + json.dumps([code, sorted(sys.modules)]))
"""


def modules(*arguments: str) -> tuple[int, set[str]]:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _MODULES.format(arguments=arguments)],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    code, names = json.loads(done.stderr.splitlines()[-1])
    return code, set(names)


def test_the_version_loads_nothing(service) -> None:
    code, loaded = modules("--version")
    heavy = {"click", "rich", "aiohttp", "asyncio", "sqlite3", "keyring", "pydantic", "httpx2", "platformdirs"}
    assert code == 0
    assert not heavy & loaded
    assert {name for name in loaded if name.startswith("google.genai._cli")} == {
        "google.genai._cli",
        "google.genai._cli.main",
    }


def test_the_help_imports_no_command(service) -> None:
    code, loaded = modules("--help")
    assert code == 0
    assert not {"rich", "aiohttp", "asyncio", "sqlite3", "keyring", "pydantic", "importlib.metadata", "httpx2"} & loaded
    assert not {name for name in loaded if name.startswith("google.genai._cli.commands.")}


def test_an_answer_in_a_pipe_loads_neither_rich_nor_an_event_loop(service) -> None:
    code, loaded = modules("generate", "Hello there")
    assert code == 0
    # trio and rich can come with the HTTP library's own optional parts, so only what the command line needs is named
    assert not {"rich.console", "rich.table", "rich.progress", "aiohttp", "keyring", "asyncio"} & loaded
    assert "sqlite3" in loaded
    code, loaded = modules("generate", "Hello there", "-n")
    assert code == 0
    assert "sqlite3" not in loaded


def test_versions_agree(process) -> None:
    expected = f"genai {google.genai.version.__version__}\n".encode()
    for arguments in (["--version"], ["-V"], ["-q", "--version"]):
        done = process(*arguments)
        assert (done.returncode, done.stdout, done.stderr) == (0, expected, b"")


def test_the_table_names_every_command_and_its_help() -> None:
    for name, entry in table.COMMANDS.items():
        module, _, attribute = entry.module.partition(":")
        assert module == f"google.genai._cli.commands.{name}"
        command = getattr(__import__(module, fromlist=[attribute]), attribute)
        assert isinstance(command, click.Command)
        assert command.name == name


def _commands(group: click.Command, path: tuple[str, ...] = ()) -> list[tuple[tuple[str, ...], click.Command]]:
    found = [(path, group)]
    if isinstance(group, click.Group):
        context = click.Context(group)
        for name in group.list_commands(context):
            command = group.get_command(context, name)
            if command is not None:
                found += _commands(command, (*path, name))
    return found


def test_help_pages_are_those_of_the_folder(genai, monkeypatch) -> None:
    """Each page is reviewed as text. To accept new pages: ACCEPT_HELP=1, and read the difference."""
    monkeypatch.setenv("COLUMNS", "100")
    monkeypatch.setattr(table, "other_commands", dict)
    monkeypatch.setattr("google.genai._cli.program.other_commands", dict)
    pages = {"-".join(["genai", *path]): genai(*path, "--help") for path, _ in _commands(root)}
    assert len(pages) > 60
    accepts = os.environ.get("ACCEPT_HELP") == "1"
    for name, page in pages.items():
        assert (page.code, page.err) == (0, ""), name
        if accepts:
            (HELP / f"{name}.txt").write_text(page.out)
    assert {path.stem for path in HELP.glob("*.txt")} == set(pages)
    for name, page in pages.items():
        assert page.out == (HELP / f"{name}.txt").read_text(), name


def test_every_option_and_command_has_a_help_text() -> None:
    for path, command in _commands(root):
        assert command.help, path
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.help, (path, parameter.name)
                assert parameter.help.rstrip().endswith((".", "]")), (path, parameter.name)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (["Why is it so?"], ["generate", "Why is it so?"]),
        (["--local", "Why is it so?"], ["--local", "generate", "Why is it so?"]),
        (["--profile", "a b", "models"], ["--profile", "a b", "models"]),
        (["--profile=a", "Why not?"], ["--profile=a", "generate", "Why not?"]),
        (["-m", "x", "hello"], ["generate", "-m", "x", "hello"]),
        (["generat"], ["generat"]),
        (["--help"], ["--help"]),
        ([], ["--help"]),
        (["-q"], ["-q"]),
    ],
)
def test_a_prompt_needs_no_command(given: list[str], expected: list[str]) -> None:
    assert with_default(given, stdin_has_text=False) == expected


def test_stdin_needs_no_command() -> None:
    assert with_default([], stdin_has_text=True) == ["generate"]
    assert with_default(["--local"], stdin_has_text=True) == ["--local", "generate"]


def test_other_packages_add_commands(genai, tmp_path, monkeypatch) -> None:
    (tmp_path / "some_bulk-1.0.dist-info").mkdir()
    (tmp_path / "some_bulk-1.0.dist-info/entry_points.txt").write_text(
        "[console_scripts]\nx = y:z\n\n[genai.commands]\nbulkier = some_bulk_cli:command\nbroken = some_bulk_cli:nothing\n"
        "generate = some_bulk_cli:command\n\n[other]\nno = no:no\n"
    )
    (tmp_path / "some_bulk_cli.py").write_text(
        "import click\n@click.command()\ndef command():\n    '''Do much.'''\n    click.echo('much')\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    page = genai("--help").out
    assert re.search(
        r"From other packages:\n  broken .*\n(?:  bulk +Added by the package genai-bulk\.\n)?  bulkier +Added by the package some-bulk\.",
        page,
    )
    assert "some_bulk_cli" not in sys.modules
    assert genai("bulkier").out == "much\n"
    broken = genai("broken")
    assert broken.code == 1
    assert "cannot be loaded" in broken.err


def test_without_click_the_pip_command_is_named(process, tmp_path) -> None:
    (tmp_path / "click").mkdir()
    (tmp_path / "click/__init__.py").write_text("raise ModuleNotFoundError('No module named click', name='click')")
    done = process("models", "list", PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == b"genai: the command line needs the package click: pip install 'google-genai[cli]'\n"
