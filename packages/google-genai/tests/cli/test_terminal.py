"""Real processes: a terminal, Ctrl-C, closed pipes, encodings, shell completion."""

from __future__ import annotations

import errno
import os
import pty
import re
import select
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-W", "error", "-m", "google.genai._cli.main"]
LIMIT_S = 30.0


class Screen:
    """A process on a pseudo-terminal.

    Args:
      arguments: Arguments of the command line.
      env: More environment variables.
      stdout: File descriptor for stdout; None is the terminal.
    """

    def __init__(self, *arguments: str, **env: str) -> None:
        self.terminal, other = pty.openpty()
        os.set_blocking(self.terminal, False)
        self.process = subprocess.Popen(
            [*COMMAND, *arguments],
            stdin=other,
            stdout=other,
            stderr=other,
            env={**os.environ, "TERM": "xterm", **env},
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        os.close(other)
        self.text = ""

    def read(self) -> None:
        ready, _, _ = select.select([self.terminal], [], [], 0.05)
        if ready:
            try:
                self.text += os.read(self.terminal, 65536).decode(errors="replace")
            except OSError as error:
                if error.errno != errno.EIO:  # Linux reports the closed other side so
                    raise
                time.sleep(0.01)

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + LIMIT_S
        while text not in self.text:
            assert time.monotonic() < deadline, self.text
            self.read()

    def type(self, text: str) -> None:
        os.write(self.terminal, text.encode())

    def end(self) -> int:
        deadline = time.monotonic() + LIMIT_S
        while self.process.poll() is None:
            assert time.monotonic() < deadline, self.text
            self.read()
        self.read()
        os.close(self.terminal)
        return self.process.returncode


def _take_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_an_answer_on_a_terminal_is_plain_text_without_control_characters(service) -> None:
    service.on(".").reply("one\x1b[31mred\x1b[0m\x07 two")
    screen = Screen("generate", "Hello there")
    assert screen.end() == 0
    assert screen.text == "one\\x1b[31mred\\x1b[0m\\x07 two\r\n"


def test_lists_on_a_terminal_are_tables(service) -> None:
    screen = Screen("models", "list", "--limit", "3", COLUMNS="60")
    assert screen.end() == 0
    assert re.search(r"name .*display name", screen.text)
    narrow = Screen("models", "list", "--limit", "3", COLUMNS="20", NO_COLOR="1")
    assert narrow.end() == 0
    assert max(len(line) for line in re.sub(r"\x1b\[[\d;]*m", "", narrow.text).split("\r\n")) <= 20
    assert not re.search(r"\x1b\[[\d;]*3\dm", narrow.text)
    dumb = Screen("models", "list", "--limit", "3", TERM="dumb")
    assert dumb.end() == 0
    assert "\x1b" not in dumb.text
    assert "\t" in dumb.text


def test_a_chat_on_a_terminal(service) -> None:
    screen = Screen("chat")
    screen.wait_for("Ctrl-D ends.")
    screen.wait_for("> ")
    screen.type("Hello\n")
    screen.wait_for("This is a scripted reply to: Hello\r\n> ")
    # readline changes the mode of the terminal after its prompt, so an early Ctrl-D can get lost
    deadline = time.monotonic() + LIMIT_S
    while screen.process.poll() is None and time.monotonic() < deadline:
        screen.type("\x04")
        screen.read()
    assert screen.end() == 0
    assert "To continue: genai chat --cid " in screen.text


def test_ctrl_c_in_an_answer_of_a_chat_keeps_the_chat(service) -> None:
    service.on("story").stream(["Once ", "upon"])
    service.fail(stall=True, after_chunks=1)
    screen = Screen("chat")
    screen.wait_for("> ")
    screen.type("A story\n")
    screen.wait_for("Once ")
    screen.type("\x03")
    screen.wait_for("The answer was stopped")
    screen.type("Hello\n")
    screen.wait_for("This is a scripted reply to: Hello")
    screen.type("/exit\n")
    assert screen.end() == 0
    texts = [content["parts"][0]["text"] for content in service.last_request.json["contents"]]
    assert texts == ["A story", "Once ", "Hello"]


def test_ctrl_c_in_a_stream_keeps_what_came(service, user) -> None:
    service.on("story").stream(["Once ", "upon"])
    service.fail(stall=True, after_chunks=1)
    screen = Screen("generate", "A story")
    screen.wait_for("Once ")
    screen.type("\x03")
    assert screen.end() == 130
    assert re.search(r"Once (\^C)?\r\ngenai: Interrupted\.\r\n$", screen.text)
    logged = Screen("logs", "list", "--json")
    assert logged.end() == 0
    assert '"answer": "Once "' in logged.text
    assert '"exit_code": 130' in logged.text


def test_a_signal_before_the_answer_is_130(service) -> None:
    service.fail(stall=True)
    process = subprocess.Popen([*COMMAND, "generate", "x"], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    service.wait_for_requests(1, timeout_s=LIMIT_S)
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, err) == (130, b"genai: Interrupted.\n")


def test_a_tool_asks_on_the_terminal_though_stdin_is_the_prompt(service, work) -> None:
    (work / "cli_terminal_tools.py").write_text("def add(a: int) -> int:\n    'Add.'\n    return a\n")
    service.on("sum").reply({"functionCall": {"name": "add", "args": {"a": 2}}})
    service.on(function_response="add").reply("Done.")
    program = f"echo the sum | {' '.join(COMMAND)} generate --tool cli_terminal_tools:add > out.txt"
    screen = Screen.__new__(Screen)
    screen.terminal, other = pty.openpty()
    screen.text = ""
    screen.process = subprocess.Popen(
        ["sh", "-c", program],
        stdin=other,
        stdout=other,
        stderr=other,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(other)
    screen.wait_for("Run add(a=2)? [y]es, [n]o, [a]lways this function: ")
    screen.type("y\n")
    assert screen.end() == 0
    assert (work / "out.txt").read_text() == "Done.\n"


@pytest.mark.parametrize("arguments", [["generate", "x"], ["models", "list"], ["generate", "x", "--json"], ["--help"]])
def test_closed_stdout_ends_quietly(service, arguments) -> None:
    service.on(".").stream(["a" * 20_000 + "\n"] * 20)
    first, second = os.pipe()
    process = subprocess.Popen([*COMMAND, *arguments], stdin=subprocess.DEVNULL, stdout=second, stderr=subprocess.PIPE)
    os.close(second)
    os.close(first)
    _, err = process.communicate(timeout=LIMIT_S)
    assert (process.returncode, err) == (0, b"")


def test_streams_that_are_closed_from_the_start(service) -> None:
    for redirection in (">&-", "2>&-", "<&-"):
        done = subprocess.run(
            ["sh", "-c", f"exec {' '.join(COMMAND)} generate hello {redirection}"],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=LIMIT_S,
            check=False,
        )
        assert done.returncode == 0, (redirection, done.stderr)
        assert b"Traceback" not in done.stderr


def test_without_a_locale_characters_are_escaped_at_worst(service, process) -> None:
    service.on(".").reply("ä→🙂")
    for environment in (
        {"LC_ALL": "C"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
        {"PYTHONIOENCODING": "ascii"},
    ):
        done = process("generate", "grüße", **environment)
        assert done.returncode == 0, done.stderr
        assert done.stdout in ("ä→🙂\n".encode(), b"\\xe4\\u2192\\U0001f642\n")


def test_no_key_in_the_arguments_or_the_environment_of_child_processes(service, process, user, monkeypatch) -> None:
    """`key_command` is the only child process of a call."""
    monkeypatch.delenv("GOOGLE_API_KEY")
    user.mkdir()
    seen = user / "seen"
    script = user / "command.py"
    script.write_text(
        "import os, sys\n"
        f"open({str(seen)!r}, 'w').write(repr((sys.argv, dict(os.environ))))\n"
        "print('key-of-the-command')\n"
    )
    (user / "config.toml").write_text(f"key_command = '{sys.executable} {script}'\n")
    assert process("generate", "x").returncode == 0
    assert "key-of-the-command" not in seen.read_text()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("genai ge", {"generate"}),
        ("genai mo", {"models"}),
        ("genai files u", {"upload"}),
        ("genai generate --sch", {"--schema"}),
        ("genai completion z", {"zsh"}),
    ],
)
def test_completion_of_bash(process, service, words, expected) -> None:
    done = process(_GENAI_COMPLETE="bash_complete", COMP_WORDS=words, COMP_CWORD=str(words.count(" ")))
    assert {line.partition(",")[2] for line in done.stdout.decode().splitlines()} == expected


@pytest.mark.parametrize(("shell", "check"), [("bash", "-n"), ("zsh", "-n"), ("fish", "--no-execute")])
def test_completion_scripts(process, environment, tmp_path, shell, check) -> None:
    done = process("completion", shell)
    assert done.returncode == 0
    assert b"_GENAI_COMPLETE" in done.stdout
    program = shutil.which(shell)
    if program is None:
        return  # the shell is not installed on this machine; the script is the one of click
    script = tmp_path / "script"
    script.write_bytes(done.stdout)
    checked = subprocess.run([program, check, str(script)], capture_output=True, timeout=LIMIT_S, check=False)
    assert (checked.returncode, checked.stderr) == (0, b"")


def test_bash_completes_for_real(service, tmp_path) -> None:
    bash = shutil.which("bash")
    program = Path(sys.executable).parent / "genai"
    assert bash is not None
    assert program.exists()
    script = tmp_path / "try.sh"
    script.write_text(
        f'PATH="{program.parent}:$PATH"\neval "$(genai completion bash)"\n'
        'COMP_WORDS=(genai files up); COMP_CWORD=2\n_genai_completion genai\necho "${COMPREPLY[@]}"\n'
    )
    done = subprocess.run([bash, str(script)], capture_output=True, timeout=LIMIT_S, check=False)
    assert done.stdout == b"upload\n", done.stderr
