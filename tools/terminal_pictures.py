"""Takes the pictures of the guide about the command line: runs `genai` in tmux against genai-local, and draws the screen as SVG.

    python -m tools.terminal_pictures     write docs/guides/pictures/*.svg

It needs tmux, and the model that `genai-local pull smollm2` downloads. The pictures contain no fonts and no addresses.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from rich.console import Console
from rich.text import Text

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs/guides/pictures"
_COLUMNS, _LINES = 96, 30
_LIMIT_S = 120.0
_SOCKET = f"genai-pictures-{os.getpid()}"
_PROMPT = "$ "
SESSIONS: dict[str, list[tuple[str, str]]] = {
    "generate": [
        ('genai --local "Why is the sky blue? Answer in one sentence."', _PROMPT),
        ('echo "A long text about a cat." | genai --local "Which animal is it about?" --usage', _PROMPT),
        ("genai logs list", _PROMPT),
    ],
    "chat": [
        ("genai chat --local", "> "),
        ("My name is Ada. What is a prime number?", "> "),
        ("/usage", "> "),
        ("What is my name?", "> "),
        ("/exit", _PROMPT),
    ],
    "doctor": [("genai doctor --local", _PROMPT)],
}
"""For each picture the lines to type, and the prompt after which the next line is typed."""
_FORMAT = """<svg class="rich-terminal" viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: monospace; font-size: {char_height}px; line-height: {line_height}px; }}
.{unique_id}-title {{ font-size: 18px; font-weight: bold; font-family: sans-serif; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal"><rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" /></clipPath>
{lines}</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix" xml:space="preserve">{matrix}</g>
</g>
</svg>
"""


def main() -> None:
    """Write all pictures."""
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "GENAI_USER_FOLDER": f"{folder}/user",
            "HOME": os.environ["HOME"],
            "TERM": "xterm-256color",
            "LC_ALL": "C.UTF-8",
        }
        subprocess.run(["genai", "serve", "--background"], env=environment, check=True, stdout=subprocess.DEVNULL)
        try:
            for name, lines in SESSIONS.items():
                screen = _session(lines, environment, folder)
                (PICTURES / f"{name}.svg").write_text(_drawn(screen, f"genai {name}"))
        finally:
            subprocess.run(["genai", "serve", "--stop"], env=environment, check=True)


def _session(lines: list[tuple[str, str]], environment: dict[str, str], folder: str) -> str:
    size = ["-x", str(_COLUMNS), "-y", str(_LINES)]
    (Path(folder) / "rc").write_text(f"PS1='{_PROMPT}'\n")
    _tmux("new-session", "-d", *size, f"bash --rcfile {folder}/rc -i", env=environment, cwd=folder)
    try:
        _wait_for(_PROMPT)
        for line, prompt in lines:
            _tmux("send-keys", "-l", line)
            _tmux("send-keys", "Enter")
            time.sleep(0.5)  # the line that was typed ends with the old prompt until the program begins
            _wait_for(prompt)
        return _tmux("capture-pane", "-p", "-e")
    finally:
        _tmux("kill-server")


def _wait_for(prompt: str) -> None:
    deadline = time.monotonic() + _LIMIT_S
    while True:
        lines = _tmux("capture-pane", "-p").rstrip("\n").splitlines()
        if lines and lines[-1].rstrip() == prompt.rstrip():
            return
        if time.monotonic() > deadline:
            raise TimeoutError("\n".join(lines))
        time.sleep(0.1)


def _tmux(*arguments: str, env: dict[str, str] | None = None, cwd: str | None = None) -> str:
    done = subprocess.run(
        ["tmux", "-L", _SOCKET, *arguments], env=env, cwd=cwd, check=True, capture_output=True, text=True
    )
    return done.stdout


def _drawn(screen: str, title: str) -> str:
    lines = screen.rstrip("\n").splitlines()
    while lines and lines[-1].strip() in ("", _PROMPT.strip()):
        lines.pop()
    text = _without_places("\n".join(lines))
    console = Console(record=True, width=_COLUMNS, file=open(os.devnull, "w"), force_terminal=True)  # noqa: SIM115
    console.print(Text.from_ansi(text), no_wrap=True)
    return console.export_svg(title=title, code_format=_FORMAT, unique_id=title.replace(" ", "-"))


def _without_places(text: str) -> str:
    """Replace the folders of this machine, which no reader has."""
    text = re.sub(r"/tmp/tmp\w+/user", "~/.config/genai", text)
    return text.replace(str(Path(sys.executable)), "~/.venv/bin/python").replace(str(Path.home()), "~")


if __name__ == "__main__":
    main()
