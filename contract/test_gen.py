"""The generator on small sources: shells that return an object or a stream, stubs, and refused sources."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
if str(_ROOT) not in sys.path:
    sys.path.append(str(_ROOT))

from tools import gen  # noqa: E402 - found by the line above

_FLOWS = """
from collections.abc import Iterator

async def whole() -> str:
    return "abc"

class Chunks:
    def __init__(self) -> None:
        self.rest = ["a", "b", "c"]
    async def next_batch(self) -> Iterator[str] | None:
        return iter([self.rest.pop(0)]) if self.rest else None
    def abort(self) -> None:
        self.rest.clear()
    async def close(self) -> None:
        self.rest.clear()
"""
_SHELLS = '''"""Stories."""

from typing import Literal, overload

from flows import Chunks, whole
from google.genai._core.resource import Resource
from google.genai._core.streams import Stream


class Stories(Resource):
    """Stories."""

    @overload
    def create(self, *, stream: Literal[False] = False) -> str: ...
    @overload
    def create(self, *, stream: Literal[True]) -> Stream[str]: ...
    @overload
    def create(self, *, stream: bool) -> str | Stream[str]: ...
    def create(self, *, stream: bool = False) -> str | Stream[str]:
        """Return a story, or its chunks.

        Example::

            for chunk in client.stories.create(stream=True):
                print(chunk)
        """
        return self._stream(Chunks()) if stream else self._run(whole())
'''
_PROGRAM = """
import asyncio
from typing import Any

from typing_extensions import assert_type

from async_stories import AsyncStories
from google.genai._core.streams import AsyncStream, Stream
from stories import Stories

api_client: Any = None
stories = Stories(api_client)
assert_type(stories.create(), str)
assert_type(stories.create(stream=True), Stream[str])
assert_type(stories.create(stream=bool(api_client)), str | Stream[str])
print(stories.create(), list(stories.create(stream=True)))


async def main() -> None:
    stories = AsyncStories(api_client)
    assert_type(await stories.create(), str)
    assert_type(await stories.create(stream=True), AsyncStream[str])
    print(await stories.create(), [chunk async for chunk in await stories.create(stream=True)])


asyncio.run(main())
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module of shells, its async twin, and a program that uses both."""
    folder = tmp_path_factory.mktemp("shells")
    (folder / "flows.py").write_text(_FLOWS)
    (folder / "stories.py").write_text(_SHELLS)
    (folder / "async_stories.py").write_text(gen.async_module("stories", _SHELLS, {"stories": {"Stories"}}))
    (folder / "program.py").write_text(_PROGRAM)
    return folder


def test_a_shell_returns_an_object_or_a_stream(folder: Path) -> None:
    command = [sys.executable, "-W", "error", str(folder / "program.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.stdout, done.stderr) == ("abc ['a', 'b', 'c']\n" * 2, "")
    assert (
        "async for chunk in await client.aio.stories.create(stream=True):" in (folder / "async_stories.py").read_text()
    )


def test_checkers_know_which(folder: Path) -> None:
    settings = folder / "pyrightconfig.json"
    settings.write_text(json.dumps({"typeCheckingMode": "strict", "include": ["program.py"], "pythonVersion": "3.10"}))
    command = [sys.executable, "-m", "pyright", "--project", str(settings), "--pythonpath", sys.executable]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder)  # noqa: S603
    assert "0 errors" in done.stdout, done.stdout


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ("self.count = 1\n        return self._run(whole())", "Stories.create does more than a shell may"),
        ("return self._other(whole())", "must return self._run"),
        ("return self._run(whole()) if stream else 3", "must return self._run"),
        ("return whole().close()", "must return self._run"),
    ],
)
def test_a_shell_with_logic_is_refused(body: str, message: str) -> None:
    source = f"class Stories(Resource):\n    def create(self, *, stream: bool) -> str:\n        {body}\n"
    with pytest.raises(SystemExit, match=message):
        gen.async_module("stories", source, {"stories": {"Stories"}})


def test_the_members_of_a_union_with_a_mark_are_found() -> None:
    union = ast.parse('Annotated[Union[Text, Image], Mark("type")]', mode="eval").body
    assert [ast.unparse(member) for member in gen.members_of(union)] == ["Text", "Image"]


def test_a_stub_accepts_more_than_it_returns() -> None:
    source = """
class Kind(CaseInSensitiveEnum):
    A = "A"

class Text(Model):
    '''A text.'''
    kind: Kind
    words: Annotated[list[str] | None, Wire(vertex="w")] = None
    parts: "list[Text] | None" = None
    labels: dict[str, str] | None = None

    def shout(self, kinds: list[Kind]) -> list[str]:
        return []
"""
    stub = gen.stub_of("_text", {"_text": ast.parse(source)})
    assert "kind: Kind\n" in stub
    assert "words: Annotated[list[str] | None, Wire(vertex='w')] = ...\n" in stub
    assert (
        "def __init__(self, *, kind: Kind | str, words: SequenceNotStr[str] | None = ..., "
        "parts: Sequence[TextOrDict] | None = ..., labels: Mapping[str, str] | None = ...) -> None: ...\n"
    ) in stub
    assert "def shout(self, kinds: SequenceNotStr[Kind | str]) -> list[str]:\n" in stub
    assert "A text." not in stub


def test_machinery_has_no_public_types(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "_text.py").write_text("class Text(Model): ...")
    (tmp_path / "_kinds.py").write_text("class Kind(CaseInSensitiveEnum): ...")
    (tmp_path / "_either.py").write_text("EitherUnion = Union[Text, str]")
    (tmp_path / "_reading.py").write_text("class Reader: ...\nclass _Private(Model): ...\nWORDS = frozenset()")
    monkeypatch.setattr(gen, "TYPES", tmp_path)
    assert sorted(gen.type_modules()) == ["_either", "_kinds", "_text"]


def test_a_noun_needs_a_class_of_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gen, "PACKAGE", tmp_path)
    (tmp_path / "errors.py").write_text("class Error(Exception): ...")
    (tmp_path / "long_stories.py").write_text("class LongStories(Resource):\n    _client_attribute = 'stories'\n")
    (found,) = gen.all_nouns()
    assert (found.module, found.attribute) == ("long_stories", "stories")
    (tmp_path / "poems.py").write_text("class Poetry(Resource): ...")
    with pytest.raises(SystemExit, match="none named Poems"):
        gen.all_nouns()
