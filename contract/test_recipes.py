"""The recipes of `docs/contributing/` work: the tests apply their diffs to a copy of the tree, and run the result."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).resolve().parent.parent
_RECIPES = _ROOT / "docs/contributing"
_DIFF = re.compile(r"^```diff\n(.*?)^```$", re.M | re.S)
_LEFT_OUT = shutil.ignore_patterns(".*", "__pycache__", "*.gz", "corpora")

_ANY_SERVER = """
import asyncio, http.server, threading
from google import genai
from google.genai import types

seen = []

class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        self.rfile.read(int(self.headers.get("content-length") or 0))
        seen.append(f"{self.command} {self.path}")
        body = b'{"name": "n", "languageCodes": ["en-US"]}'
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    do_GET = do_POST = answer
    def log_message(self, *_):
        pass

server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
client = genai.Client(api_key="k", http_options={"base_url": f"http://127.0.0.1:{server.server_port}"})

async def in_turn(call):
    async with client.aio:
        return await call
"""
_METHOD = """
print(client.caches.renew(name="c", config={"ttl": "60s"}).name)
print(asyncio.run(in_turn(client.aio.caches.renew(name="c"))).name)
print(*seen, sep="\\n")
"""
_NOUN = """
print(client.accents.get(name="accents/scottish"))
print(asyncio.run(in_turn(client.aio.accents.get(name="accents/scottish"))).language_codes)
print(*seen, sep="\\n")
print(genai.accents.Accents.__name__, type(client.aio.accents).__name__, "accents" in dir(genai))
print(types.AccentDict.__annotations__["language_codes"])
"""
_SERVICE = """
import genai_local
from google import genai
from google.genai import errors

with genai_local.ScriptedGemini() as gemini, genai.Client(api_key="k", http_options={"base_url": gemini.url}) as client:
    print(client.accents.get(name="accents/scottish").language_codes)
    try:
        client.accents.get(name="accents/unknown")
    except errors.ClientError as error:
        print(error.code, error.message)
"""
_TRANSPORT = """
import asyncio, sys
import genai_local
from google import genai

async def main():
    with genai_local.ScriptedGemini() as gemini:
        async with genai.Client(api_key="k", http_options={"base_url": gemini.url}).aio as client:
            print((await client.models.generate_content(model="gemini-2.5-flash", contents="a")).text)
            stream = await client.models.generate_content_stream(model="gemini-2.5-flash", contents="a")
            print("".join([chunk.text async for chunk in stream]))
    print("google.genai._io.stdlib_transport" in sys.modules)

asyncio.run(main())
"""


class _Tree:
    """A copy of the parts of the repository that recipes touch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for part in ("packages", "tools", "contract"):
            shutil.copytree(_ROOT / part, folder / part, ignore=_LEFT_OUT)
        shutil.copy(_ROOT / "pyproject.toml", folder)

    def follow(self, recipe: str) -> None:
        """Apply the diffs of a recipe, generate, and check the style."""
        diffs = _DIFF.findall((_RECIPES / recipe).read_text())
        assert diffs
        for diff in diffs:
            self.run("git", "apply", "-", given=diff)
        self.python("tools/gen.py")
        self.python("-m", "ruff", "check", "--quiet", "--no-cache", ".")
        self.python("-m", "ruff", "format", "--quiet", "--no-cache", "--check", ".")

    def python(self, *arguments: str, **variables: str) -> str:
        """Return the output of Python with the packages of the copy."""
        return self.run(sys.executable, *arguments, **variables)

    def run(self, *command: str, given: str = "", **variables: str) -> str:
        """Return the output of a command in the folder of the copy."""
        sources = os.pathsep.join(str(self.folder / f"packages/{name}/src") for name in ("google-genai", "genai-local"))
        environment = {**os.environ, "PYTHONPATH": sources, "GIT_CEILING_DIRECTORIES": str(self.folder), **variables}
        done = subprocess.run(  # noqa: S603
            command, cwd=self.folder, env=environment, input=given, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@pytest.fixture
def tree(tmp_path: Path) -> _Tree:
    return _Tree(tmp_path)


def test_a_field(tree: _Tree) -> None:
    tree.follow("field.md")
    passed = tree.python("-m", "pytest", "-p", "no:cacheprovider", "contract/test_wire.py", "-k", "embed-normalize")
    assert "4 passed" in passed
    described = tree.python("-m", "tools.wire", "EmbedContentConfig")
    assert re.search(r"normalize +bool +refused +/parameters\.normalize", described)
    program = "from google.genai import types; print(types.EmbedContentConfigDict.__annotations__['normalize'])"
    assert "bool | None" in tree.python("-c", program)


def test_a_method(tree: _Tree) -> None:
    tree.follow("method.md")
    request = "POST /v1beta/cachedContents/c:renew"
    assert tree.python("-c", _ANY_SERVER + _METHOD).splitlines() == ["n", "n", request, request]
    assert "POST {name}:renew" in tree.python("-m", "tools.wire", "caches.renew")


def test_a_noun_and_its_local_service(tree: _Tree) -> None:
    tree.follow("noun.md")
    request = "GET /v1beta/accents/scottish"
    *printed, annotation = tree.python("-c", _ANY_SERVER + _NOUN).splitlines()
    assert printed == [
        "name='n' language_codes=['en-US']",
        "['en-US']",
        request,
        request,
        "Accents AsyncAccents True",
    ]
    assert annotation.startswith("ForwardRef('list[str] | None'")  # Python 3.10 does not show the module
    tree.follow("local-service.md")
    assert tree.python("-c", _SERVICE).splitlines() == ["['en-GB']", "404 accents/unknown does not exist."]


def test_a_transport(tree: _Tree) -> None:
    tree.follow("transport.md")
    printed = tree.python("-c", _TRANSPORT, GOOGLE_GENAI_HTTP_CLIENT="http.client").splitlines()
    assert printed == ["This is a scripted reply to: a", "This is a scripted reply to: a", "True"]


def test_a_recipe_that_no_longer_fits_fails(tree: _Tree) -> None:
    operations = tree.folder / "packages/google-genai/src/google/genai/_ops/caches.py"
    operations.write_text(operations.read_text().replace("Operation(", "Call("))
    with pytest.raises(AssertionError, match="patch"):
        tree.follow("method.md")
