"""The steps of the official Python client with pictures, videos and tuned models: `media_program.py URL SURFACE`.

It prints one JSON object with the result of each step; null for a step that this client does not support on this surface.
"""

import base64
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from google.oauth2.credentials import Credentials

from google import genai
from google.genai import errors, types

PICTURE = types.Image(
    image_bytes=base64.b64decode(
        "iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAE0lEQVR42mNgIBP8RwK0kiABAACvFi/RFoc81AAAAABJRU5ErkJggg=="
    ),
    mime_type="image/png",
)


def client_of(url: str, surface: str) -> genai.Client:
    options = types.HttpOptions(base_url=url)
    if surface == "gemini":
        return genai.Client(vertexai=False, api_key="key", http_options=options)
    if surface == "express":
        return genai.Client(vertexai=True, api_key="key", http_options=options)
    credentials = Credentials(token="token")
    return genai.Client(
        vertexai=True, project="a-project", location="us-central1", credentials=credentials, http_options=options
    )


def told(images: list[types.GeneratedImage] | None) -> list[dict[str, Any]]:
    found = []
    for generated in images or []:
        data = generated.image.image_bytes if generated.image else None
        found.append(
            {
                "kind": data[:4].hex() if data else None,
                "mime_type": generated.image.mime_type if generated.image else None,
                "filtered": generated.rai_filtered_reason,
                "prompt": generated.enhanced_prompt,
                "scores": len(generated.safety_attributes.scores or []) if generated.safety_attributes else 0,
            }
        )
    return found


def generated(client: genai.Client) -> Any:
    config = types.GenerateImagesConfig(
        number_of_images=2,
        aspect_ratio="16:9",
        output_mime_type="image/jpeg",
        output_compression_quality=60,
        include_safety_attributes=True,
        include_rai_reason=True,
        person_generation=types.PersonGeneration.ALLOW_ADULT,
        safety_filter_level=types.SafetyFilterLevel.BLOCK_LOW_AND_ABOVE,
        language=types.ImagePromptLanguage.en,
    )
    reply = client.models.generate_images(model="imagen-4.0-generate-001", prompt="A red ball", config=config)
    assert reply.generated_images
    assert reply.generated_images[0].image
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "picture.jpeg"
        reply.generated_images[0].image.save(str(target))
        saved = target.stat().st_size
    positive = reply.positive_prompt_safety_attributes
    return {
        "images": told(reply.generated_images),
        "saved": saved,
        "positive": positive.content_type if positive else None,
    }


def filtered(client: genai.Client) -> Any:
    config = types.GenerateImagesConfig(number_of_images=2, include_rai_reason=True)
    reply = client.models.generate_images(model="imagen-4.0-generate-001", prompt="A horror", config=config)
    return told(reply.generated_images)


def generated_with_seed(client: genai.Client) -> Any:
    config = types.GenerateImagesConfig(
        number_of_images=1, seed=7, add_watermark=False, enhance_prompt=True, negative_prompt="dogs", labels={"a": "b"}
    )
    return told(
        client.models.generate_images(model="imagen-4.0-generate-001", prompt="x", config=config).generated_images
    )


def edited(client: genai.Client) -> Any:
    references = [
        types.RawReferenceImage(reference_id=1, reference_image=PICTURE),
        types.MaskReferenceImage(
            reference_id=2,
            config=types.MaskReferenceConfig(
                mask_mode=types.MaskReferenceMode.MASK_MODE_BACKGROUND, mask_dilation=0.06
            ),
        ),
        types.StyleReferenceImage(
            reference_id=3, reference_image=PICTURE, config=types.StyleReferenceConfig(style_description="woodcut")
        ),
        types.SubjectReferenceImage(
            reference_id=4,
            reference_image=PICTURE,
            config=types.SubjectReferenceConfig(
                subject_type=types.SubjectReferenceType.SUBJECT_TYPE_PRODUCT, subject_description="a ball"
            ),
        ),
        types.ControlReferenceImage(
            reference_id=5,
            reference_image=PICTURE,
            config=types.ControlReferenceConfig(
                control_type=types.ControlReferenceType.CONTROL_TYPE_SCRIBBLE, enable_control_image_computation=True
            ),
        ),
    ]
    config = types.EditImageConfig(
        edit_mode=types.EditMode.EDIT_MODE_INPAINT_INSERTION, number_of_images=1, base_steps=12, guidance_scale=15
    )
    return told(
        client.models.edit_image(
            model="imagen-3.0-capability-001", prompt="Clouds", reference_images=references, config=config
        ).generated_images
    )


def upscaled(client: genai.Client) -> Any:
    config = types.UpscaleImageConfig(
        include_rai_reason=True, enhance_input_image=True, image_preservation_factor=0.5, output_mime_type="image/png"
    )
    reply = client.models.upscale_image(
        model="imagen-4.0-upscale-preview", image=PICTURE, upscale_factor="x4", config=config
    )
    assert reply.generated_images
    assert reply.generated_images[0].image
    data = reply.generated_images[0].image.image_bytes
    assert data
    return {"images": told(reply.generated_images), "width": int.from_bytes(data[16:20], "big")}


def recontextualised(client: genai.Client) -> Any:
    products = [types.ProductImage(product_image=PICTURE)]
    worn = client.models.recontext_image(
        model="virtual-try-on-001",
        source=types.RecontextImageSource(person_image=PICTURE, product_images=products),
        config=types.RecontextImageConfig(number_of_images=2, base_steps=32),
    )
    placed = client.models.recontext_image(
        model="imagen-product-recontext-preview-06-30",
        source=types.RecontextImageSource(prompt="On a beach", product_images=products),
        config=types.RecontextImageConfig(output_gcs_uri="gs://bucket/out"),
    )
    assert placed.generated_images
    assert placed.generated_images[0].image
    return {"worn": told(worn.generated_images), "uri": placed.generated_images[0].image.gcs_uri}


def segmented(client: genai.Client) -> Any:
    reply = client.models.segment_image(
        model="image-segmentation-001",
        source=types.SegmentImageSource(prompt="black, white", image=PICTURE),
        config=types.SegmentImageConfig(
            mode=types.SegmentMode.SEMANTIC, max_predictions=2, mask_dilation=0.0, binary_color_threshold=98
        ),
    )
    interactive = client.models.segment_image(
        model="image-segmentation-001",
        source=types.SegmentImageSource(image=PICTURE, scribble_image=types.ScribbleImage(image=PICTURE)),
        config=types.SegmentImageConfig(mode=types.SegmentMode.INTERACTIVE),
    )
    masks = [*(reply.generated_masks or []), *(interactive.generated_masks or [])]
    return [
        {
            "kind": mask.mask.image_bytes[:4].hex() if mask.mask and mask.mask.image_bytes else None,
            "labels": [[label.label, label.score] for label in mask.labels or []],
        }
        for mask in masks
    ]


def waited(client: genai.Client, operation: types.GenerateVideosOperation) -> tuple[Any, int]:
    polls = 0
    while not operation.done:
        assert polls < 20
        operation = client.operations.get(operation)
        polls += 1
    return operation, polls


def videos_of(client: genai.Client, operation: Any) -> list[bytes]:
    found: list[bytes] = []
    with tempfile.TemporaryDirectory() as folder:
        for index, item in enumerate(operation.response.generated_videos):
            if not client.vertexai:
                client.files.download(file=item.video)
            target = Path(folder) / f"{index}.mp4"
            item.video.save(str(target))
            found.append(target.read_bytes())
    return found


def filmed(client: genai.Client) -> Any:
    more = {"seed": 3, "fps": 12, "generate_audio": True} if client.vertexai else {}
    config = types.GenerateVideosConfig(
        number_of_videos=2, duration_seconds=4, aspect_ratio="9:16", resolution="720p", negative_prompt="dogs", **more
    )
    begun = client.models.generate_videos(model="veo-3.0-generate-001", prompt="A whale", image=PICTURE, config=config)
    operation, polls = waited(client, begun)
    videos = videos_of(client, operation)
    return {"done_at_once": bool(begun.done), "polls": polls, "videos": [video[4:8].decode() for video in videos]}


def filmed_further(client: genai.Client) -> Any:
    source = types.GenerateVideosSource(prompt="A whale")
    config = types.GenerateVideosConfig(duration_seconds=4)
    first, _ = waited(
        client, client.models.generate_videos(model="veo-3.1-generate-preview", source=source, config=config)
    )
    video = first.response.generated_videos[0].video
    sent = video if client.vertexai else types.Video(uri=video.uri)
    second, _ = waited(
        client, client.models.generate_videos(model="veo-3.1-generate-preview", prompt="It dives", video=sent)
    )
    [short], [long] = videos_of(client, first), videos_of(client, second)
    return len(long) > len(short)


def failed_film(client: genai.Client) -> Any:
    operation, _ = waited(client, client.models.generate_videos(model="veo-3.0-generate-001", prompt="A castle"))
    return {"error": operation.error, "response": operation.response is not None}


def filtered_film(client: genai.Client) -> Any:
    operation, _ = waited(client, client.models.generate_videos(model="veo-3.0-generate-001", prompt="A horror"))
    response = operation.response
    return {
        "videos": len(response.generated_videos or []),
        "count": response.rai_media_filtered_count,
        "reasons": response.rai_media_filtered_reasons,
    }


def refused(client: genai.Client) -> Any:
    try:
        client.models.generate_images(
            model="imagen-4.0-generate-001", prompt="x", config=types.GenerateImagesConfig(number_of_images=9)
        )
    except errors.ClientError as error:
        return {"code": error.code, "message": error.message}
    return "not refused"


def tuned(client: genai.Client) -> Any:
    name = "models/my-model" if client.vertexai else "tunedModels/my-model"
    model = client.models.get(model=name)
    listed = [item.name for item in client.models.list(config={"query_base": False, "page_size": 1})]
    updated = client.models.update(
        model=name, config=types.UpdateModelConfig(display_name="Mine", description="Changed.")
    )
    client.models.delete(model=name)
    try:
        client.models.get(model=name)
    except errors.ClientError as error:
        gone = error.code
    else:
        gone = None
    try:
        client.models.delete(model="gemini-2.5-flash")
    except errors.ClientError as error:
        base = error.code
    else:
        base = None
    return {
        "name": model.name,
        "base_model": model.tuned_model_info.base_model if model.tuned_model_info else None,
        "endpoints": len(model.endpoints or []),
        "checkpoints": [[item.checkpoint_id, item.epoch, item.step] for item in model.checkpoints or []],
        "listed": listed,
        "updated": [updated.name, updated.display_name, updated.description],
        "gone": gone,
        "base": base,
    }


def computed(client: genai.Client) -> Any:
    contents = [types.UserContent("Hello, you!"), types.ModelContent("Hi.")]
    infos = client.models.compute_tokens(model="gemini-2.5-flash", contents=contents).tokens_info or []
    return [[info.role, b"".join(info.tokens or []).decode(), len(info.token_ids or [])] for info in infos]


STEPS: list[Callable[[genai.Client], Any]] = [
    generated,
    filtered,
    generated_with_seed,
    edited,
    upscaled,
    recontextualised,
    segmented,
    filmed,
    filmed_further,
    failed_film,
    filtered_film,
    refused,
    tuned,
    computed,
]


def main() -> None:
    url, surface = sys.argv[1:]
    client = client_of(url, surface)
    report: dict[str, Any] = {}
    for step in STEPS:
        try:
            report[step.__name__] = step(client)
        except ValueError as error:
            # The client itself refuses what its backend does not have.
            if "only supported" not in str(error) and "not supported" not in str(error):
                raise
            report[step.__name__] = None
    print(json.dumps(report))


main()
