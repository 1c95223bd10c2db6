"""Image and video generation: checks of the arguments, and the safety rating of the prompt in the reply."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .._ops.models import GENERATE_IMAGES, GENERATE_VIDEOS
from .invoke import invoke

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import (
        GeneratedImage,
        GenerateImagesConfigOrDict,
        GenerateImagesResponse,
        GenerateVideosConfigOrDict,
        GenerateVideosOperation,
        GenerateVideosSourceOrDict,
        ImageOrDict,
        VideoOrDict,
    )

_ABOUT_THE_PROMPT = "Positive Prompt"
"""Content type of the list entry that contains the safety rating of the prompt instead of an image."""


async def generate_images(
    port: Port, model: str, prompt: str, config: GenerateImagesConfigOrDict | None
) -> GenerateImagesResponse:
    """Return the images generated for a prompt, and the safety rating of the prompt."""
    answer = await invoke(port, GENERATE_IMAGES, model=model, prompt=prompt, config=config)
    images: list[GeneratedImage] = []
    if answer.generated_images:  # then the rating is in the list only
        answer.positive_prompt_safety_attributes = None
    for image in answer.generated_images or []:
        rating = image.safety_attributes
        if rating is not None and rating.content_type == _ABOUT_THE_PROMPT:
            answer.positive_prompt_safety_attributes = rating
        else:
            images.append(image)
    if answer.generated_images is not None:
        answer.generated_images = images
    return answer


async def generate_videos(
    port: Port,
    model: str,
    prompt: str | None,
    image: ImageOrDict | None,
    video: VideoOrDict | None,
    source: GenerateVideosSourceOrDict | None,
    config: GenerateVideosConfigOrDict | None,
) -> GenerateVideosOperation:
    """Return the operation that generates videos."""
    inputs = {"prompt": prompt, "image": image, "video": video}
    given = [name for name, value in inputs.items() if value is not None]
    if source and given:
        raise ValueError(f"source cannot be combined with {', '.join(given)}; set {', '.join(given)} in source.")
    if not source and not given:
        raise ValueError("source: expected a prompt, an image or a video, got none of them.")
    return await invoke(port, GENERATE_VIDEOS, model=model, source=source, config=config, **inputs)
