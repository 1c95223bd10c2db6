"""Imports: their cost, the modules that they must not load, and the allowed directions between packages."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tools.import_graph import Package, circles, foreign_imports

import google.genai

_PACKAGE = Path(google.genai.__file__).parent
_HEAVY = ["pydantic", "httpx", "httpx2", "aiohttp", "websockets", "mcp", "PIL", "google.auth", "requests", "asyncio"]
_LOADED = "import json, sys; print(json.dumps(sorted(sys.modules)))"


def _modules_after(program: str) -> set[str]:
    done = _run(f"{program}\n{_LOADED}")
    return set(json.loads(done.splitlines()[-1]))


def _run(program: str, *flags: str) -> str:
    done = subprocess.run(
        [sys.executable, "-W", "error", *flags, "-c", program], capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize(
    "program",
    [
        "import google.genai",
        "from google import genai; from google.genai import types",
        "from google import genai; genai.Client(api_key='k')",
        "from google import genai; c = genai.Client(api_key='k'); c.close; c.aio; c.vertexai; repr(c)",
        "from google import genai; genai.Client(vertexai=True, api_key='k')",
        "from google import genai; genai.Client(vertexai=True, project='p', location='l')",
        "from google.genai import errors, version",
        "from google import genai; dir(genai); from google.genai import types; dir(types)",
    ],
)
def test_nothing_heavy_is_loaded_early(program: str) -> None:
    loaded = _modules_after(program)
    plain = _modules_after("pass")
    assert [name for name in _HEAVY if name in loaded - plain] == []


def test_types_load_pydantic_and_no_transport() -> None:
    loaded = _modules_after("from google.genai import types; types.Part(text='a'); types.GenerateContentConfig()")
    pydantic = _modules_after("import pydantic; pydantic.BaseModel, pydantic.TypeAdapter")
    assert "pydantic" in loaded
    assert [name for name in _HEAVY if name in loaded - pydantic] == []


def test_one_type_does_not_load_all() -> None:
    loaded = _modules_after("from google.genai import types; types.Blob")
    ours = {name for name in loaded if name.startswith("google.genai.types.")}
    assert "google.genai.types._parts" in ours
    assert not {"google.genai.types._retrieval", "google.genai.types._grounding"} & ours


_SERVICES = ("agents", "credentials", "decisions", "environments", "triggers", "voices", "webhooks")


def test_the_services_load_no_types_before_a_call() -> None:
    touched = "; ".join(f"c.{noun}; c.aio.{noun}" for noun in _SERVICES)
    loaded = _modules_after(f"from google import genai; c = genai.Client(api_key='k'); {touched}; c.environments.files")
    pydantic = _modules_after("import pydantic; pydantic.BaseModel, pydantic.TypeAdapter")
    assert [name for name in _HEAVY if name in loaded - pydantic] == []
    assert not {name for name in loaded if name.startswith("google.genai._interactions.types.models.")}
    before = _modules_after("from google import genai; genai.Client(api_key='k')")
    assert not {f"google.genai.{noun}" for noun in _SERVICES} & before


def test_the_types_of_interactions_load_no_other_types() -> None:
    loaded = _modules_after(
        "from google.genai._interactions import types as t; t.Interaction(status='queued'); t.CreateModelInteraction(model='m')"
    )
    assert {name for name in loaded if name.startswith("google.genai.types.")} == {
        "google.genai.types._base",
        "google.genai.types._index",
    }
    assert "google.genai._interactions.types.models.realtime" not in loaded
    assert not {name for name in loaded if ".params." in name}


@pytest.mark.parametrize(
    ("step", "others"),
    [
        ({"type": "model_output", "content": [{"type": "text", "text": "a"}]}, ["contents"]),
        ({"type": "function_call", "id": "c", "name": "f", "arguments": {}}, ["function_steps"]),
        ({"type": "model_output", "content": [{"type": "image", "uri": "u"}]}, ["contents", "media"]),
    ],
)
def test_a_call_of_interactions_loads_only_the_types_that_it_meets(step: dict[str, Any], others: list[str]) -> None:
    program = f"""
import http.server, json, threading, warnings
body = json.dumps({{"id": "i", "status": "completed", "steps": [{step!r}]}}).encode()
class H(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=server.serve_forever, daemon=True).start()
from google import genai
from google.genai import interactions
warnings.simplefilter("ignore", genai.errors.ExperimentalWarning)
with genai.Client(api_key="k", http_options={{"base_url": f"http://127.0.0.1:{{server.server_port}}"}}) as client:
    assert client.interactions.create(model="m", input="a").steps[0].type == {step["type"]!r}
server.shutdown()
server.server_close()
"""
    models = "google.genai._interactions.types.models."
    loaded = {name.removeprefix(models) for name in _modules_after(program) if name.startswith(models)}
    assert loaded == {"interaction", "steps", *others}


def test_a_blocking_call_loads_neither_asyncio_nor_aiohttp_nor_credentials() -> None:
    program = """
import http.server, threading
class H(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200); self.send_header("content-length", "2"); self.end_headers(); self.wfile.write(b"{}")
    def log_message(self, *a): pass
server = http.server.HTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=server.serve_forever, daemon=True).start()
from google import genai
client = genai.Client(api_key="k", http_options={"base_url": f"http://127.0.0.1:{server.server_port}"})
def add(a: int, b: int) -> int:
    "Add."
client.models.generate_content(model="m", contents="a", config={"tools": [add]})
client.chats.create(model="m").send_message("a")
client.close()
server.server_close()
"""
    loaded = _modules_after(program)
    heavy = {"asyncio", "aiohttp", "websockets", "mcp", "PIL", "google.auth", "requests"}
    assert not heavy & loaded


@pytest.mark.parametrize("blocked", ["httpx2", "httpx", "aiohttp"])
def test_calls_work_without_one_of_the_http_libraries(blocked: str) -> None:
    program = f"""
import sys
class Blocked:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == {blocked!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)
sys.meta_path.insert(0, Blocked())
import asyncio, http.server, importlib.util, threading
find = importlib.util.find_spec
importlib.util.find_spec = lambda name, *a: None if name.partition(".")[0] == {blocked!r} else find(name, *a)
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        self.rfile.read(int(self.headers["content-length"]))
        body = b'{{"candidates": [{{"content": {{"parts": [{{"text": "hi"}}]}}}}]}}'
        self.send_response(200); self.send_header("content-length", str(len(body))); self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H)
threading.Thread(target=server.serve_forever, daemon=True).start()
from google import genai
url = f"http://127.0.0.1:{{server.server_port}}"
with genai.Client(api_key="k", http_options={{"base_url": url}}) as client:
    print(client.models.generate_content(model="m", contents="a").text)
async def ask():
    async with genai.Client(api_key="k", http_options={{"base_url": url}}).aio as client:
        print((await client.models.generate_content(model="m", contents="a")).text)
asyncio.run(ask())
server.shutdown()
server.server_close()
assert {blocked!r} not in sys.modules
"""
    assert _run(program).split() == ["hi", "hi"]


def test_every_module_can_be_imported_first() -> None:
    modules = sorted(
        ".".join(("google.genai", *path.relative_to(_PACKAGE).with_suffix("").parts)) for path in _GRAPH.files.values()
    )
    names = [name.removesuffix(".__init__") for name in modules if ".hook-" not in name]  # those run inside PyInstaller
    program = f"""
import importlib, sys
for name in {names!r}:
    for loaded in [m for m in sys.modules if m.startswith("google.genai")]:
        del sys.modules[loaded]
    importlib.import_module(name)
print("all")
"""
    assert _run(program).strip() == "all"


# Import direction

_ASYNC_AND_HTTP = {"asyncio", "httpx", "httpx2", "aiohttp", "websockets"}
_MAY_IMPORT: dict[str, set[str]] = {
    "version": set(),
    "_json": set(),
    "_iterables": set(),
    "_optional": set(),
    "_media_types": set(),
    "_times": set(),
    "_wire.marks": set(),
    "_validation": {"_optional"},
    "_backend": {"_wire.marks"},
    "errors": {"_json", "_http_reply", "types"},
    "hooks": {"errors", "_http_reply", "types"},
    "_reasons": {"types"},
    "types": {
        *("types", "_wire.marks", "_json", "_optional", "_media_types", "_times", "_reasons", "_validation", "errors"),
        *("_iterables", "_schemas", "_callables", "_wire.reply"),  # the last three in the methods that need them
    },
    "_schemas": {"_schemas", "types", "_json", "_validation", "_wire.marks"},
    "_callables": {"_callables", "_schemas", "types", "_json", "_optional", "_validation", "_wire.marks"},
    "_wire": {
        *("_wire", "types", "_schemas", "_callables", "_backend"),
        *("_json", "_optional", "_times", "_validation", "errors"),
    },
    "_ops": {"_ops", "types", "_wire"},
    "_io": {"_io", "types", "_backend", "_json", "_wire.call", "errors", "_http_reply", "version", "hooks"},
    "_core": {
        *("_core", "_ops", "_wire", "types", "_schemas", "_callables", "errors", "_http_reply", "pagers"),
        *("_json", "_iterables", "_optional", "_media_types", "_reasons", "_validation", "_backend"),
        *("_io.port", "_io.messages", "_io.retry", "_io.sse", "_api_client", "hooks"),
    },
    "_tokenizer.known": set(),
    "_tokenizer.vocabulary": set(),
    "_tokenizer.sentencepieces": {"_tokenizer.vocabulary"},
    "_tokenizer": {"_tokenizer", "types", "errors", "_validation", "_io.public_files"},
    "_live.protocol": {"_wire", "types", "errors", "_backend", "_json", "_validation"},
    "_live.ledger": {"types"},
    "_live.inbox": set(),
    "_live": {
        *("_live", "_core", "_wire", "types", "errors", "_callables", "_json", "_optional", "_validation", "_backend"),
        *("_io.backends", "_io.concurrency", "_io.retry", "_io.tls", "_io.port", "_api_client", "hooks"),
    },
    # The command line is a program like any other: it uses the public SDK.
    "_cli": {"_cli", "", "types", "chats", "errors", "live", "local_tokenizer", "version", "_media_types"},
    "_replay.identity": {"_io.auth", "_replay.recording", "_replay.session"},
    "_replay.redaction": set(),
    "_replay.recording": set(),
    "_replay.matching": {"_replay.redaction", "_replay.recording"},
    "_replay.official": {"_replay.matching", "_replay.recording", "errors"},
    "_replay": {
        *("_replay", "errors", "_wire.call", "_io.messages", "_io.port", "_io.failures", "_io.auth", "_io.exchange"),
        *("_io.sync_port", "_io.async_port"),
    },
    "_interactions.types": {"_interactions.types", "types"},
    "_interactions": {
        *("_interactions", "_core", "_wire.call", "types", "errors", "_callables", "_json", "_optional", "_validation"),
        *("_io.port", "_io.messages", "_io.retry", "_api_client", "_live.connection", "_media_types"),
    },
}
"""The parts that each part of this package may import, also for type checkers; unlisted parts may import everything."""
_FOR_CHECKERS_ONLY = {
    ("errors", "types"),
    ("errors", "_json"),
    ("_reasons", "types"),
    ("_core", "_api_client"),
    ("_core", "_backend"),
}
"""Imports of these that must not be executed."""

_GRAPH = Package(_PACKAGE, "google.genai")
_IMPORTS = _GRAPH.imports()


def _is_part_of(module: str, part: str) -> bool:
    return module == part or module.startswith(part + ".")


@pytest.mark.parametrize("part", list(_MAY_IMPORT))
def test_imports_point_one_way(part: str) -> None:
    wrong = [
        f"{each.source}:{each.line} imports {each.target}"
        for each in _IMPORTS
        if _is_part_of(each.source, part) and not (part == "_wire" and each.source == "_wire.marks")
        if not any(_is_part_of(each.target, allowed) for allowed in _MAY_IMPORT[part])
    ]
    assert wrong == []


def test_imports_for_checkers_are_not_executed() -> None:
    wrong = [
        f"{each.source}:{each.line} imports {each.target}"
        for each in _IMPORTS
        for part, target in _FOR_CHECKERS_ONLY
        if _is_part_of(each.source, part) and _is_part_of(each.target, target) and not each.for_checkers
    ]
    assert wrong == []


def test_no_imports_form_a_circle() -> None:
    assert len(_IMPORTS) > 300
    assert circles({(each.source, each.target) for each in _IMPORTS}) == []


def test_asynchrony_and_http_libraries_stay_where_they_belong() -> None:
    wrong = [
        f"{module}:{line} imports {name}"
        for module, path in _GRAPH.files.items()
        if module.partition(".")[0] not in ("_io", "_live", "live") and module != "_replay.sockets"
        for name, line in foreign_imports(path)
        if name.partition(".")[0] in _ASYNC_AND_HTTP
    ]
    assert wrong == []


def test_the_server_shares_no_code_with_the_client() -> None:
    server = Path(__file__).parents[2] / "genai-local/src"
    wrong = [str(path) for path in server.rglob("*.py") if "google.genai" in path.read_text()]
    assert wrong == []


def test_files_stay_short() -> None:
    """Generated modules are not read from top to bottom."""
    texts = {str(path.relative_to(_PACKAGE)): path.read_text() for path in _GRAPH.files.values()}
    lengths = {name: text.count("\n") for name, text in texts.items() if "do not edit." not in text[:1_000]}
    assert {name: length for name, length in lengths.items() if length > 700} == {}
    assert len(lengths) > 40


def test_google_stays_a_namespace() -> None:
    assert not (_PACKAGE.parent / "__init__.py").exists()
    assert (_PACKAGE / "py.typed").exists()
