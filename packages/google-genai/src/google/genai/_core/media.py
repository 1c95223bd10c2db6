"""Pictures and videos: what surrounds the calls that make them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .._ops.models import GENERATE_IMAGES, GENERATE_VIDEOS
from .invoke import invoke

if TYPE_CHECKING:
    from .._io.port import Port
    from ..types import GenerateImagesResponse, GenerateVideosOperation

_ABOUT_THE_PROMPT = "Positive Prompt"
"""What the service calls the entry that rates the prompt; it stands among the pictures and is none."""


async def generate_images(port: Port, model: str, prompt: str, config: Any) -> GenerateImagesResponse:
    """Return the pictures that a prompt gives; the rating of the prompt is put beside them."""
    answer = await invoke(port, GENERATE_IMAGES, model=model, prompt=prompt, config=config)
    pictures: list[Any] = []
    if answer.generated_images:  # then it is told among the pictures, and nowhere else
        answer.positive_prompt_safety_attributes = None
    for picture in answer.generated_images or []:
        rating = picture.safety_attributes
        if rating is not None and rating.content_type == _ABOUT_THE_PROMPT:
            answer.positive_prompt_safety_attributes = rating
        else:
            pictures.append(picture)
    if answer.generated_images is not None:
        answer.generated_images = pictures
    return answer


async def generate_videos(
    port: Port, model: str, prompt: Any, image: Any, video: Any, source: Any, config: Any
) -> GenerateVideosOperation:
    """Return the operation that makes videos."""
    inputs = {"prompt": prompt, "image": image, "video": video}
    given = [name for name, value in inputs.items() if value is not None]
    if source and given:
        raise ValueError(f"source and {', '.join(given)} exclude each other; put {', '.join(given)} into source.")
    if not source and not given:
        raise ValueError("source: a video needs a prompt, an image or a video to start from; none was given.")
    return await invoke(port, GENERATE_VIDEOS, model=model, source=source, config=config, **inputs)
