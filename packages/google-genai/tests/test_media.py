"""Images and videos, against the local server: requests, replies and failures."""

from __future__ import annotations

import asyncio
import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import PIL.Image
import pydantic
import pytest

from google import genai
from google.genai import errors, types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
NewClient = Callable[..., genai.Client]


def png(size: tuple[int, int] = (64, 48), colour: str = "navy") -> bytes:
    written = io.BytesIO()
    PIL.Image.new("RGB", size, colour).save(written, "PNG")
    return written.getvalue()


def photo(**options: Any) -> types.Image:
    return types.Image(image_bytes=png(**options), mime_type="image/png")


def opened(image: types.Image | None) -> PIL.Image.Image:
    assert image is not None
    assert image.image_bytes is not None
    return PIL.Image.open(io.BytesIO(image.image_bytes))


async def finished(call: Call, client: genai.Client, operation: Any) -> Any:
    for _ in range(200):
        if operation.done:
            return operation
        await asyncio.sleep(0.01)
        operation = await call(client, "operations.get", operation)
    raise AssertionError("the operation did not end")


# Images


async def test_pictures_are_made_from_a_prompt(call: Call, client: genai.Client, tmp_path: Path) -> None:
    config = types.GenerateImagesConfig(number_of_images=2, aspect_ratio="16:9", output_mime_type="image/jpeg")
    response = await call(
        client, "models.generate_images", model="imagen-4.0-generate-001", prompt="A kite", config=config
    )
    assert len(response.generated_images) == len(response.images) == 2
    picture = opened(response.images[0])
    assert picture.format == "JPEG"
    assert picture.width > picture.height
    response.images[0].save(tmp_path / "kite.jpg")
    assert (tmp_path / "kite.jpg").read_bytes() == response.images[0].image_bytes
    assert response.sdk_http_response.headers["content-type"].startswith("application/json")


async def test_the_rating_of_the_prompt_is_no_picture(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    rating = {"categories": ["Violence"], "scores": [0.1]}
    gemini.respond(
        json={
            "predictions": [
                {"bytesBase64Encoded": "+/+/", "mimeType": "image/png", "safetyAttributes": rating},
                {"contentType": "Positive Prompt", "safetyAttributes": rating},
            ]
        }
    )
    response = await call(client, "models.generate_images", model="imagen-4.0-generate-001", prompt="A kite")
    assert [image.image_bytes for image in response.images] == [b"\xfb\xff\xbf"]
    assert response.positive_prompt_safety_attributes.categories == ["Violence"]
    assert response.generated_images[0].safety_attributes.scores == [0.1]


async def test_a_filtered_picture_says_why(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("kite").filter("too windy")
    response = await call(
        client,
        "models.generate_images",
        model="imagen-4.0-generate-001",
        prompt="A kite",
        config={"include_rai_reason": True},
    )
    assert "too windy" in [generated.rai_filtered_reason for generated in response.generated_images]


@pytest.mark.parametrize(
    ("config", "named"),
    [
        ({"seed": 3, "labels": {"a": "b"}}, "config.seed, config.labels"),
        ({"safety_filter_level": "BLOCK_NONE"}, "config.safety_filter_level = BLOCK_NONE"),
        ({"person_generation": "ALLOW_ALL"}, "config.person_generation = ALLOW_ALL"),
        ({"output_gcs_uri": "gs://b"}, "config.output_gcs_uri"),
    ],
)
async def test_what_the_developer_api_does_not_take_is_refused(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, config: Any, named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        await call(new_client("gemini"), "models.generate_images", model="m", prompt="A kite", config=config)
    assert not gemini.requests


async def test_an_edit_sends_every_reference(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    references = [
        types.RawReferenceImage(reference_id=1, reference_image=photo()),
        {"reference_id": 2, "mask_image_config": {"mask_mode": "MASK_MODE_BACKGROUND", "mask_dilation": 0.1}},
        {
            "referenceId": 3,
            "referenceType": "REFERENCE_TYPE_STYLE",
            "referenceImage": photo(),
            "config": {"style_description": "blue"},
        },
    ]
    response = await call(
        new_client("vertex"),
        "models.edit_image",
        model="imagen-3.0-capability-001",
        prompt="A sunset",
        reference_images=references,
        config={"edit_mode": "EDIT_MODE_INPAINT_INSERTION", "number_of_images": 1},
    )
    assert opened(response.generated_images[0].image).size[0] > 0
    sent = gemini.last_request.json["instances"][0]["referenceImages"]
    assert [one["referenceType"] for one in sent] == [f"REFERENCE_TYPE_{kind}" for kind in ("RAW", "MASK", "STYLE")]
    assert sent[1]["maskImageConfig"] == {"maskMode": "MASK_MODE_BACKGROUND", "dilation": 0.1}
    assert sent[2]["styleImageConfig"] == {"styleDescription": "blue"}
    assert "config" not in sent[2]


@pytest.mark.parametrize(
    ("references", "message"),
    [
        ("photo.png", "reference_images: expected a list"),
        ([{"reference_id": 1}], r"reference_images\[0\].reference_type: expected one of REFERENCE_TYPE_RAW"),
        ([photo()], r"reference_images\[0\]: expected a reference image such as types.RawReferenceImage, got Image"),
    ],
)
async def test_a_reference_of_no_kind_is_refused(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, references: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        await call(new_client("vertex"), "models.edit_image", model="m", prompt="x", reference_images=references)
    assert not gemini.requests


def test_a_reference_says_its_own_type() -> None:
    with pytest.raises(pydantic.ValidationError, match="is always 'REFERENCE_TYPE_RAW'"):
        types.RawReferenceImage(reference_type="REFERENCE_TYPE_MASK")
    mask = types.MaskReferenceImage(config=types.MaskReferenceConfig(mask_dilation=1))
    assert mask.mask_image_config == mask.config


async def test_a_picture_is_enlarged(call: Call, new_client: NewClient) -> None:
    response = await call(
        new_client("vertex"),
        "models.upscale_image",
        model="imagen-4.0-upscale-preview",
        image=photo(size=(64, 48)),
        upscale_factor="x2",
        config={"output_mime_type": "image/png"},
    )
    assert opened(response.generated_images[0].image).size == (128, 96)


async def test_a_product_is_shown_elsewhere(call: Call, new_client: NewClient) -> None:
    source = types.RecontextImageSource(
        person_image=photo(), product_images=[types.ProductImage(product_image=photo(colour="red"))]
    )
    response = await call(
        new_client("vertex"), "models.recontext_image", model="virtual-try-on-preview-08-04", source=source
    )
    assert opened(response.generated_images[0].image).size[0] > 0


async def test_a_picture_is_cut_out(call: Call, new_client: NewClient, tmp_path: Path) -> None:
    response = await call(
        new_client("vertex"),
        "models.segment_image",
        model="image-segmentation-001",
        source={"image": photo(size=(64, 48))},
        config={"mode": "FOREGROUND"},
    )
    response.generated_masks[0].mask.save(tmp_path / "mask.png")
    with PIL.Image.open(tmp_path / "mask.png") as mask:
        assert mask.size == (64, 48)


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("models.edit_image", {"prompt": "x", "reference_images": []}),
        ("models.upscale_image", {"image": {"image_bytes": b"x"}, "upscale_factor": "x2"}),
        ("models.recontext_image", {"source": {"prompt": "x"}}),
        ("models.segment_image", {"source": {"prompt": "x"}}),
        ("models.compute_tokens", {"contents": "x"}),
    ],
)
async def test_what_vertex_alone_offers_is_refused_elsewhere(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, name: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ValueError, match=f"{name} is not offered by the Gemini Developer API"):
        await call(new_client("gemini"), name, model="m", **arguments)
    assert not gemini.requests


@pytest.mark.parametrize(
    ("name", "arguments", "message"),
    [
        ("models.generate_images", {"prompt": 3}, "prompt: expected a str, got int"),
        ("models.upscale_image", {"image": "a.png", "upscale_factor": "x2"}, "image: expected types.Image or a dict"),
        ("models.upscale_image", {"image": {"bytes": b"x"}, "upscale_factor": "x2"}, "has no field 'bytes'"),
        ("models.generate_videos", {"prompt": "x", "video": b"x"}, "video: expected types.Video or a dict, got bytes"),
        ("models.segment_image", {"source": {"image": {"image_bytes": 3}}}, "image.image_bytes"),
    ],
)
async def test_wrong_arguments_are_named(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, name: str, arguments: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        await call(new_client("vertex"), name, model="m", **arguments)
    assert not gemini.requests


# Image files


def test_a_picture_comes_from_a_file_and_goes_into_one(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    image = types.Image.from_file(location=path)
    assert (image.image_bytes, image.mime_type) == (png(), "image/png")
    assert types.Image.from_file(location=str(path), mime_type="image/x").mime_type == "image/x"
    unnamed = tmp_path / "picture"
    image.save(unnamed)
    assert types.Image.from_file(location=unnamed).mime_type == "image/png"
    assert types.Image.from_file(location="gs://b/a.png") == types.Image(gcs_uri="gs://b/a.png")
    with pytest.raises(FileNotFoundError):
        types.Image.from_file(location=tmp_path / "missing.png")


def test_a_picture_without_bytes_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"it is stored at gs://b/a\.png"):
        types.Image(gcs_uri="gs://b/a.png").save(tmp_path / "a.png")
    assert not list(tmp_path.iterdir())


def test_a_part_is_shown_as_a_picture() -> None:
    part = types.Part.from_bytes(data=png(), mime_type="image/png")
    image = part.as_image()
    assert image == types.Image(image_bytes=png(), mime_type="image/png")
    assert image is not None
    assert image._pil_image.size == (64, 48)
    assert types.Part.from_text(text="x").as_image() is None
    assert types.Blob(data=b"x", mime_type="text/plain").as_image() is None


def test_a_picture_is_shown_by_pillow(monkeypatch: pytest.MonkeyPatch) -> None:
    shown: list[PIL.Image.Image] = []
    monkeypatch.setattr(PIL.Image.Image, "show", lambda picture: shown.append(picture))
    photo(size=(5, 4)).show()
    assert [picture.size for picture in shown] == [(5, 4)]


# Videos


async def test_a_video_is_made_in_its_own_time(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.operation_polls = 2
    operation = await call(
        client,
        "models.generate_videos",
        model="veo-3.0-generate-001",
        source=types.GenerateVideosSource(prompt="A kite", image=photo()),
        config={"number_of_videos": 1, "aspect_ratio": "16:9"},
    )
    assert isinstance(operation, types.GenerateVideosOperation)
    assert not operation.done
    by_name = await call(client, "operations.get", operation.name)
    assert isinstance(by_name, types.GenerateVideosOperation)
    done = await finished(call, client, operation)
    assert done.name == operation.name
    assert done.response == done.result
    [generated] = done.response.generated_videos
    assert generated.video.uri or generated.video.video_bytes


async def test_a_video_with_bytes_is_saved(call: Call, new_client: NewClient, tmp_path: Path) -> None:
    client = new_client("vertex")
    started = await call(client, "models.generate_videos", model="veo-3.0-generate-001", prompt="A kite")
    done = await finished(call, client, started)
    done.response.generated_videos[0].video.save(tmp_path / "kite.mp4")
    saved = types.Video.from_file(location=tmp_path / "kite.mp4")
    assert saved.mime_type == "video/mp4"
    assert saved.video_bytes is not None
    assert saved.video_bytes[4:8] == b"ftyp"


async def test_a_failed_operation_says_why(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    gemini.on("kite").fail(500, message="no wind")
    started = await call(client, "models.generate_videos", model="veo-3.0-generate-001", prompt="A kite")
    done = await finished(call, client, started)
    assert done.error["message"] == "no wind"
    assert done.response is None


async def test_an_operation_that_nobody_knows(call: Call, client: genai.Client) -> None:
    with pytest.raises(errors.ClientError) as raised:
        await call(client, "operations.get", "models/veo-3.0-generate-001/operations/nobody")
    assert raised.value.code == 404


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        (types.GenerateVideosOperation(), "operation.name: expected the name of an operation"),
        (types.Image(), "operation: expected an operation or its name, got Image"),
        ("", "operation_name: expected a name"),
        ("models/../operations/1", "invalid name"),
    ],
)
async def test_what_is_no_operation_is_refused(
    call: Call, client: genai.Client, gemini: ScriptedGemini, operation: Any, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        await call(client, "operations.get", operation)
    assert not gemini.requests


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("models/veo/operations/1", types.GenerateVideosOperation),
        ("fileSearchStores/a/operations/1", types.ImportFileOperation),
        ("fileSearchStores/a/upload/operations/1", types.UploadToFileSearchStoreOperation),
        ("tunedModels/a/operations/1", types.TuningOperation),
        ("operations/1", types.Operation),
    ],
)
async def test_a_name_tells_the_kind_of_operation(
    call: Call, new_client: NewClient, gemini: ScriptedGemini, name: str, kind: type
) -> None:
    gemini.respond(json={"name": name, "done": False})
    operation = await call(new_client("gemini"), "operations.get", name)
    assert type(operation) is kind
    assert gemini.last_request.path == f"/v1beta/{name}"


async def test_a_video_starts_from_something(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    with pytest.raises(ValueError, match="source: expected a prompt, an image or a video"):
        await call(client, "models.generate_videos", model="veo-3.0-generate-001")
    with pytest.raises(ValueError, match="source cannot be combined with prompt"):
        await call(client, "models.generate_videos", model="m", prompt="x", source={"prompt": "x"})
    assert not gemini.requests


async def test_a_mask_and_its_mode_are_one_object(call: Call, new_client: NewClient, gemini: ScriptedGemini) -> None:
    gemini.respond(json={"name": "x/operations/1"})
    mask = types.VideoGenerationMask(image=types.Image(image_bytes=b"\xfb\xff"), mask_mode="INSERT")
    await call(new_client("vertex"), "models.generate_videos", model="m", prompt="x", config={"mask": mask, "fps": 5})
    assert gemini.last_request.json == {
        "instances": [{"prompt": "x", "mask": {"bytesBase64Encoded": "+/8=", "maskMode": "INSERT"}}],
        "parameters": {"fps": 5},
    }


def test_a_video_known_by_address_cannot_be_saved(tmp_path: Path) -> None:
    with pytest.raises(NotImplementedError, match=r"client\.files\.download"):
        types.Video(uri="https://h/files/a").save(tmp_path / "a.mp4")
    with pytest.raises(ValueError, match="it is stored at https://h/files/a"):
        types.Video(uri="https://h/files/a").show()
    with pytest.raises(NotImplementedError, match="it has neither bytes nor a uri"):
        types.Video().save(tmp_path / "a.mp4")


def test_an_operation_is_read_from_a_decoded_reply() -> None:
    reply = {"name": "n", "done": True, "response": {"videos": [{"gcsUri": "gs://b/a", "mimeType": "video/mp4"}]}}
    operation = types.GenerateVideosOperation.from_api_response(reply, is_vertex_ai=True)
    assert operation.response == types.GenerateVideosResponse(
        generated_videos=[types.GeneratedVideo(video=types.Video(uri="gs://b/a", mime_type="video/mp4"))]
    )
    assert isinstance(operation, types.Operation)


async def test_a_downloaded_video_is_extended_by_its_address(
    call: Call, new_client: NewClient, gemini: ScriptedGemini
) -> None:
    video = types.Video(
        uri=f"{gemini.url}/v1beta/files/a:download?alt=media", video_bytes=b"abc", mime_type="video/mp4"
    )
    gemini.respond(json={"name": "models/veo/operations/1"})
    gemini.respond(json={"name": "models/veo/operations/2"})
    for arguments in ({"video": video, "prompt": "On"}, {"source": {"video": video, "prompt": "On"}}):
        await call(new_client("gemini"), "models.generate_videos", model="veo-3.1-generate-preview", **arguments)
        [instance] = gemini.last_request.json["instances"]
        assert instance["video"] == {"uri": video.uri, "encoding": "video/mp4"}
    assert video.video_bytes == b"abc"
