"""`python -m tools.wire` prints the places of the fields of every type, and of the arguments of every operation."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pydantic
import pytest

from google.genai import types

_ROOT = Path(__file__).resolve().parent.parent
if str(_ROOT) not in sys.path:
    sys.path.append(str(_ROOT))

from tools import wire  # noqa: E402 - found by the line above


def _rows(name: str) -> dict[str, list[str]]:
    """Return the columns of each row after its first column."""
    rows = [line.strip().split("  ") for line in wire.describe(name).splitlines()[1:]]
    return {row[0]: [column.strip() for column in row[1:] if column.strip()] for row in rows}


def test_a_config_class() -> None:
    assert wire.describe("EmbedContentConfig").splitlines()[:5] == [
        "EmbedContentConfig",
        "  field                   type         Gemini Developer API              Vertex AI",
        "  http_options            HttpOptions  not sent                          not sent",
        "  task_type               str          /requests[].taskType              /instances[].task_type",
        "  title                   str          /requests[].title                 /instances[].title",
    ]
    assert _rows("EmbedContentConfig")["auto_truncate"] == ["bool", "refused", "/parameters.autoTruncate"]


@pytest.mark.parametrize(
    ("name", "field", "columns"),
    [
        ("ListModelsConfig", "page_size", ["int", "query, pageSize", "query, pageSize"]),
        ("ListModelsConfig", "filter", ["str", *["filter, via filter_as_written"] * 2]),
        ("CreateCachedContentConfig", "contents", ["ContentListUnion", *["contents, via contents"] * 2]),
        ("CreateCachedContentConfig", "kms_key_name", ["str", "refused", "encryptionSpec.kmsKeyName"]),
        ("GeneratedImageMask", "mask", ["Image", "keys of this object", "keys of this object"]),
        ("Part", "text", ["str", "text", "text"]),
    ],
)
def test_fields(name: str, field: str, columns: list[str]) -> None:
    assert _rows(name)[field] == columns


def test_places_in_replies() -> None:
    lines = wire.describe("BatchJobSource").splitlines()
    position = next(number for number, line in enumerate(lines) if line.strip().startswith("gcs_uri"))
    assert lines[position + 1].split() == ["in", "replies", "gcsUri", "gcsSource.uris"]
    lines = wire.describe("Candidate").splitlines()
    position = next(number for number, line in enumerate(lines) if line.strip().startswith("finish_message"))
    assert lines[position + 1].split() == ["in", "replies", "absent", "finishMessage"]


def test_an_operation_with_its_config() -> None:
    text = wire.describe("models.embed_content")
    assert text.startswith("models.embed_content returns EmbedContentResponse\n")
    assert _rows("models.embed_content")["model"] == ["path, via model_name", "path, via model_name"]
    assert "POST {model}:batchEmbedContents  POST {model}:predict" in text
    assert "not offered                              POST {model}:embedContent" in text
    assert wire.describe("EmbedContentConfig") in text
    assert _rows("models.upscale_image")["always 'upscale'"] == ["parameters.mode", "parameters.mode"]
    assert "not offered" in wire.describe("models.upscale_image")


def test_every_model_and_every_operation_can_be_described() -> None:
    classes = [getattr(types, name) for name in dir(types)]
    models = [each for each in classes if isinstance(each, type) and issubclass(each, pydantic.BaseModel)]
    assert len(models) > 300
    for model in models:
        rows = _rows(model.__name__)
        assert set(model.model_fields) <= set(rows), model.__name__
    assert {"caches.create", "files.delete", "models.generate_content"} <= set(wire.all_operations())
    for name in wire.all_operations():
        assert wire.describe(name).startswith(f"{name} returns ")


def test_the_command() -> None:
    command = [sys.executable, "-m", "tools.wire"]
    done = subprocess.run([*command, "Blob", "files.get"], cwd=_ROOT, capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout == f"{wire.describe('Blob')}\n\n{wire.describe('files.get')}\n"
    wrong = subprocess.run([*command, "EmbedContentConfi"], cwd=_ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert wrong.returncode == 1
    assert (
        "neither a model class of google.genai.types nor an operation; did you mean EmbedContentConfig" in wrong.stderr
    )
