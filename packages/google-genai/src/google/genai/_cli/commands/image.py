"""`genai image`: pictures from a prompt, by image models and by models that answer with pictures."""

from __future__ import annotations

from typing import Any

import click

from .. import media, output
from ..connection import Target, settings
from ..exits import Exit, Failure
from ..flags import connection_options, keep_target
from ..prompts import attachment_options, check_fields, parse_options, parts_of, read_message
from ..resources import Bar


@click.command()
@click.argument("prompt", nargs=-1)
@click.option("-m", "--model", metavar="NAME", help="Model.  [default: imagen-4.0-generate-001]")
@click.option("-n", "--count", type=click.IntRange(1, 8), default=1, show_default=True, help="Pictures.")
@click.option("--to", "path", metavar="FILE", help="File to write.  [default: image-1.png and so on]")
@click.option("--force", is_flag=True, help="Replace existing files.")
@click.option(
    "-o", "--option", "options", multiple=True, metavar="KEY=VALUE", help="A field of the configuration; repeatable."
)
@attachment_options
@connection_options
def image(
    prompt: tuple[str, ...],
    model: str | None,
    count: int,
    path: str | None,
    force: bool,
    options: tuple[str, ...],
    attachments: tuple[str, ...],
    typed_attachments: tuple[tuple[str, str], ...],
) -> None:
    """Generate pictures, and print the paths of their files.

    Models whose names begin with imagen take a prompt; others, such as gemini-2.5-flash-image, take attachments too.
    """
    from google.genai import types

    message = read_message(prompt, attachments, typed_attachments)
    found = settings(image_model=model)
    chosen: str = found["image_model"]
    is_imagen = "imagen" in chosen
    if is_imagen and message.attachments:
        raise Failure(f"-a: {chosen} takes no attachments.", hint="Choose another model: -m gemini-2.5-flash-image")
    fields = parse_options(options)
    cls: Any = types.GenerateImagesConfig if is_imagen else types.GenerateContentConfig
    more: dict[str, Any] = {"number_of_images": count} if is_imagen else {"response_modalities": ["IMAGE", "TEXT"]}
    config = check_fields(cls, {**more, **fields}, "-o ")
    if path is not None:
        media.paths_for(path, count, stem="image", ending=".png", force=force)
    target = Target(found)
    keep_target(target)
    with target.client() as client, Bar("Generating"):
        pictures = _imagen(client, chosen, message.prompt, config) if is_imagen else []
        for _ in range(0 if is_imagen else count):
            pictures += _content(client, chosen, parts_of(message, client), config)
    ending = media.ending_of(pictures[0][1], ".png")
    paths = media.paths_for(path, len(pictures), stem="image", ending=ending, force=force)
    for place, (content, _) in zip(paths, pictures, strict=True):
        media.save(place, content)


def _imagen(client: Any, model: str, prompt: str, config: Any) -> list[tuple[bytes, str | None]]:
    reply = client.models.generate_images(model=model, prompt=prompt, config=config)
    found = [each.image for each in reply.generated_images or () if each.image is not None and each.image.image_bytes]
    if not found:
        reasons = [each.rai_filtered_reason for each in reply.generated_images or () if each.rai_filtered_reason]
        raise Failure(f"The service returned no picture{': ' + '; '.join(reasons) if reasons else '.'}", Exit.EMPTY)
    return [(picture.image_bytes, picture.mime_type) for picture in found]


def _content(client: Any, model: str, parts: Any, config: Any) -> list[tuple[bytes, str | None]]:
    reply = client.models.generate_content(model=model, contents=parts, config=config)
    blobs = [part.inline_data for part in reply.parts or () if part.inline_data is not None and part.inline_data.data]
    if not blobs:
        text = " ".join(part.text for part in reply.parts or () if part.text)
        raise Failure(f"The answer contains no picture: {text or reply.why_empty}", Exit.EMPTY)
    for part in reply.parts or ():
        if part.text:
            output.note(part.text)
    return [(blob.data, blob.mime_type) for blob in blobs]
