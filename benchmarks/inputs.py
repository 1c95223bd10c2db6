"""The inputs of all columns: the texts, the image and the sizes that both the SDK and the bare client send."""

KEY = "benchmark-key"
PROMPT = "Why is the sky blue?"
TURN = "The sky is blue because air scatters short wavelengths more."
HISTORY_TURNS = 1000
PARTS = 2000
PAGE_LENGTH = 50
EMBEDDED_TEXTS = [f"{TURN} ({number})" for number in range(100)]
LONG_TEXT = "".join(f"{TURN} ({number})\n" for number in range(15_000))[:1_000_000]
IMAGE_BYTES = 20 * 1024 * 1024
IMAGE_TYPE = "image/png"


def image() -> bytes:
    """Return an image of the largest size that the service accepts inline. Its bytes are arbitrary."""
    return bytes(range(256)) * (IMAGE_BYTES // 256)


UPLOAD_BYTES = 1 << 30
CHUNK_BYTES = 8 << 20

ANSWER_PIECES = 1000
ANSWER_PIECE_BYTES = 1920
"""40 ms of the sound that models send: 24 kHz, 16 bits."""
SOUND_TYPE = "audio/pcm;rate=16000"
QUESTION_CHUNKS = 500
QUESTION_CHUNK_BYTES = 640
"""20 ms of the sound that programs send: 16 kHz, 16 bits."""

RECORDED_CALLS = 10_000
"""Exchanges of the recording that is replayed."""
