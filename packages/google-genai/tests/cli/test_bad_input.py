"""Wrong arguments, files, settings and terminals: a sentence with the place and the advice, and the right exit code."""

from __future__ import annotations

import os
import re

import pytest

from google.genai._cli.exits import Exit

from .conftest import KEY


def test_an_unknown_command_gets_a_guess(genai, service) -> None:
    result = genai("modles")
    assert result.code == 2
    assert "No such command 'modles'. Did you mean models?" in result.err
    assert "genai generate 'modles'" in result.err
    assert not service.requests


def test_an_unknown_option_and_subcommand_are_usage_errors(genai, service) -> None:
    assert genai("generate", "x", "--modle", "y").code == 2
    result = genai("files", "lits")
    assert (result.code, result.out) == (2, "")
    assert "lits" in result.err


@pytest.mark.parametrize(
    ("make", "source", "message"),
    [
        (None, "missing.png", "-a missing.png: No such file or directory."),
        ("empty", "empty.png", "-a empty.png: the file is empty."),
        ("folder", "folder", "-a folder: expected a file, but it is a folder."),
        ("huge", "huge.mp4", "-a huge.mp4: the file has 3.0 GB; the service stores at most 2.1 GB per file."),
        ("binary", "binary", "-a binary: neither the name nor the first bytes show the media type."),
        (None, "http://127.0.0.1:9/a.png", "-a http://127.0.0.1:9/a.png: [Errno 111] Connection refused."),
        (None, "gs://bucket/name", "-a gs://bucket/name: neither the name nor the first bytes show the media type."),
    ],
)
def test_attachments_that_cannot_be_used(genai, service, work, make, source, message) -> None:
    if make == "empty":
        (work / source).touch()
    elif make == "folder":
        (work / source).mkdir()
    elif make == "huge":
        with (work / source).open("wb") as file:
            file.truncate(3_000_000_000)
    elif make == "binary":
        (work / source).write_bytes(b"\x00\x01\xff" * 10)
    result = genai("generate", "x", "-a", source)
    assert result.code == (5 if source.startswith("http:") else 2)
    assert message in result.err
    assert not service.requests


def test_the_same_for_files_upload(genai, service, work) -> None:
    (work / "empty.txt").touch()
    with (work / "huge.mp4").open("wb") as file:
        file.truncate(3_000_000_000)
    for path, message in (
        ("missing", "No such file"), (str(work), "a folder"), ("empty.txt", "is empty"), ("huge.mp4", "3.0 GB")
    ):  # fmt: skip
        result = genai("files", "upload", path)
        assert result.code == 2
        assert message in result.err
    assert not service.requests


def test_binary_stdin_without_a_type(genai, service) -> None:
    result = genai("generate", "x", stdin=b"\x00\x01\xff\xfe")
    assert result.code == 2
    assert "Standard input is neither UTF-8 text nor a known kind of file (4 B)." in result.err
    assert "--at - audio/mpeg" in result.err
    assert "neither" in genai("generate", "x", stdin="caf\u00e9".encode("latin-1")).err


def test_too_much_stdin(genai, service, monkeypatch) -> None:
    monkeypatch.setattr("google.genai._cli.attachments.MOST_STDIN_BYTES", 1000)
    assert "more than 1.0 KB" in genai("generate", "x", stdin=b"a" * 1001).err


@pytest.mark.parametrize("stdin", ["", " \n"])
def test_an_empty_prompt(genai, service, stdin) -> None:
    result = genai("generate", stdin=stdin)
    assert result.code == 2
    assert "The prompt is empty." in result.err
    assert not service.requests


def test_no_key_names_the_four_places_in_their_order(genai, environment, user) -> None:
    result = genai("generate", "x")
    assert result.code == 2
    assert re.findall(r"^  (\d)\. ([^:]+):", result.err, re.M) == [
        ("1", "--key NAME"),
        ("2", "the environment"),
        ("3", "key_command in the configuration"),
        ("4", "the keyring"),
    ]
    assert f"{user}/keys.json: does not exist" in result.err
    assert "genai keys set" in result.err


def test_a_key_of_the_other_backend(genai, service, monkeypatch) -> None:
    service.fail(401, message="Request had invalid authentication credentials.")
    result = genai("generate", "x")
    assert result.code == 3
    assert result.err.count("The key of GOOGLE_API_KEY was sent to the Gemini Developer API.") == 1
    assert "--vertexai" in result.err
    monkeypatch.setenv("GOOGLE_VERTEX_BASE_URL", service.url)
    service.fail(403, message="Permission denied.")
    result = genai("generate", "x", "--vertexai")
    assert "The key of GOOGLE_API_KEY was sent to Vertex AI." in result.err
    assert "--no-vertexai" in result.err


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("temprature=1", "-o temprature: GenerateContentConfig has no such field; did you mean temperature?"),
        ("temperature=warm", "-o temperature: Input should be a valid number"),
        ("temperature", "-o temperature: expected KEY=VALUE"),
        ("=1", "-o =1: expected KEY=VALUE"),
        ("thinking_config.bugdet=1", "-o thinking_config.bugdet:"),
        ("safety_settings=5", "-o safety_settings"),
    ],
)
def test_wrong_options(genai, service, option, message) -> None:
    result = genai("generate", "x", "-o", option)
    assert result.code == 2
    assert message in result.err
    assert not service.requests


def test_options_that_contradict_each_other(genai, service) -> None:
    result = genai("generate", "x", "-o", "thinking_config=1", "-o", "thinking_config.thinking_budget=1")
    assert result.code == 2
    assert "thinking_config already has the value 1" in result.err


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('model = "a"\nx = ?\n', "genai.toml: invalid TOML: Invalid value (at line 2, column 5)."),
        ("model = 5", "genai.toml: model: expected a text, got 5."),
        ("timeout_s = true", "genai.toml: timeout_s: expected a number, got True."),
        ("modle = 'x'", "genai.toml: modle: unknown setting 'modle'."),
        ("base_url = 'http://evil'", "genai.toml: base_url: a project's file cannot set this"),
        ("key_command = 'cat /etc/passwd'", "genai.toml: key_command: a project's file cannot set this"),
        ("model = '\xff'", "genai.toml, line 1: expected UTF-8 text."),
    ],
)
def test_a_broken_file_of_the_project(genai, service, work, text, message) -> None:
    (work / "genai.toml").write_bytes(text.encode("latin-1"))
    (work / "deep/er").mkdir(parents=True)
    os.chdir(work / "deep/er")
    result = genai("generate", "x")
    assert result.code == 2
    assert str(work / message.split(":", 1)[0].split(",", 1)[0]) in result.err
    assert message in result.err
    assert not service.requests


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[profiles]\nx = 1", "profiles.x: expected a table, got 1."),
        ("[profiles.x]\nmodle = 'a'", "profiles.x.modle: unknown setting"),
        ("profile = 1", "profile: expected the name of a profile, got 1."),
        ("profile = 'y'", "no profile is named 'y'"),
    ],
)
def test_a_broken_file_of_the_user(genai, service, user, text, message) -> None:
    user.mkdir()
    (user / "config.toml").write_text(text)
    result = genai("generate", "x")
    assert result.code == 2
    assert message in result.err


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ("missing.json", "--schema missing.json: No such file or directory."),
        ("{broken", "--schema: invalid JSON"),
        ("name color", "'name color': expected NAME, NAME TYPE"),
        ("", "--schema: it is empty."),
        ("cli_nowhere:Class", "no module is named 'cli_nowhere'"),
        ("json:JSONDecodr", "Did you mean json:JSONDecoder?"),
    ],
)
def test_wrong_schemas(genai, service, schema, message) -> None:
    result = genai("generate", "x", "--schema", schema)
    assert result.code == 2
    assert message in result.err


@pytest.mark.parametrize(
    ("tool", "message"),
    [
        ("cli_bad_tools", "expected module:name"),
        ("cli_bad_tools:Thing", "expected a function, got type"),
        ("cli_bad_tools:later", "a coroutine function"),
        ("cli_bad_tools:nothing", "has no 'nothing'"),
        ("cli_wrong_tools:x", "the module raised ZeroDivisionError: division by zero"),
    ],
)
def test_wrong_tools(genai, service, work, tool, message) -> None:
    (work / "cli_bad_tools.py").write_text("async def later(): ...\nclass Thing: ...\n")
    (work / "cli_wrong_tools.py").write_text("1 / 0\n")
    result = genai("generate", "x", "--tool", tool, "--yes")
    assert result.code == 2
    assert message in result.err


def test_a_tool_without_a_terminal_needs_yes(genai, service, work, monkeypatch) -> None:
    (work / "cli_plain_tools.py").write_text("def f(): ...\n")
    monkeypatch.setattr("google.genai._cli.tools._can_ask", lambda: False)
    result = genai("generate", "x", "--tool", "cli_plain_tools:f")
    assert result.code == 2
    assert "--yes" in result.err


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 400}, Exit.REFUSED),
        ({"status": 404}, Exit.REFUSED),
        ({"status": 429, "retry_delay_s": 0.01}, Exit.SERVICE),
        ({"status": 500}, Exit.SERVICE),
        ({"status": 503}, Exit.SERVICE),
        ({"garbage": True}, Exit.SERVICE),
        ({"disconnect": "before_reply"}, Exit.CONNECTION),
        ({"disconnect": "mid_stream"}, Exit.CONNECTION),
        ({"error_after_chunks": 1, "status": 503}, Exit.SERVICE),
    ],
)
def test_exit_codes_of_failed_calls(genai, service, fault, code) -> None:
    service.on(".").stream(["one ", "two"])
    service.fail(times=5, **fault)
    result = genai("generate", "x", "--attempts", "1")
    assert result.code == code
    assert result.err.startswith("genai: ")
    has_begun = "mid_stream" in fault.values() or "error_after_chunks" in fault
    assert result.out == ("one \n" if has_begun else "")


def test_a_time_limit_is_5(genai, service) -> None:
    service.fail(stall=True)
    result = genai("generate", "x", "--timeout", "0.2", "--attempts", "1")
    assert result.code == 5


def test_a_busy_service_is_tried_again(genai, service) -> None:
    service.fail(429, retry_delay_s=0.01, times=2)
    result = genai("generate", "x", "--json")
    assert (result.code, result.json["attempts"]) == (0, 3)


def test_no_connection_is_5(genai, service) -> None:
    result = genai("generate", "x", "--base-url", "http://127.0.0.1:9", "--attempts", "1")
    assert result.code == 5


def test_the_key_is_never_shown(genai, service, user) -> None:
    service.fail(400, message=f"API key not valid: {KEY}")
    result = genai("generate", f"My key is {KEY}", "--json")
    assert KEY not in result.out + result.err
    assert "[API key]" in result.out
    service.on(".").reply(f"Your key is {KEY}")
    genai("generate", f"My key is {KEY}")
    for name in os.listdir(user):
        assert KEY.encode() not in (user / name).read_bytes(), name


def test_unexpected_errors_are_1_and_v_shows_where(genai, service, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("what now")

    monkeypatch.setattr("google.genai._cli.commands.generate.read_message", fail)
    result = genai("generate", "x")
    assert (result.code, result.err) == (1, "genai: Unexpected RuntimeError: what now\n-v shows where it happened.\n")
    assert "Traceback" in genai("generate", "x", "-v").err


@pytest.mark.parametrize("width", ["20", "1"])
def test_narrow_terminals(genai, service, monkeypatch, width) -> None:
    monkeypatch.setenv("COLUMNS", width)
    assert genai("--help").code == 0
    assert genai("generate", "--help").code == 0
    assert genai("models", "list").code == 0


def test_a_deleted_current_folder(genai, service, work) -> None:
    folder = work / "gone"
    folder.mkdir()
    os.chdir(folder)
    folder.rmdir()
    assert genai("generate", "x").code == 0
    os.chdir(work)


def test_a_relative_import_reaches_the_current_folder_only(genai, service, work) -> None:
    result = genai("generate", "x", "--tool", "..cli:f", "--yes")
    assert result.code == 2
