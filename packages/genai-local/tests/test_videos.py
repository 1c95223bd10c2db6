"""`:predictLongRunning` of video models, its operations, and the download of the videos."""

from __future__ import annotations

import base64
import io
import time

import httpx2
import pytest
from PIL import Image

from genai_local.engines.scripted import ScriptedEngine
from genai_local.media.mp4 import Clip, read_mp4, write_mp4

VERTEX = "/v1beta1/projects/p/locations/l/publishers/google/models/"
GEMINI = "/v1beta/models/"
VEO = "veo-3.0-generate-001"
VEO_2 = "veo-2.0-generate-001"


def encoded(picture, kind="PNG"):
    target = io.BytesIO()
    picture.save(target, kind)
    return {"bytesBase64Encoded": base64.b64encode(target.getvalue()).decode(), "mimeType": f"image/{kind.lower()}"}


RED = encoded(Image.new("RGB", (64, 36), "red"))
BLUE = encoded(Image.new("RGB", (64, 36), "blue"))


@pytest.fixture
def begin(http):
    """Request videos; return the response."""

    def call(instance, path: str = VERTEX, model: str = VEO, **parameters) -> httpx2.Response:
        return http.post(f"{path}{model}:predictLongRunning", json={"instances": [instance], "parameters": parameters})

    return call


@pytest.fixture
def poll(http):
    """Poll an operation once, in the way of its surface."""

    def call(name: str) -> dict:
        resource = name.rpartition("/operations/")[0]
        if resource.startswith("models/"):
            response = http.get(f"/v1beta/{name}")
        else:
            response = http.post(f"/v1beta1/{resource}:fetchPredictOperation", json={"operationName": name})
        assert response.status_code == 200, response.text
        return response.json()

    return call


@pytest.fixture
def done(begin, poll):
    """Request videos and wait for them; return the operation."""

    def call(instance, **parameters) -> dict:
        begun = begin(instance, **parameters)
        assert begun.status_code == 200, begun.text
        operation = begun.json()
        while not operation.get("done"):
            operation = poll(operation["name"])
        return operation

    return call


@pytest.fixture
def filmed(done):
    """Like `done`, on Vertex AI; return the videos."""

    def call(instance, **parameters) -> list[Clip]:
        videos = done(instance, **parameters)["response"]["videos"]
        assert {video["mimeType"] for video in videos} == {"video/mp4"}
        return [read_mp4(base64.b64decode(video["bytesBase64Encoded"])) for video in videos]

    return call


def frame(clip, index=0):
    return Image.open(io.BytesIO(clip.frames[index])).convert("RGB")


def problem_of(response):
    assert response.status_code == 400, response.text
    return response.json()["error"]["message"]


def test_developer_api_gives_a_uri_to_download(http, done):
    operation = done({"prompt": "A whale"}, path=GEMINI)
    assert operation["name"].startswith(f"models/{VEO}/operations/")
    [sample] = operation["response"]["generateVideoResponse"]["generatedSamples"]
    assert "raiMediaFilteredCount" not in operation["response"]["generateVideoResponse"]
    reply = http.get(sample["video"]["uri"])
    assert (reply.status_code, reply.headers["content-type"]) == (200, "video/mp4")
    clip = read_mp4(reply.content)
    assert (clip.width, clip.height, clip.fps, clip.duration_s) == (1280, 720, 24, 8)
    assert frame(clip).size == (1280, 720)


def test_uris_as_clients_transform_them_are_downloaded_too(http, done):
    uri = done({"prompt": "A whale"}, path=GEMINI)["response"]["generateVideoResponse"]["generatedSamples"][0]["video"][
        "uri"
    ]
    again = http.get(f"/v1beta/files/{uri}:download?alt=media")
    assert again.status_code == 200
    assert again.content == http.get(uri).content


def test_downloads_that_fail(http, done):
    missing = http.get("/v1beta/files/abc123:download?alt=media")
    assert missing.status_code == 403
    assert missing.json()["error"]["message"].startswith("files/abc123 does not exist")
    assert problem_of(http.get("/v1beta/files/abc123:download")).startswith("alt: ")


@pytest.mark.parametrize("prefix", ["projects/p/locations/l/", ""])
def test_vertex_gives_bytes(http, begin, poll, prefix):
    operation = begin({"prompt": "A whale"}, path=f"/v1beta1/{prefix}publishers/google/models/").json()
    location = prefix or "projects/local/locations/global/"
    assert operation["name"].startswith(f"{location}publishers/google/models/{VEO}/operations/")
    while not operation.get("done"):
        operation = poll(operation["name"])
    assert operation["response"]["raiMediaFilteredCount"] == 0
    assert read_mp4(base64.b64decode(operation["response"]["videos"][0]["bytesBase64Encoded"])).duration_s == 8


def test_settings_are_honoured(filmed):
    videos = filmed(
        {"prompt": "A whale"},
        model=VEO_2,
        sampleCount=2,
        durationSeconds=5,
        fps=10,
        aspectRatio="9:16",
        resolution="1080p",
        seed=7,
        negativePrompt="dogs",
        personGeneration="allow_adult",
        enhancePrompt=True,
        generateAudio=False,
    )
    assert [(video.width, video.height, video.fps, len(video.frames)) for video in videos] == [(1080, 1920, 10, 50)] * 2
    assert videos[0].frames != videos[1].frames
    assert frame(videos[0]).size == (1080, 1920)
    assert len(set(videos[0].frames)) == 5, "one drawing a second"


def test_the_seed_decides(filmed):
    def asked(**parameters):
        return filmed({"prompt": "A whale"}, durationSeconds=4, **parameters)[0].frames[0]

    assert asked(seed=1) == asked(seed=1)
    assert len({asked(seed=1), asked(seed=2), asked(), asked(seed=1, compressionQuality="LOSSLESS")}) == 4


def test_a_video_from_pictures(filmed):
    [video] = filmed({"prompt": "x", "image": RED, "lastFrame": BLUE}, durationSeconds=4)
    first, last = (frame(video, place).getpixel((640, 100)) for place in (0, -1))
    assert first[0] > 200 > 60 > first[2]
    assert last[2] > 200 > 60 > last[0]


def test_a_picture_of_another_shape_is_cropped_or_padded(filmed):
    square = encoded(Image.new("RGB", (40, 40), "red"))

    def corner(**parameters):
        [video] = filmed({"image": square}, durationSeconds=4, **parameters)
        return frame(video).getpixel((10, 100))[0]

    assert corner() > 200
    assert corner(resizeMode="PAD") < 60


def test_reference_pictures(filmed):
    references = [{"image": RED, "referenceType": "asset"}, {"image": BLUE, "referenceType": "STYLE"}]
    [video] = filmed({"prompt": "x", "referenceImages": references}, durationSeconds=4)
    assert frame(video).getpixel((60, 60))[0] > 200


def test_a_video_that_continues(http, done):
    first = done({"prompt": "One"}, path=GEMINI, durationSeconds=4)
    [sample] = first["response"]["generateVideoResponse"]["generatedSamples"]
    second = done({"prompt": "Two", "video": {"uri": sample["video"]["uri"]}}, path=GEMINI)
    [longer] = second["response"]["generateVideoResponse"]["generatedSamples"]
    before, after = (read_mp4(http.get(item["video"]["uri"]).content) for item in (sample, longer))
    assert after.duration_s == before.duration_s + 7
    assert after.frames[: len(before.frames)] == before.frames


def test_a_video_that_is_sent_and_masked(filmed):
    [video] = filmed({"prompt": "x", "image": RED}, durationSeconds=4)
    sent = {"bytesBase64Encoded": base64.b64encode(write_mp4(video)).decode(), "mimeType": "video/mp4"}
    mask = Image.new("RGB", (64, 36))
    mask.paste("white", (32, 0, 64, 36))
    instance = {"prompt": "blue sky", "video": sent, "mask": {**encoded(mask), "maskMode": "INSERT"}}
    [changed] = filmed(instance, durationSeconds=4)
    new = frame(changed, len(video.frames))
    assert new.getpixel((100, 100))[0] > 200
    assert new.getpixel((1200, 100)) != new.getpixel((100, 100))


def test_storage_uris(http, done, filmed):
    operation = done({"prompt": "x"}, storageUri="gs://bucket/videos", sampleCount=2, durationSeconds=4)
    uris = [video["gcsUri"] for video in operation["response"]["videos"]]
    assert [uri.rpartition("/")[2] for uri in uris] == ["sample_0.mp4", "sample_1.mp4"]
    [longer] = filmed({"prompt": "y", "video": {"gcsUri": uris[0], "mimeType": "video/mp4"}})
    assert longer.duration_s == 4 + 7


REFUSED = [
    ({}, {}, "instances[0].prompt: is empty"),
    ({"prompt": "x"}, {"sampleCount": 5}, "parameters.sampleCount: "),
    ({"prompt": "x"}, {"durationSeconds": 5}, "parameters.durationSeconds: expected one of 4, 6, 8 for veo-3"),
    ({"prompt": "x"}, {"aspectRatio": "1:1"}, "parameters.aspectRatio: expected one of 16:9, 9:16"),
    ({"prompt": "x"}, {"resolution": "480p"}, "parameters.resolution: "),
    ({"prompt": "x"}, {"fps": 0}, "parameters.fps: "),
    ({"prompt": "x"}, {"fps": "many"}, "Invalid value at 'parameters.fps' (TYPE_INT32)"),
    ({"prompt": "x"}, {"seed": -1}, "parameters.seed: "),
    ({"prompt": "x"}, {"storageUri": "bucket"}, "parameters.storageUri: "),
    ({"prompt": "x"}, {"sound": 1}, "Invalid JSON payload received. Unknown name \"sound\" at 'parameters'"),
    ({"prompt": "x", "image": {"bytesBase64Encoded": "AAAA"}}, {}, "instances[0].image.bytesBase64Encoded: "),
    ({"prompt": "x", "image": RED, "video": {"gcsUri": "gs://x"}}, {}, "instances[0].video: "),
    ({"prompt": "x", "lastFrame": RED}, {}, "instances[0].lastFrame: "),
    ({"prompt": "x", "mask": RED}, {}, "instances[0].mask: "),
    ({"prompt": "x", "video": {"gcsUri": "gs://x"}}, {}, "instances[0].video.gcsUri: gs://x is unknown"),
    ({"prompt": "x", "video": {"bytesBase64Encoded": "AAAA"}}, {}, "instances[0].video: the bytes are not an MP4"),
    ({"prompt": "x", "referenceImages": [{"image": RED}]}, {}, "instances[0].referenceImages[0].referenceType: "),
    ({"prompt": "x", "referenceImages": [{"image": RED, "referenceType": "ASSET"}] * 4}, {}, "instances[0].referenceImages: expected at most 3"),
    ({"image": RED, "referenceImages": [{"image": RED, "referenceType": "ASSET"}]}, {}, "instances[0].referenceImages: "),
]  # fmt: skip


@pytest.mark.parametrize(("instance", "parameters", "message"), REFUSED, ids=[case[2][:60] for case in REFUSED])
def test_refusals(begin, instance, parameters, message):
    assert problem_of(begin(instance, **parameters)).startswith(message)


@pytest.mark.parametrize("field", ["fps", "seed", "storageUri", "pubsubTopic", "generateAudio", "compressionQuality"])
def test_the_developer_api_does_not_know_fields_of_vertex(begin, field):
    message = problem_of(begin({"prompt": "x"}, path=GEMINI, **{field: 1}))
    assert f"Unknown name \"{field}\" at 'parameters'" in message


@pytest.mark.parametrize("model", ["imagen-4.0-generate-001", "gemini-2.5-flash", "other"])
def test_models_without_videos(begin, model):
    assert begin({"prompt": "x"}, model=model).status_code == 404


def test_operations_run_for_a_number_of_polls(gemini, begin, poll):
    gemini.operation_polls = 3
    name = begin({"prompt": "x"}, durationSeconds=4).json()["name"]
    assert [poll(name).get("done", False) for _ in range(5)] == [False, False, False, True, True]


def test_operations_run_for_a_duration(gemini, begin, poll):
    gemini.operation_polls, gemini.operation_s = 0, 0.3
    started = time.monotonic()
    name = begin({"prompt": "x"}, durationSeconds=4).json()["name"]
    assert poll(name) == {"name": name} or time.monotonic() - started >= 0.3
    while not poll(name).get("done"):
        time.sleep(0.01)
    assert time.monotonic() - started >= 0.3


def test_a_reset_restores_the_duration_of_operations(gemini):
    assert (gemini.operation_polls, gemini.operation_s) == (1, 0)


def test_operations_by_generic_paths(http, begin):
    gemini_name = begin({"prompt": "x"}, path=GEMINI).json()["name"]
    vertex_name = begin({"prompt": "x"}).json()["name"]
    for name, version in ((gemini_name, "v1beta"), (vertex_name, "v1beta1")):
        assert http.get(f"/{version}/{name}").json() == {"name": name}
        collection = name.rpartition("/")[0]
        assert [item["name"] for item in http.get(f"/{version}/{collection}").json()["operations"]] == [name]
        assert http.get(f"/{version}/{name}").json()["done"]


@pytest.mark.parametrize(
    "path",
    [
        f"/v1beta/models/{VEO}/operations/none",
        "/v1beta/operations/none",
        "/v1beta/tunedModels/x/operations/none",
        "/v1beta1/projects/p/locations/l/operations/none",
        f"{VERTEX}{VEO}/operations/none",
    ],
)
def test_unknown_operations(http, path):
    response = http.get(path)
    assert response.status_code == 404
    assert response.json()["error"]["message"].endswith("operations/none does not exist or has been deleted.")


def test_fetching_an_operation_of_another_model(http, begin):
    name = begin({"prompt": "x"}).json()["name"]

    def fetch(body, model=VEO):
        return http.post(f"{VERTEX}{model}:fetchPredictOperation", json=body)

    assert fetch({"operationName": f"{name}0"}).status_code == 404
    assert problem_of(fetch({"operationName": name}, model=VEO_2)).startswith("operationName: ")
    assert problem_of(fetch({})).startswith("operationName: is empty")
    assert fetch({"operationName": name}, model="gemini-2.5-flash").status_code == 404


@pytest.mark.parametrize("path", [GEMINI, VERTEX])
def test_an_operation_that_fails(gemini, done, path):
    gemini.on("castle").fail(500, message="No luck.", times=1)
    operation = done({"prompt": "A castle"}, path=path)
    assert operation["error"] == {"code": 13, "message": "No luck."}
    assert "response" not in operation
    assert "response" in done({"prompt": "A castle"}, path=path, durationSeconds=4)


@pytest.mark.parametrize(("status", "code"), [(400, 3), (403, 7), (404, 5), (429, 8), (501, 12), (503, 14), (504, 4)])
def test_codes_of_operations_that_fail(gemini, done, status, code):
    gemini.on().fail(status)
    assert done({"prompt": "x"})["error"]["code"] == code


def test_a_request_that_fails_before_its_operation_exists(gemini, begin):
    gemini.fail(429, path="predictLongRunning")
    assert begin({"prompt": "x"}).status_code == 429


def test_a_poll_that_fails(gemini, http, begin):
    name = begin({"prompt": "x"}, path=GEMINI).json()["name"]
    gemini.fail(503, path="/operations/")
    assert http.get(f"/v1beta/{name}").status_code == 503
    assert http.get(f"/v1beta/{name}").json() == {"name": name}


def test_filtered_videos(gemini, done):
    gemini.on("horror").filter("Too much of it.", count=1)
    gemini.on("terror").filter("Far too much.")
    some = done({"prompt": "horror"}, sampleCount=2, durationSeconds=4)["response"]
    assert (some["raiMediaFilteredCount"], some["raiMediaFilteredReasons"]) == (1, ["Too much of it."])
    assert len(some["videos"]) == 1
    none = done({"prompt": "terror"}, path=GEMINI)["response"]["generateVideoResponse"]
    assert none == {"raiMediaFilteredCount": 1, "raiMediaFilteredReasons": ["Far too much."]}


def test_delivered_videos(gemini, http, done):
    gemini.on("castle").deliver(b"one", b"two")
    videos = done({"prompt": "castle"}, sampleCount=3)["response"]["videos"]
    assert [base64.b64decode(video["bytesBase64Encoded"]) for video in videos] == [b"one", b"two", b"one"]
    [sample] = done({"prompt": "castle"}, path=GEMINI)["response"]["generateVideoResponse"]["generatedSamples"]
    assert http.get(sample["video"]["uri"]).content == b"one"


def test_whole_responses(gemini, done):
    sample = {"video": {"encodedVideo": "AAAA", "encoding": "video/mp4"}}
    gemini.on("castle").reply({"generateVideoResponse": {"generatedSamples": [sample]}})
    response = done({"prompt": "castle"}, path=GEMINI)["response"]
    assert response["generateVideoResponse"]["generatedSamples"] == [sample]


def test_a_reset_removes_operations_and_files(gemini, http, done):
    operation = done({"prompt": "x"}, path=GEMINI)
    uri = operation["response"]["generateVideoResponse"]["generatedSamples"][0]["video"]["uri"]
    gemini.reset()
    assert http.get(f"/v1beta/{operation['name']}").status_code == 404
    assert http.get(uri).status_code == 403


def test_a_server_with_another_duration(serve_engine, no_tls):
    server = serve_engine(ScriptedEngine(), operation_s=0.0)
    with httpx2.Client(base_url=server.url, timeout=30, verify=no_tls) as client:
        body = {"instances": [{"prompt": "x"}], "parameters": {"durationSeconds": 4}}
        name = client.post(f"{GEMINI}{VEO}:predictLongRunning", json=body).json()["name"]
        assert client.get(f"/v1beta/{name}").json()["done"]
