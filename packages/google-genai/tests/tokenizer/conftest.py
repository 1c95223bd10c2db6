"""Fixtures: a small trained model, and a published tokenizer at an address on this machine."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from tools.tokenizer_conformance import model

from google.genai import local_tokenizer
from google.genai._io import public_files
from google.genai._tokenizer import known
from google.genai.local_tokenizer import LocalTokenizer

from .file_server import FileServer, serving


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The path of a small sentencepiece model."""
    return model.train(tmp_path_factory.mktemp("trained") / "small.model")


@pytest.fixture
def tokenizer(trained: Path) -> LocalTokenizer:
    """A tokenizer with the small model."""
    return LocalTokenizer("any-model", tokenizer=trained)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The path of an empty cache folder, which does not exist yet; and no other cache."""
    folder = tmp_path / "cache" / "tokenizers"
    monkeypatch.setenv("GOOGLE_GENAI_TOKENIZER_CACHE", str(folder))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return folder


@pytest.fixture
def published(cache: Path, trained: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[FileServer]:
    """A server whose file is the published tokenizer of all models named gemma3; the process has loaded none yet."""
    data = trained.read_bytes()
    with serving(data) as server:
        file = known.TokenizerFile("gemma3", server.url, hashlib.sha256(data).hexdigest())
        monkeypatch.setitem(known.FILES, "gemma3", file)
        monkeypatch.setattr(local_tokenizer, "_published", {})
        monkeypatch.setattr(public_files, "_PAUSES_S", (0.0, 0.0, 0.0))
        yield server
