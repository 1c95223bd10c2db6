"""Official clients play live music, over TLS as they always do."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.heavy

CHUNK_BYTES = 2 * 48_000 * 2 * 2


def test_chunks(music_report):
    for chunk in (music_report["first"], music_report["after_reset"]):
        assert chunk["bytes"] == CHUNK_BYTES
        assert chunk["loudest"] > 3000
        assert chunk["mime_type"] == "audio/l16;rate=48000;channels=2"
        assert (chunk["bpm"], chunk["scale"], chunk["prompts"]) == (90, "D_MAJOR_B_MINOR", ["piano"])


def test_a_filtered_prompt(music_report):
    assert music_report["filtered"] == ["explicit", "The prompt contains the word 'explicit'."]


def test_a_pause(music_report):
    assert music_report["is_silent_after_pause"]


def test_a_refusal(music_report):
    assert "musicGenerationConfig.bpm: expected a number between 60 and 200, not 10" in music_report["refusal"]
