"""Own videos and the call that makes them with Veo: what it starts from, its options, and the operation that ends in
videos. Must not know how an operation is polled, nor how the bytes of a finished video are downloaded.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, ClassVar

from .._media_types import media_type_of_file
from .._wire.marks import ITSELF, LOCAL, VERTEX_ONLY, At, Itself, Refuses, Reply, Wire
from ._base import CaseInSensitiveEnum, Model
from ._http import HttpOptions
from ._images import Image
from ._operations import Operation

if TYPE_CHECKING:
    from typing_extensions import Self


class VideoGenerationReferenceType(CaseInSensitiveEnum):
    """What a video takes over from a reference picture."""

    ASSET = "ASSET"
    """What it shows: a person, thing or scene that is to appear in the video."""
    STYLE = "STYLE"
    """How it looks: colours, light, texture. Vertex AI only."""


class VideoGenerationMaskMode(CaseInSensitiveEnum):
    """What is done with the masked part of a given video. Vertex AI only."""

    INSERT = "INSERT"
    """Add what the prompt describes inside the mask; it moves along with the scene."""
    REMOVE = "REMOVE"
    """Erase the object that the mask covers at the start, wherever it moves later."""
    REMOVE_STATIC = "REMOVE_STATIC"
    """Erase whatever appears inside the mask; the mask itself stays in place."""
    OUTPAINT = "OUTPAINT"
    """Extend the frame: the mask is the rectangle that the given video fills, and the model makes up what lies
    around it."""


class VideoCompressionQuality(CaseInSensitiveEnum):
    """How much a generated video is compressed. Vertex AI only."""

    OPTIMIZED = "OPTIMIZED"
    """Lossy, for a small file."""
    LOSSLESS = "LOSSLESS"
    """Without loss, for editing; the file is much larger."""


class Video(Model):
    """One video, given or generated: its bytes, or where it lies."""

    uri: Annotated[str | None, Wire(gemini="uri", vertex="gcsUri"), Reply(vertex="gcsUri")] = None
    """Where the video lies: "gs://bucket/object" on Vertex AI; on the Gemini Developer API an address that gives the
    bytes to whoever sends the API key, for a limited time."""

    video_bytes: Annotated[
        bytes | None,
        Wire(gemini="encodedVideo", vertex="bytesBase64Encoded", via="base64_text"),
        Reply(gemini="encodedVideo", vertex="bytesBase64Encoded"),
    ] = None
    """The encoded video. A generated one has it only where the service sent the bytes, as Vertex AI does when
    `output_gcs_uri` is unset; otherwise it lies at `uri`."""

    mime_type: Annotated[str | None, Wire(gemini="encoding", vertex="mimeType"), Reply(gemini="encoding")] = None
    """Media type of the video, such as "video/mp4"."""

    @classmethod
    def from_file(cls, *, location: str | os.PathLike[str], mime_type: str | None = None) -> "Self":
        """Return the video in a file.

        Args:
          location: Path of the file, which is read now.
          mime_type: Media type. Default: what the file's ending says, or else its first bytes.

        Raises:
          OSError: The file cannot be read.
        """
        content = Path(location).read_bytes()
        return cls(video_bytes=content, mime_type=mime_type or media_type_of_file(os.fspath(location), content))

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the video, as it is, into a file.

        Raises:
          NotImplementedError: The video is known by its address alone. `client.files.download(file=video)` fetches its
            bytes on the Developer API; on Vertex AI they lie in Cloud Storage.
        """
        Path(path).write_bytes(self._bytes("saved", NotImplementedError))

    def show(self) -> None:
        """Show the video: in the notebook, or in the program that the desktop opens for a copy of it.

        Raises:
          ValueError: The video is known by its address alone, as for `save`.
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
            raise error(
                f"The video cannot be {done}, because it has no video_bytes; it lies at {self.uri}. Fetch it first: "
                "client.files.download(file=video) on the Developer API."
            )
        return self.video_bytes


class GenerateVideosSource(Model):
    """Say what `generate_videos` starts from: a prompt, a picture, a video, or a prompt with one of them.

    To let a picture come to life:

        GenerateVideosSource(prompt="The kite rises into the clouds", image=first_frame)
    """

    prompt: Annotated[str | None, At("instances[0].prompt")] = None
    """What the video is to show, including camera, mood and, for models with sound, speech."""

    image: Annotated[Image | None, At("instances[0].image")] = None
    """The first frame of the video."""

    video: Annotated[Video | None, At("instances[0].video")] = None
    """The video to go on from, or to change where `GenerateVideosConfig.mask` is set. Not every model takes one."""


class VideoGenerationReferenceImage(Model):
    """A picture that guides what the video shows, or how it looks."""

    image: Image | None = None
    """The picture."""

    reference_type: Annotated[VideoGenerationReferenceType | None, Refuses(gemini=("STYLE",))] = None
    """What to take over from the picture. `STYLE` is refused on the Gemini Developer API."""


class VideoGenerationMask(Model):
    """Mark the part of a given video that is to change. Vertex AI only."""

    image: Annotated[Image | None, ITSELF] = None
    """The mask as a picture."""

    mask_mode: VideoGenerationMaskMode | None = None
    """What happens with the masked part."""


class GenerateVideosConfig(Model):
    """Hold the options of `generate_videos`. Which values are taken differs much from model to model.

    API: `parameters` of the `predictLongRunning` call; the pictures among them are part of its `instances`.

        GenerateVideosConfig(aspect_ratio="9:16", duration_seconds=8, negative_prompt="text, captions")
    """

    _wire_root: ClassVar[str] = "parameters"

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""

    number_of_videos: Annotated[int | None, At("sampleCount")] = None
    """How many videos to make from the same source."""

    output_gcs_uri: Annotated[str | None, Wire(vertex="storageUri")] = None
    """Folder in Cloud Storage, "gs://bucket/folder/", where the service puts the videos; they are then reported by
    `Video.uri`. Unset, they come in the reply as bytes. Vertex AI only."""

    fps: Annotated[int | None, VERTEX_ONLY] = None
    """Frames per second of the video. Vertex AI only."""

    duration_seconds: int | None = None
    """Length of the video in seconds: 5 to 8 with Veo 2; 4, 6 or 8 with Veo 3. The longest when unset."""

    seed: Annotated[int | None, VERTEX_ONLY] = None
    """Start of the random numbers; the same call with the same seed gives much the same video. Vertex AI only."""

    aspect_ratio: str | None = None
    """Width to height: "16:9" (when unset) or "9:16"."""

    resolution: str | None = None
    """Height of the frame: "720p" (when unset) or "1080p", which not all models make."""

    person_generation: str | None = None
    """Whether the video may show people: "allow_adult", "allow_all" or "dont_allow". What is allowed depends on the
    model, the region and the kind of source."""

    pubsub_topic: Annotated[str | None, VERTEX_ONLY] = None
    """Pub/Sub topic, "projects/.../topics/...", to which the service reports progress and completion. Vertex AI
    only."""

    negative_prompt: str | None = None
    """What the video should not show."""

    enhance_prompt: bool | None = None
    """Whether a language model may rewrite the prompt with more detail first. Some models always do and refuse
    False."""

    generate_audio: Annotated[bool | None, VERTEX_ONLY] = None
    """Whether to make sound with the video; for models from Veo 3 on. Vertex AI only."""

    last_frame: Annotated[Image | None, At("/instances[0].lastFrame")] = None
    """The picture that the video ends on. Needs a picture for the first frame as well; the model fills in what
    happens between the two."""

    reference_images: Annotated[list[VideoGenerationReferenceImage] | None, At("/instances[0].referenceImages")] = None
    """Pictures that guide the video: up to three of type `ASSET`, or one of type `STYLE`. Cannot be combined with a
    first or last frame."""

    mask: Annotated[VideoGenerationMask | None, Wire(vertex="/instances[0].mask")] = None
    """Which part of the given video to change. Vertex AI only."""

    compression_quality: Annotated[VideoCompressionQuality | None, VERTEX_ONLY] = None
    """How much the video is compressed; `OPTIMIZED` when unset. Vertex AI only."""


class GeneratedVideo(Model):
    """One video of an answer."""

    video: Annotated[Video | None, Itself("vertex")] = None
    """The video, as bytes or as an address."""


class GenerateVideosResponse(Model):
    """Hold the result of `generate_videos`, once its operation is done."""

    generated_videos: Annotated[list[GeneratedVideo] | None, Reply(gemini="generatedSamples", vertex="videos")] = None
    """The videos; fewer than asked for, or none, when some were held back."""

    rai_media_filtered_count: int | None = None
    """How many videos were held back as unsafe."""

    rai_media_filtered_reasons: list[str] | None = None
    """Why they were held back, for developers."""


class GenerateVideosOperation(Operation):
    """State of a call of `generate_videos`, which takes minutes. Ask `operations.get` from time to time until `done` is
    True, then look at `error` and `response`.

        while not operation.done:
            time.sleep(10)
            operation = client.operations.get(operation)
    """

    response: Annotated[GenerateVideosResponse | None, Reply(gemini="response.generateVideoResponse")] = None
    """The videos; None while the work goes on and after a failure."""

    result: Annotated[
        GenerateVideosResponse | None, Reply(gemini="response.generateVideoResponse", vertex="response")
    ] = None
    """The same as `response`."""
