"""Validators of replies, with releases of pydantic-core that can ignore the existing validators of classes and with older ones."""

from __future__ import annotations

from typing import Any

import pydantic_core
import pytest

from google.genai import types
from google.genai._wire import reply

_IMAGES = b'{"predictions": [{"bytesBase64Encoded": "aGk=", "mimeType": "image/png"}]}'
_JOBS = b'{"operations": [{"name": "batches/1", "metadata": {"state": "BATCH_STATE_RUNNING"}}]}'
_SchemaValidator = pydantic_core.SchemaValidator


def _without_argument(schema: Any, **arguments: Any) -> Any:
    """Build a validator like pydantic-core 2.41: it uses the validators of complete classes, and takes no `_use_prebuilt`."""
    if arguments:
        raise TypeError(f"unexpected arguments {arguments}")
    return _SchemaValidator(schema)


@pytest.mark.parametrize("old", [False, True], ids=["installed", "old"])
def test_fields_in_other_places_are_read(monkeypatch: pytest.MonkeyPatch, old: bool) -> None:
    types.GeneratedImage(image=types.Image(image_bytes=b"x", mime_type="image/png"))  # builds the classes' validators
    types.BatchJob(name="batches/1")
    monkeypatch.setattr(reply, "_readings", {})
    if old:
        monkeypatch.setattr(pydantic_core, "SchemaValidator", _without_argument)
    images = reply.read(types.GenerateImagesResponse, "gemini", _IMAGES).generated_images or []
    assert [each.image.image_bytes for each in images if each.image] == [b"hi"]
    jobs = reply.read(types.ListBatchJobsResponse, "gemini", _JOBS).batch_jobs or []
    assert [(each.name, each.state) for each in jobs] == [("batches/1", types.JobState.JOB_STATE_RUNNING)]
    assert types.GeneratedImage.__pydantic_complete__
