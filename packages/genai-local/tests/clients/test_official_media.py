"""Official clients get pictures, videos, tuned models and tokens; a video player plays a video."""

from __future__ import annotations

import base64
import json
import subprocess

import httpx2
import pytest

from genai_local import ScriptedGemini

pytestmark = pytest.mark.heavy

JPEG, PNG = "ffd8ffe0", "89504e47"


@pytest.fixture
def step(media_report):
    """Return the result of a step; skip if the client does not support it."""

    def found(name: str):
        if name not in media_report:
            pytest.skip(f"the program for {media_report['client']} has no step {name}")
        if media_report[name] is None:
            pytest.skip(f"{media_report['client']} refuses this itself on {media_report['surface']}")
        return media_report[name]

    return found


def test_vertex_has_all_steps(media_report):
    if media_report["surface"] == "gemini":
        pytest.skip("clients refuse most of these on the Developer API")
    assert None not in media_report.values()


def test_the_developer_api_has_pictures_and_videos(media_report):
    if (media_report["client"], media_report["surface"]) != ("python-1.51.0", "gemini"):
        pytest.skip("newer clients refuse pictures on the Developer API")
    assert media_report["generated"]
    assert media_report["filmed"]


def test_pictures(step):
    generated = step("generated")
    assert [(image["kind"], image["mime_type"]) for image in generated["images"]] == [(JPEG, "image/jpeg")] * 2
    assert all(image["scores"] > 0 for image in generated["images"])
    assert generated["positive"] == "Positive Prompt"
    assert generated.get("saved", 1) > 0


def test_filtered_pictures(step):
    assert [image["filtered"] for image in step("filtered")] == ["Too much of it.", None]


def test_a_rewritten_prompt(step):
    assert step("generated_with_seed")[0]["prompt"].startswith("x, ")


def test_an_edited_picture(step):
    assert [image["kind"] for image in step("edited")] == [PNG]


def test_an_upscaled_picture(step):
    assert step("upscaled")["width"] == 32


def test_pictures_in_other_surroundings(step):
    found = step("recontextualised")
    assert [image["kind"] for image in found["worn"]] == [PNG, PNG]
    assert found["uri"].startswith("gs://bucket/out/")


def test_segments(step):
    found = step("segmented")
    assert [mask["kind"] for mask in found] == [PNG] * 3
    assert [mask["labels"][0][0] for mask in found] == ["black", "white", "scribble"]


def test_videos(step):
    assert step("filmed") == {"done_at_once": False, "polls": 3, "videos": ["ftyp", "ftyp"]}


def test_a_video_that_continues(step):
    assert step("filmed_further") is True


def test_a_video_that_fails(step):
    assert step("failed_film") == {"error": {"code": 13, "message": "No luck."}, "response": False}


def test_a_filtered_video(step):
    assert step("filtered_film") == {"videos": 0, "count": 1, "reasons": ["Too much of it."]}


def test_a_refusal(step):
    refused = step("refused")
    assert refused["code"] == 400
    assert refused["message"].startswith("parameters.sampleCount: ")


def test_a_tuned_model(step, media_report):
    found = step("tuned")
    assert found["name"].endswith("/my-model")
    assert found["listed"] == [found["name"]]
    assert found["updated"] == [found["name"], "Mine", "Changed."]
    assert (found["gone"], found["base"]) == (404, 403)
    if media_report["client"].startswith("python"):
        assert found["base_model"].endswith("gemini-2.5-pro")
        assert bool(found["endpoints"]) is bool(found["checkpoints"]) is (media_report["surface"] != "gemini")


def test_tokens(step):
    assert step("computed") == [["user", "Hello, you!", 4], ["model", "Hi.", 2]]


def test_a_player_plays_the_video(player, tmp_path):
    model = "/v1beta1/publishers/google/models/veo-3.0-generate-001"
    with ScriptedGemini() as gemini, httpx2.Client(base_url=gemini.url) as http:
        gemini.operation_polls = 0
        parameters = {"durationSeconds": 6, "fps": 25, "aspectRatio": "9:16"}
        body = {"instances": [{"prompt": "A whale"}], "parameters": parameters}
        name = http.post(f"{model}:predictLongRunning", json=body).json()["name"]
        operation = http.post(f"{model}:fetchPredictOperation", json={"operationName": name}).json()
    video = tmp_path / "video.mp4"
    video.write_bytes(base64.b64decode(operation["response"]["videos"][0]["bytesBase64Encoded"]))
    done = subprocess.run([*player, str(video)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert "mp4" in found.pop("format")
    assert found == {"codec": "mjpeg", "fps": 25.0, "duration_s": 6.0, "frames": 150, "sizes": [[720, 1280]]}
