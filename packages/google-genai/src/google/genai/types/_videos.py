"""Videos, and the call that generates them with Veo: its input, options and long-running operation. Not part of this
module: polling operations, downloading videos.
"""

import os
import sys
from pathlib import Path
from typing import Annotated, ClassVar

from typing_extensions import Self

from .._media_types import media_type_of_file
from .._wire.marks import ITSELF, LOCAL, VERTEX_ONLY, At, Itself, Refuses, Reply, Wire
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions
from ._images import Image
from ._later import WebhookConfig
from ._operations import Operation


class VideoGenerationReferenceType(CaseInSensitiveEnum):
    """What a video takes from a reference picture."""

    ASSET = "ASSET"
    """Its content: a person, thing or scene that appears in the video."""
    STYLE = "STYLE"
    """Its style: colours, light, texture. Vertex AI only."""


class VideoGenerationMaskMode(CaseInSensitiveEnum):
    """Kind of edit of the masked part of a given video. Vertex AI only."""

    INSERT = "INSERT"
    """Insert the object that the prompt describes inside the mask; it moves with the scene."""
    REMOVE = "REMOVE"
    """Remove the object under the mask in the first frame, wherever it moves later."""
    REMOVE_STATIC = "REMOVE_STATIC"
    """Remove everything inside the mask; the mask does not move."""
    OUTPAINT = "OUTPAINT"
    """Extend the frame: the mask is the rectangle of the given video, and the model generates the surroundings."""


class VideoCompressionQuality(CaseInSensitiveEnum):
    """Compression of a generated video. Vertex AI only."""

    OPTIMIZED = "OPTIMIZED"
    """Lossy compression, for a small file."""
    LOSSLESS = "LOSSLESS"
    """Lossless compression, for editing; the file is much larger."""


class ImageResizeMode(CaseInSensitiveEnum):
    """What happens to a given picture whose aspect ratio is not that of the video. API: `resizeMode`. Vertex AI only."""

    CROP = "CROP"
    """Its edges are cut off."""
    PAD = "PAD"
    """Bars are added at its edges."""


class Video(Model):
    """A given or generated video: its bytes or its address."""

    uri: Annotated[str | None, Wire(gemini="uri", vertex="gcsUri"), Reply(vertex="gcsUri")] = None
    """Address of the video: "gs://bucket/object" on Vertex AI; on the Gemini Developer API a URI that is valid for a
    limited time and needs the API key.
    """

    video_bytes: Annotated[
        bytes | None,
        Wire(gemini="encodedVideo", vertex="bytesBase64Encoded", via="base64_text"),
        Reply(gemini="encodedVideo", vertex="bytesBase64Encoded"),
    ] = None
    """The encoded video. A generated video has it only if the service sent the bytes, as Vertex AI does when
    `output_gcs_uri` is unset; otherwise the video is at `uri`.
    """

    mime_type: Annotated[str | None, Wire(gemini="encoding", vertex="mimeType"), Reply(gemini="encoding")] = None
    """Media type of the video, such as "video/mp4"."""

    @classmethod
    def from_file(cls, location: str | os.PathLike[str], *, mime_type: str | None = None) -> Self:
        """Return a video from a file.

        Args:
          location: Path of the file, which is read immediately.
          mime_type: Media type. Default: guessed from the file extension or the first bytes.

        Raises:
          OSError: The file cannot be read.
        """
        content = Path(location).read_bytes()
        return cls(video_bytes=content, mime_type=mime_type or media_type_of_file(os.fspath(location), content))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the bytes of the video to a file.

        Raises:
          NotImplementedError: The video has an address but no bytes. On the Developer API,
            `client.files.download(file=video)` downloads them; on Vertex AI they are in Cloud Storage.
        """
        Path(path).write_bytes(self._bytes("saved", NotImplementedError))

    def show(self) -> None:
        """Show the video in the notebook, or open a temporary copy in the desktop's default program.

        Raises:
          ValueError: The video has no bytes, as for `save`.
        """
        content = self._bytes("shown", ValueError)
        shell = sys.modules.get("IPython")
        if shell is not None and shell.get_ipython() is not None:
            from IPython import display  # pyright: ignore[reportMissingImports, reportUnknownVariableType]

            display.display(display.Video(data=content, embed=True, mimetype=self.mime_type or "video/mp4"))  # pyright: ignore[reportUnknownMemberType]
            return
        import tempfile
        import webbrowser

        with tempfile.NamedTemporaryFile(suffix=".mp4", delete=False) as copy:
            copy.write(content)
        webbrowser.open(Path(copy.name).as_uri())

    def _bytes(self, done: str, error: type[Exception]) -> bytes:
        if self.video_bytes is None:
            if not self.uri:
                raise error(f"video_bytes: the video cannot be {done}, because it has neither bytes nor a uri.")
            raise error(
                f"video_bytes: the video cannot be {done}, because it has no bytes; it is stored at {self.uri}. On the "
                "Developer API, call client.files.download(file=video) first."
            )
        return self.video_bytes


class GenerateVideosSource(Model):
    """Input of `generate_videos`: a prompt, a picture, a video, or a prompt with one of them.

    To animate a picture:

        GenerateVideosSource(prompt="The kite rises into the clouds", image=first_frame)
    """

    prompt: Annotated[str | None, At("instances[0].prompt")] = None
    """Description of the video, including camera, mood and, for models with sound, speech."""

    image: Annotated[Image | None, At("instances[0].image")] = None
    """First frame of the video."""

    video: Annotated[Video | None, At("instances[0].video", via="video")] = None
    """Video to extend, or to edit if `GenerateVideosConfig.mask` is set. Not every model supports it."""


class VideoGenerationReferenceImage(Model):
    """A picture that guides the content or the style of a video."""

    image: Image | None = None
    """The picture."""

    reference_type: Annotated[VideoGenerationReferenceType | None, Refuses(gemini=("STYLE",))] = None
    """What to take from the picture. `STYLE` raises an error on the Gemini Developer API."""


class VideoGenerationMask(Model):
    """Mask of the part of a given video to edit. Vertex AI only."""

    image: Annotated[Image | None, ITSELF] = None
    """The mask as a picture."""

    mask_mode: VideoGenerationMaskMode | None = None
    """Kind of edit of the masked part."""


class GenerateVideosConfig(Model):
    """Options of `generate_videos`. The supported values depend strongly on the model.

    API: `parameters` of the `predictLongRunning` call; the pictures among them are part of its `instances`.

        GenerateVideosConfig(aspect_ratio="9:16", duration_seconds=8, negative_prompt="text, captions")
    """

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """HTTP options for this call; each field set here overrides the client's."""

    number_of_videos: Annotated[int | None, At("sampleCount")] = None
    """Number of videos to generate."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service stores the videos; `Video.uri` then contains
    their addresses. When unset, the reply contains the videos as bytes. Vertex AI only.
    """

    fps: Annotated[int | None, VERTEX_ONLY] = None
    """Frames per second of the video. Vertex AI only."""

    duration_seconds: int | None = None
    """Length of the video in seconds: 5 to 8 with Veo 2; 4, 6 or 8 with Veo 3. The maximum when unset."""

    seed: Annotated[int | None, VERTEX_ONLY] = None
    """Seed of the random number generator; the same call with the same seed returns a very similar video. Vertex AI
    only.
    """

    aspect_ratio: str | None = None
    """Ratio of width to height: "16:9" (when unset) or "9:16"."""

    resolution: str | None = None
    """Resolution: "720p" (when unset) or "1080p", which not all models support."""

    person_generation: str | None = None
    """Whether the video may show people: "allow_adult", "allow_all" or "dont_allow". The allowed values depend on the
    model, the region and the kind of source.
    """

    pubsub_topic: Annotated[str | None, VERTEX_ONLY] = None
    """Pub/Sub topic, "projects/.../topics/...", to which the service reports progress and completion. Vertex AI only."""

    negative_prompt: str | None = None
    """Description of what the video should not show."""

    enhance_prompt: bool | None = None
    """Whether a language model may first rewrite the prompt with more detail. Some models always do and refuse False."""

    generate_audio: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether to generate sound as well; for Veo 3 and later models. Vertex AI only."""

    last_frame: Annotated[Image | None, At("/instances[0].lastFrame")] = None
    """Last frame of the video. Needs a first frame as well; the model generates the frames between them."""

    reference_images: Annotated[list[VideoGenerationReferenceImage] | None, At("/instances[0].referenceImages")] = None
    """Pictures that guide the video: up to three of type `ASSET`, or one of type `STYLE`. Cannot be combined with a
    first or last frame.
    """

    mask: Annotated[VideoGenerationMask | None, Wire(vertex="/instances[0].mask")] = None
    """Mask of the part of the given video to edit. Vertex AI only."""

    compression_quality: Annotated[VideoCompressionQuality | None, VERTEX_ONLY] = None
    """Compression of the video; `OPTIMIZED` when unset. Vertex AI only."""

    labels: Annotated[dict[str, str] | None, Wire(vertex="/labels")] = None
    """Key-value pairs attached to the request, for grouping costs. Vertex AI only."""

    webhook_config: Annotated[WebhookConfig | None, Wire(gemini="/webhookConfig")] = None
    """Addresses that the service calls when the video is done. Gemini Developer API only."""

    resize_mode: Annotated[ImageResizeMode | None, VERTEX_ONLY] = None
    """What happens to a first frame whose aspect ratio is not that of the video; the service chooses when unset. Vertex
    AI only.
    """


class GeneratedVideo(Model):
    """A video in a result."""

    video: Annotated[Video | None, Itself("vertex")] = None
    """The video, with its bytes or its address."""


class GenerateVideosResponse(Model):
    """Result of `generate_videos`, available when its operation is done."""

    generated_videos: Annotated[list[GeneratedVideo] | None, Reply(gemini="generatedSamples", vertex="videos")] = None
    """The videos; fewer than requested, or none, if some were blocked."""

    rai_media_filtered_count: int | None = None
    """Number of videos that were blocked as unsafe."""

    rai_media_filtered_reasons: list[str] | None = None
    """Reasons why they were blocked, for developers."""


class GenerateVideosOperation(Operation):
    """Long-running operation of `generate_videos`, which takes minutes. Poll `operations.get` until `done` is True,
    then check `error` and `response`.

        while not operation.done:
            time.sleep(10)
            operation = client.operations.get(operation)
    """

    response: Annotated[GenerateVideosResponse | None, Reply(gemini="response.generateVideoResponse")] = None
    """The videos; None while the operation runs, and after a failure."""

    result: Annotated[
        GenerateVideosResponse | None, Reply(gemini="response.generateVideoResponse", vertex="response")
    ] = None
    """The same as `response`."""
