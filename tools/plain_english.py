"""A checker for the prose of the project: turns of phrase that readers stumble over, and what to write instead.

    python -m tools.plain_english                       check the whole repository
    python -m tools.plain_english docs README.md        check these files and folders

It reads docstrings, messages and comments of Python files, and the text of Markdown files outside code. Names are not prose:
neither keys of dicts nor strings without a space are checked. Each fault is printed
as `file:line: "text": advice`. Exits with status 1 if there is any. CONTRIBUTING.md explains the rules.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
_IGNORED_FOLDERS = {"__pycache__", "node_modules"}

TURNS: dict[str, str] = {
    r"(?<!there\s)\b(?:is|are|was|were) no (?!longer\b|more\b|less\b|fewer\b|later\b|earlier\b|such\b)": (
        'write "is not a(n) ...", "invalid ..." or "not a valid ..."'
    ),
    r"\b(?:is|are|was|were|be) told\b": "write who receives it, or use returned, reported or documented",
    r"\b(?:is|are|was|were) said\b": "use stated, documented, sent or described",
    r"\bnothing (?:is|was) said\b|\bsays? nothing\b": "use is empty or does not specify",
    r"\bof which\b": "start a new sentence, or write whose or with",
    r"\bbe (?:they|it)\b": "write even if or whether",
    r"\bthat nobody\b": "use an adjective, for example unread, unused or unowned",
    r"\bwhom\b": "rephrase, for example choose a backend",
    r"\b(?:is|are|was|were) had\b": "use exists or is available",
    r"\bwhat ha(?:s|ve) become of\b|\b(?:come|comes|came) of\b": "use status, state, result or outcome",
    r"\bby and by\b": "use gradually or over time",
    r"\bthe like\b": "use and so on, or name the things",
    r"\b(?:let|lets|letting) go of\b": "use closes, releases or drops",
    r"\banew\b": "use again, or regenerate, rewrite, recreate",
    r"\b(?:is|are|was|were|be) taken up\b": "use resumed or continued",
    r"\b(?:go|goes|going|went|gone) on(?! to\b)\b": "use continue",
    r"\bbeside\b": "use next to, with, or in addition to",
    r"\bholds\b(?! (?:the|a|its) lock)": "use contains, has, keeps or stores",
    r"\bstands? (?:in|at|as|on|there|where|below|above|between|first|last)\b": "use is, appears or is located",
    r"\bas it (?:stands|comes|came|goes)\b": "use unchanged, as written or as received",
    r"\bas far as (?:it|they) (?:came|come|comes|went)\b": "use partial, or what has arrived",
    r"\bhow far\b": "use progress",
    r"\b(?:come|comes|came|coming) to (?:its|their|an) end\b": "use end or finish",
    r"\bin the words of\b": "use in the format of or in the terms of",
    r"\bover and over\b": "use repeatedly",
    r"\bever after\b": "use from then on",
    r"\bthere (?:is|are) none\b": "name the thing: no such file exists",
    r"\bin (?:the|its|their) place of\b": "use instead of",
    r"\beyes (?:or|and) ears\b": "name the capability: cannot read images or audio",
    r"\bthe house\b|\bstoreys?\b": "use project, package or layer",
    r"(?:^|[.:;!?]\s+)what (?:is|are|was|were) (?=[^?]*(?:\.|$))": "start with a noun, for example the result",
}
"""Regular expressions and the advice for each. Case is ignored, and a space matches any white space."""

_COMMANDS = frozenset(
    "Be Bring Carry Count Decide Describe Do Give Hold Keep Know Let Make Own Read Say Show Take Tell Write".split()
)
_TURNS = [(re.compile(pattern.replace(" ", r"\s+"), re.IGNORECASE), advice) for pattern, advice in TURNS.items()]


def faults(path: Path) -> list[str]:
    """Return the banned turns of a Python or Markdown file, each as `file:line: "text": advice`."""
    text = path.read_text(encoding="utf-8")
    prose = _prose_of_markdown(text) if path.suffix == ".md" else _prose_of_python(text)
    shown = path.relative_to(ROOT) if path.is_relative_to(ROOT) else path
    found = {
        (line + passage.count("\n", 0, match.start()), " ".join(match[0].split()).lstrip(".:;!? "), advice)
        for line, passage in prose
        for turn, advice in _TURNS
        for match in turn.finditer(_without_code(passage))
    }
    if path.suffix == ".py":
        found |= set(_commands(ast.parse(text)))
    return [f'{shown}:{line}: "{said}": {advice}' for line, said, advice in sorted(found)]


def files(paths: list[Path]) -> Iterator[Path]:
    """Yield the Python and Markdown files among these files and below these folders."""
    for path in paths:
        if path.is_dir():
            visible = (each for each in sorted(path.iterdir()) if not each.name.startswith("."))
            yield from files([each for each in visible if each.name not in _IGNORED_FOLDERS])
        elif path.suffix in (".py", ".md"):
            yield path


def _prose_of_markdown(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each passage outside fenced code."""
    passage: list[str] = []
    in_code = False
    for number, line in enumerate([*text.split("\n"), ""], 1):
        if line.lstrip().startswith(("```", "~~~")):
            in_code = not in_code
        if in_code or not line.strip() or line.lstrip().startswith("```"):
            if passage:
                yield number - len(passage), "\n".join(passage)
            passage = []
        else:
            passage.append(line)


def _prose_of_python(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line and the text of each string literal and of each block of comments."""
    tree = ast.parse(text)
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    inside |= {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}  # data, not prose
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            yield node.lineno, "".join(_constant(part) or "{}" for part in node.values)
        elif (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and " " in node.value
            and id(node) not in inside
        ):
            # Only a literal over several lines has line breaks that are lines of the file.
            yield node.lineno, node.value if node.end_lineno != node.lineno else node.value.replace("\n", " ")
    block: list[str] = []
    first = 0
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        if block and line != first + len(block):
            yield first, "\n".join(block)
            block = []
        if not block:
            first = line
        block.append(token.string.lstrip("#! "))
    if block:
        yield first, "\n".join(block)


def _constant(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _without_code(passage: str) -> str:
    """Return the text with inline code replaced by a placeholder of the same length."""
    return re.sub(r"`[^`\n]+`", lambda match: "x" * len(match[0]), passage)


def _commands(tree: ast.Module) -> Iterator[tuple[int, str, str]]:
    """Yield the class docstrings that begin with a verb in the imperative."""
    for node in ast.walk(tree):
        doc = ast.get_docstring(node) if isinstance(node, ast.ClassDef) else None
        if doc and doc.split()[0] in _COMMANDS:
            assert isinstance(node, ast.ClassDef)
            said = " ".join(doc.split()[:3])
            yield node.body[0].lineno, said, "describe the class with a noun phrase, for example Options for ..."


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="*", type=Path, default=[ROOT])
    found = [fault for path in files(parser.parse_args().paths) for fault in faults(path.resolve())]
    print(*found, sep="\n", end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main())
