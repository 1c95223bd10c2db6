"""`:predict` of image models on both surfaces: drawings, edits of input pictures, refusals."""

from __future__ import annotations

import base64
import io

import httpx2
import pytest
from PIL import Image, ImageChops, ImageDraw

GENERATE = "imagen-4.0-generate-001"
EDIT = "imagen-3.0-capability-001"
UPSCALE = "imagen-4.0-upscale-preview"
TRY_ON = "virtual-try-on-001"
RECONTEXT = "imagen-product-recontext-preview-06-30"
SEGMENT = "image-segmentation-001"
VERTEX = "/v1/projects/p/locations/l/publishers/google/models/"


def encoded(picture, kind="PNG"):
    target = io.BytesIO()
    picture.save(target, kind)
    return {"bytesBase64Encoded": base64.b64encode(target.getvalue()).decode(), "mimeType": f"image/{kind.lower()}"}


def disc(size=(120, 80), colour="red", ground="white"):
    picture = Image.new("RGB", size, ground)
    ImageDraw.Draw(picture).ellipse((size[0] * 0.3, size[1] * 0.1, size[0] * 0.7, size[1] * 0.5), fill=colour)
    return picture


KINDS = ("RAW", "MASK", "CONTROL", "STYLE", "SUBJECT", "CONTENT")


def raw(picture, kind="RAW", **config):
    return {
        "referenceId": KINDS.index(kind),
        "referenceType": f"REFERENCE_TYPE_{kind}",
        "referenceImage": encoded(picture),
        **config,
    }


def mask_by(mode, **more):
    return {"referenceType": "REFERENCE_TYPE_MASK", "maskImageConfig": {"maskMode": f"MASK_MODE_{mode}", **more}}


def opened(prediction):
    picture = Image.open(io.BytesIO(base64.b64decode(prediction["bytesBase64Encoded"])))
    picture.load()
    return picture


@pytest.fixture
def predict(http):
    """Call `:predict` with one instance and parameters; return the response."""

    def call(model: str, instance, path: str = VERTEX, **parameters) -> httpx2.Response:
        return http.post(f"{path}{model}:predict", json={"instances": [instance], "parameters": parameters})

    return call


@pytest.fixture
def made(predict):
    """Like `predict`, for a successful request; return the pictures."""

    def call(model: str, instance, **parameters):
        response = predict(model, instance, **parameters)
        assert response.status_code == 200, response.text
        return [opened(prediction) for prediction in response.json()["predictions"]]

    return call


def problem_of(response):
    assert response.status_code == 400, response.text
    error = response.json()["error"]
    assert error["status"] == "INVALID_ARGUMENT"
    assert error["details"][0]["@type"].endswith("google.rpc.BadRequest")
    return error["message"]


def test_pictures_on_every_surface(http, models_path):
    body = {"instances": [{"prompt": "A red ball"}], "parameters": {"sampleCount": 2}}
    predictions = http.post(f"{models_path}{GENERATE}:predict", json=body).json()["predictions"]
    assert [prediction["mimeType"] for prediction in predictions] == ["image/png"] * 2
    first, second = map(opened, predictions)
    assert (first.format, first.size) == ("PNG", (1024, 1024))
    assert first != second
    assert first.getcolors(1_000_000)
    assert (255, 0, 0) in {colour for _, colour in first.getcolors(1_000_000)}


def test_four_pictures_by_default(made):
    assert len(made(GENERATE, {"prompt": "x"})) == 4


@pytest.mark.parametrize(
    ("aspect", "size"),
    [("1:1", (1024, 1024)), ("3:4", (896, 1280)), ("4:3", (1280, 896)), ("9:16", (768, 1408)), ("16:9", (1408, 768))],
)
def test_aspect_ratios_and_sizes(made, aspect, size):
    [small] = made(GENERATE, {"prompt": "x"}, sampleCount=1, aspectRatio=aspect)
    assert small.size == size


def test_large_pictures(made):
    [large] = made(GENERATE, {"prompt": "x"}, sampleCount=1, aspectRatio="16:9", sampleImageSize="2K")
    assert large.size == (2816, 1536)


def test_the_seed_decides(predict):
    def asked(**parameters):
        return predict(GENERATE, {"prompt": "x"}, sampleCount=1, addWatermark=False, **parameters).content

    assert asked(seed=1) == asked(seed=1)
    assert len({asked(seed=1), asked(seed=2), asked(), asked(seed=1, negativePrompt="dogs")}) == 4


def test_watermark_and_prompt_are_in_the_picture(made):
    def asked(prompt="x", **parameters):
        return made(GENERATE, {"prompt": prompt}, sampleCount=1, **parameters)[0]

    marked, unmarked = asked(), asked(addWatermark=False)
    left, top, right, bottom = ImageChops.difference(marked, unmarked).getbbox()
    assert top > 800, "only the line at the foot differs"
    assert 0 < right - left < 1024
    assert bottom <= 1024


def test_jpeg(predict):
    def asked(quality):
        options = {"mimeType": "image/jpeg", "compressionQuality": quality}
        [prediction] = predict(GENERATE, {"prompt": "x"}, sampleCount=1, outputOptions=options).json()["predictions"]
        assert prediction["mimeType"] == "image/jpeg"
        assert opened(prediction).format == "JPEG"
        return len(prediction["bytesBase64Encoded"])

    assert asked(10) < asked(90)


def test_a_rewritten_prompt(predict):
    [plain] = predict(GENERATE, {"prompt": "A cat."}, sampleCount=1).json()["predictions"]
    [enhanced] = predict(GENERATE, {"prompt": "A cat."}, sampleCount=1, enhancePrompt=True).json()["predictions"]
    assert "prompt" not in plain
    assert enhanced["prompt"].startswith("A cat, ")
    assert opened(plain) != opened(enhanced)


def test_safety_attributes(predict):
    reply = predict(GENERATE, {"prompt": "A cat"}, sampleCount=2, includeSafetyAttributes=True).json()
    *pictures, prompt = reply["predictions"]
    assert len(pictures) == 2
    assert prompt["contentType"] == "Positive Prompt"
    for prediction in reply["predictions"]:
        attributes = prediction["safetyAttributes"]
        assert len(attributes["categories"]) == len(attributes["scores"]) > 0
        assert all(0 <= score <= 1 for score in attributes["scores"])


def test_storage_uris_can_be_used_as_input(predict):
    reply = predict(GENERATE, {"prompt": "x"}, sampleCount=2, storageUri="gs://bucket/folder/").json()
    uris = [prediction["gcsUri"] for prediction in reply["predictions"]]
    assert all("bytesBase64Encoded" not in prediction for prediction in reply["predictions"])
    assert [uri.rpartition("/")[2] for uri in uris] == ["sample_0.png", "sample_1.png"]
    assert uris[0].startswith("gs://bucket/folder/")
    config = {"upscaleFactor": "x2"}
    enlarged = predict(UPSCALE, {"image": {"gcsUri": uris[1]}}, mode="upscale", upscaleConfig=config)
    assert opened(enlarged.json()["predictions"][0]).size == (2048, 2048)
    elsewhere = predict(UPSCALE, {"image": {"gcsUri": "gs://other/x.png"}}, mode="upscale", upscaleConfig=config)
    assert problem_of(elsewhere).startswith("instances[0].image.gcsUri: gs://other/x.png is unknown")


@pytest.mark.parametrize("factor", [2, 4])
def test_upscaling(made, factor):
    sent = disc()
    [large] = made(
        UPSCALE, {"prompt": "", "image": encoded(sent)}, mode="upscale", upscaleConfig={"upscaleFactor": f"x{factor}"}
    )
    assert large.size == (120 * factor, 80 * factor)
    assert large.getpixel((60 * factor, 20 * factor)) == (255, 0, 0)
    assert large.getpixel((2, 2)) == (255, 255, 255)


MIDDLE = (60, 20)
CORNER = (3, 3)


@pytest.mark.parametrize(
    ("mode", "references", "keeps_middle", "keeps_corner"),
    [
        ("INPAINT_REMOVAL", [raw(disc()), mask_by("FOREGROUND")], False, True),
        ("INPAINT_INSERTION", [raw(disc()), mask_by("FOREGROUND", dilation=0.01)], False, True),
        ("INPAINT_INSERTION", [raw(disc()), mask_by("SEMANTIC", maskClasses=[1])], False, True),
        ("OUTPAINT", [raw(disc()), mask_by("BACKGROUND")], True, False),
        ("BGSWAP", [raw(disc())], True, False),
        ("PRODUCT_IMAGE", [raw(disc())], True, False),
        ("INPAINT_INSERTION", [raw(disc()), raw(disc(colour="white", ground="black"), "MASK")], False, True),
    ],
)
def test_edits_by_mask(made, mode, references, keeps_middle, keeps_corner):
    [edited] = made(
        EDIT, {"prompt": "A green hill", "referenceImages": references}, editMode=f"EDIT_MODE_{mode}", sampleCount=1
    )
    assert edited.size == (120, 80)
    assert (edited.getpixel(MIDDLE) == (255, 0, 0)) is keeps_middle
    assert (edited.getpixel(CORNER) == (255, 255, 255)) is keeps_corner


@pytest.mark.parametrize("mode", ["DEFAULT", "CONTROLLED_EDITING", "STYLE"])
@pytest.mark.parametrize("kind", ["RAW", "CONTENT", "CONTROL"])
def test_edits_start_from_the_picture(made, mode, kind):
    def asked(picture):
        instance = {"prompt": "x", "referenceImages": [raw(picture, kind)]}
        return made(EDIT, instance, editMode=f"EDIT_MODE_{mode}", sampleCount=1)[0]

    assert asked(disc()) != asked(Image.new("RGB", (120, 80), "white"))


def test_styles_and_subjects_are_visible(made):
    def asked(*references):
        return made(EDIT, {"prompt": "x", "referenceImages": [raw(disc()), *references]}, sampleCount=1)[0]

    style = raw(disc(ground="blue"), "STYLE", styleImageConfig={"styleDescription": "woodcut"})
    subject = raw(disc(ground="blue"), "SUBJECT", subjectImageConfig={"subjectType": "SUBJECT_TYPE_ANIMAL"})
    assert len({picture.tobytes() for picture in (asked(), asked(style), asked(subject))}) == 3


def test_edits_in_another_shape_and_number(made):
    instance = {"prompt": "x", "referenceImages": [raw(disc())]}
    pictures = made(EDIT, instance, aspectRatio="9:16", sampleCount=3, editConfig={"baseSteps": 20})
    assert [picture.size for picture in pictures] == [(768, 1408)] * 3


def test_virtual_try_on(made):
    person = Image.new("RGB", (200, 300), "lightblue")
    [dressed] = made(TRY_ON, {"personImage": {"image": encoded(person)}, "productImages": [{"image": encoded(disc())}]})
    assert dressed.size == (200, 300)
    assert dressed.getpixel((3, 3)) == (173, 216, 230)
    assert (255, 0, 0) in {colour for _, colour in dressed.getcolors(100_000)}


def test_products_in_new_scenes(made):
    products = [{"image": encoded(disc())}, {"image": encoded(disc(colour="blue"))}]
    pictures = made(RECONTEXT, {"prompt": "On a beach", "productImages": products}, sampleCount=2)
    for picture in pictures:
        assert picture.size == (1024, 1024)
        assert {(255, 0, 0), (0, 0, 255)} <= {colour for _, colour in picture.getcolors(1_000_000)}


@pytest.mark.parametrize(
    ("mode", "instance", "labels"),
    [
        ("FOREGROUND", {}, ["foreground"]),
        ("BACKGROUND", {}, ["background"]),
        ("PROMPT", {"prompt": "the red thing"}, ["the red thing"]),
        ("SEMANTIC", {"prompt": "red, white"}, ["red", "white"]),
        ("INTERACTIVE", {"scribble": {"image": encoded(disc((60, 40), "white", "black"))}}, ["scribble"]),
    ],
)
def test_segmentation(predict, mode, instance, labels):
    reply = predict(SEGMENT, {"image": encoded(disc()), **instance}, mode=mode).json()
    assert [prediction["labels"][0]["label"] for prediction in reply["predictions"]] == labels
    assert all(0 < prediction["labels"][0]["score"] <= 1 for prediction in reply["predictions"])
    mask = opened(reply["predictions"][0])
    assert (mask.format, mask.mode, mask.size) == ("PNG", "L", (120, 80))
    is_background = mode == "BACKGROUND"
    assert mask.getpixel(MIDDLE) == (0 if is_background else 255)
    assert mask.getpixel(CORNER) == (255 if is_background else 0)


def test_settings_of_segmentation(predict):
    def asked(**parameters):
        instance = {"image": encoded(disc()), "prompt": "red, white, salmon"}
        return predict(SEGMENT, instance, mode="SEMANTIC", **parameters).json().get("predictions", [])

    def area(prediction):
        return opened(prediction).histogram()[255]

    assert len(asked()) == 3
    assert len(asked(maxPredictions=2)) == 2
    assert 0 < len(asked(confidenceThreshold=0.99)) < 3
    assert area(asked(maskDilation=0.1)[0]) > area(asked()[0])


def test_soft_masks(predict):
    def middle(**parameters):
        instance = {"image": encoded(disc(colour=(255, 40, 40))), "prompt": "the red one"}
        [prediction] = predict(SEGMENT, instance, mode="PROMPT", **parameters).json()["predictions"]
        return opened(prediction).getpixel(MIDDLE)

    assert 100 < middle(binaryColorThreshold=-1) < 200
    assert middle(binaryColorThreshold=100) == 255
    assert middle(binaryColorThreshold=200) == 0


REFUSED = [
    (GENERATE, {"prompt": "x"}, {"sampleCount": 5}, "parameters.sampleCount: expected a value between 1 and 4, not 5."),
    (GENERATE, {"prompt": "x"}, {"sampleCount": 0}, "parameters.sampleCount: "),
    (GENERATE, {"prompt": "x"}, {"aspectRatio": "2:1"}, "parameters.aspectRatio: expected one of 1:1, "),
    (GENERATE, {"prompt": "x"}, {"sampleImageSize": "8K"}, "parameters.sampleImageSize: "),
    (GENERATE, {"prompt": " "}, {}, "instances[0].prompt: "),
    (GENERATE, {"prompt": "x"}, {"seed": 1}, "parameters.seed: cannot be combined with a watermark"),
    (GENERATE, {"prompt": "x"}, {"seed": -1, "addWatermark": False}, "parameters.seed: "),
    (GENERATE, {"prompt": "x"}, {"guidanceScale": -1}, "parameters.guidanceScale: "),
    (GENERATE, {"prompt": "x"}, {"storageUri": "/tmp"}, "parameters.storageUri: "),
    (GENERATE, {"prompt": "x"}, {"outputOptions": {"mimeType": "image/tiff"}}, "parameters.outputOptions.mimeType: "),
    (GENERATE, {"prompt": "x"}, {"outputOptions": {"compressionQuality": 5}}, "parameters.outputOptions.compressionQuality: "),
    (GENERATE, {"prompt": "x"}, {"personGeneration": "maybe"}, "Invalid value at 'parameters.person_generation' "),
    (GENERATE, {"prompt": "x"}, {"safetySetting": "off"}, "Invalid value at 'parameters.safety_setting' "),
    (GENERATE, {"prompt": "x"}, {"language": "tlh"}, "Invalid value at 'parameters.language' "),
    (GENERATE, {"prompt": "x"}, {"colour": 1}, "Invalid JSON payload received. Unknown name \"colour\" at 'parameters'"),
    (GENERATE, {"promt": "x"}, {}, "Invalid JSON payload received. Unknown name \"promt\" at 'instances[0]'"),
    (GENERATE, 3, {}, "Invalid value at 'instances[0]' "),
    (EDIT, {"prompt": "x", "referenceImages": []}, {}, "instances[0].referenceImages: is empty"),
    (EDIT, {"referenceImages": [raw(disc())]}, {}, "instances[0].prompt: "),
    (EDIT, {"prompt": "x", "referenceImages": [raw(disc(), "MASK")]}, {}, "instances[0].referenceImages: a mask requires a picture"),
    (EDIT, {"prompt": "x", "referenceImages": [{"referenceImage": encoded(disc())}]}, {}, "instances[0].referenceImages[0].referenceType: "),
    (EDIT, {"prompt": "x", "referenceImages": [raw(disc()), raw(disc())]}, {}, "instances[0].referenceImages: two pictures"),
    (EDIT, {"prompt": "x", "referenceImages": [raw(disc(), maskImageConfig={})]}, {}, "instances[0].referenceImages[0].maskImageConfig: requires REFERENCE_TYPE_MASK, not REFERENCE_TYPE_RAW."),
    (EDIT, {"prompt": "x", "referenceImages": [raw(disc())]}, {"editMode": "EDIT_MODE_OUTPAINT"}, "instances[0].referenceImages: editMode EDIT_MODE_OUTPAINT requires a picture of REFERENCE_TYPE_MASK."),
    (EDIT, {"prompt": "x", "referenceImages": [raw(disc()), raw(disc((9, 9)), "MASK")]}, {}, "instances[0].referenceImages[1].referenceImage: the mask is 9x9 and the picture 120x80"),
    (EDIT, {"prompt": "x", "referenceImages": [raw(disc()), mask_by("FOREGROUND", dilation=2)]}, {}, "instances[0].referenceImages[1].maskImageConfig.dilation: "),
    (EDIT, {"prompt": "x", "referenceImages": [raw(disc())]}, {"editConfig": {"baseSteps": 0}}, "parameters.editConfig.baseSteps: "),
    (EDIT, {"prompt": "x", "referenceImages": [{"referenceType": "REFERENCE_TYPE_RAW"}]}, {}, "instances[0].referenceImages[0].referenceImage: is empty"),
    (UPSCALE, {"image": {"bytesBase64Encoded": "aGVsbG8="}}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x2"}}, "instances[0].image.bytesBase64Encoded: the bytes are not a picture"),
    (UPSCALE, {"image": {"bytesBase64Encoded": "!"}}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x2"}}, "Invalid value at 'instances[0].image.bytes_base64_encoded' (TYPE_BYTES)"),
    (UPSCALE, {"image": encoded(disc())}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x9"}}, "parameters.upscaleConfig.upscaleFactor: "),
    (UPSCALE, {"image": encoded(disc())}, {"mode": "enlarge"}, "parameters.mode: "),
    (UPSCALE, {"image": encoded(Image.new("1", (3000, 3000)))}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x2"}}, "parameters.upscaleConfig.upscaleFactor: the picture would be 6000x6000"),
    (UPSCALE, {"image": encoded(disc())}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x2"}, "sampleCount": 2}, "parameters.sampleCount: expected 1 "),
    (UPSCALE, {}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x2"}}, "instances[0].image: is empty"),
    (UPSCALE, {"image": {**encoded(disc()), "mimeType": "text/plain"}}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x2"}}, "instances[0].image.mimeType: "),
    (UPSCALE, {"image": {**encoded(disc()), "gcsUri": "gs://x"}}, {"mode": "upscale", "upscaleConfig": {"upscaleFactor": "x2"}}, "instances[0].image: give either "),
    (TRY_ON, {"productImages": [{"image": encoded(disc())}]}, {}, "instances[0].personImage: "),
    (TRY_ON, {"personImage": {"image": encoded(disc())}}, {}, "instances[0].productImages: "),
    (RECONTEXT, {"personImage": {}, "productImages": [{"image": encoded(disc())}]}, {}, "instances[0].personImage: "),
    (RECONTEXT, {"productImages": [{"image": encoded(disc())}] * 4}, {}, "instances[0].productImages: "),
    (RECONTEXT, {"productImages": [{"image": {"bytesBase64Encoded": "AAAA"}}]}, {}, "instances[0].productImages[0].image.bytesBase64Encoded: "),
    (SEGMENT, {"image": encoded(disc())}, {"mode": "PROMPT"}, "instances[0].prompt: "),
    (SEGMENT, {"image": encoded(disc())}, {"mode": "INTERACTIVE"}, "instances[0].scribble: "),
    (SEGMENT, {"image": encoded(disc()), "scribble": {"image": encoded(disc())}}, {}, "instances[0].scribble: "),
    (SEGMENT, {"image": encoded(disc()), "scribble": {"image": encoded(Image.new("RGB", (9, 9)))}}, {"mode": "INTERACTIVE"}, "instances[0].scribble.image: the scribble is empty"),
    (SEGMENT, {"image": encoded(disc())}, {"mode": "EVERYTHING"}, "Invalid value at 'parameters.mode' "),
    (SEGMENT, {"image": encoded(disc())}, {"confidenceThreshold": 2}, "parameters.confidenceThreshold: "),
]  # fmt: skip


@pytest.mark.parametrize(
    ("model", "instance", "parameters", "message"), REFUSED, ids=[f"{case[0]}-{case[3][:60]}" for case in REFUSED]
)
def test_refusals(predict, model, instance, parameters, message):
    assert problem_of(predict(model, instance, **parameters)).startswith(message)


@pytest.mark.parametrize("instances", [[], [{"prompt": "x"}, {"prompt": "y"}]])
def test_one_instance_at_a_time(http, instances):
    response = http.post(f"{VERTEX}{GENERATE}:predict", json={"instances": instances})
    assert problem_of(response).startswith("instances: expected exactly one instance")


@pytest.mark.parametrize("field", ["seed", "addWatermark", "negativePrompt", "storageUri", "enhancePrompt"])
def test_the_developer_api_does_not_know_fields_of_vertex(predict, field):
    message = problem_of(predict(GENERATE, {"prompt": "x"}, path="/v1beta/models/", **{field: 1}))
    assert f"Unknown name \"{field}\" at 'parameters'" in message


@pytest.mark.parametrize("model", [EDIT, UPSCALE, TRY_ON, RECONTEXT, SEGMENT])
def test_the_developer_api_only_generates(predict, model):
    response = predict(model, {"prompt": "x"}, path="/v1beta/models/")
    assert response.status_code == 404
    assert response.json()["error"]["message"].startswith(f"models/{model} is not found for API version v1beta")


def test_delivered_pictures(gemini, predict):
    png = base64.b64decode(encoded(disc())["bytesBase64Encoded"])
    jpeg = base64.b64decode(encoded(disc(), "JPEG")["bytesBase64Encoded"])
    gemini.on("castle").deliver(png, jpeg, times=1)
    reply = predict(GENERATE, {"prompt": "A castle"}, sampleCount=3).json()["predictions"]
    assert [base64.b64decode(prediction["bytesBase64Encoded"]) for prediction in reply] == [png, jpeg, png]
    assert [prediction["mimeType"] for prediction in reply] == ["image/png", "image/jpeg", "image/png"]
    assert opened(predict(GENERATE, {"prompt": "A castle"}).json()["predictions"][0]).size == (1024, 1024)
    with pytest.raises(ValueError, match="at least one"):
        gemini.on().deliver()


def test_filtered_pictures(gemini, predict):
    gemini.on("horror").filter("Too much of it.", count=1)
    gemini.on("terror").filter("Far too much.")
    told = predict(GENERATE, {"prompt": "horror"}, sampleCount=2, includeRaiReason=True).json()["predictions"]
    assert told[0] == {"raiFilteredReason": "Too much of it."}
    assert "bytesBase64Encoded" in told[1]
    assert len(predict(GENERATE, {"prompt": "horror"}, sampleCount=2).json()["predictions"]) == 1
    assert predict(GENERATE, {"prompt": "terror"}, sampleCount=2).json() == {}


def test_failures_by_prompt(gemini, predict, ask):
    gemini.on("castle").fail(429, message="Too many castles.", times=2)
    response = predict(GENERATE, {"prompt": "A castle"})
    assert (response.status_code, response.json()["error"]["message"]) == (429, "Too many castles.")
    assert ask("A castle").status_code == 429
    assert predict(GENERATE, {"prompt": "A castle"}).status_code == 200


def test_whole_replies_and_rules_for_the_other_kind(gemini, predict, ask):
    gemini.on().reply("Text.")
    gemini.on(lambda request: request["parameters"].get("sampleCount") == 2).reply({"predictions": [{"odd": 1}]})
    assert predict(GENERATE, {"prompt": "x"}, sampleCount=2).json() == {"predictions": [{"odd": 1}]}
    assert len(predict(GENERATE, {"prompt": "x"}, sampleCount=1).json()["predictions"]) == 1
    assert ask("x").json()["candidates"][0]["content"]["parts"][0]["text"] == "Text."


def test_faults_apply_to_pictures(gemini, predict):
    gemini.fail(503, path="imagen")
    assert predict(GENERATE, {"prompt": "x"}).status_code == 503
    assert predict(GENERATE, {"prompt": "x"}).status_code == 200
