"""The limits of requests: sizes, counts, depths and times. A larger request is refused with a 400 that names the field and the
limit.

They are far above what programs need. Without them, one small request could stop the server for all others.
"""

MAX_BODY_BYTES = 100 * 1024 * 1024
"""Size of a request's body, uploads excepted."""
MAX_JSON_DEPTH = 100
"""Depth of nested objects and lists in a request; the service has the same limit."""
MAX_JSON_VALUES = 100_000
"""Number of values in a request: strings, numbers, objects and so on."""
MAX_JSON_ESCAPES = 2_000_000
"""Number of escape sequences, such as `\\n`, in the strings of a request."""
MAX_PROBLEMS = 20
"""Number of problems that a reply lists."""
MAX_FUNCTIONS = 512
"""Number of function declarations in a request."""
MAX_SCHEMA_VALUES = 5_000
"""Number of values in one schema, and in the schemas of all function declarations together."""
MAX_SCHEMA_DEPTH = 32
"""Depth of nested schemas."""
MAX_SCHEMA_ITEMS = 1_000
"""The largest `minItems` and `minProperties`."""
MAX_SCHEMA_LENGTH = 10_000
"""The largest `minLength`."""
MAX_PATTERN_LENGTH = 1_000
"""Number of characters of a `pattern` in a schema."""
MAX_EXAMPLE_VALUES = 10_000
"""Number of values in the smallest value that a schema accepts."""
MAX_SCHEMA_CHECK_S = 0.5
"""Time for the check of one value against its schema."""
MAX_URI_LENGTH = 2_048
"""Number of characters of a URI or of the name of a file."""
MAX_FILTER_LENGTH = 10_000
"""Number of characters of a filter."""
MAX_PICTURE_PIXELS = 40_000_000
"""Number of pixels of an input picture."""
MAX_PICTURES_PIXELS = 60_000_000
"""Number of pixels of all input pictures of a request together."""
MAX_PICTURE_SIDE = 16_384
"""Width and height of an input picture."""
MAX_REFERENCES = 16
"""Number of reference pictures of an edit."""
MAX_LABELS = 16
"""Number of classes that the prompt of a segmentation names."""
MAX_PICTURE_TEXT = 20_000
"""Number of characters of a text in a request for pictures or videos, such as the prompt."""
MAX_VIDEO_FRAMES = 10_000
"""Number of frames of a video to continue, as sent and at the new frame rate."""
MAX_PDF_BYTES = 50 * 1024 * 1024
"""Size of a PDF file whose text is read; the service has the same limit."""
MAX_PDF_PAGES = 1_000
"""Number of pages of a PDF file whose text is read; the service has the same limit."""
MAX_FILE_TEXT = 20_000_000
"""Number of characters of the text of a file."""
MAX_FILES = 256
"""Number of files in a request whose text is read; together they have at most `MAX_FILE_TEXT` characters."""
MAX_PDF_S = 60.0
"""Time for the extraction of the text of a PDF file."""
MAX_AUDIO_BYTES = 128 * 1024 * 1024
"""Size of a recording that is heard."""
MAX_AUDIO_S = 600.0
"""Duration of the recordings in a request together, and of the speech in a reply."""
MAX_HEARING_S = 600.0
"""Time for the recognition of a recording."""
MAX_DRAWING_S = 300.0
"""Time for the pictures or videos of a request."""
MAX_MUSIC_PROMPTS = 64
"""Number of prompts for live music at a time."""
MAX_MUSIC_PROMPT = 4_000
"""Number of characters of a prompt for live music."""
MAX_MUSIC_SESSIONS = 8
"""Number of sessions of live music; each of them computes all the time."""
MAX_SETUP_S = 30.0
"""Time for the first message of a session."""
MAX_CHAIN = 10_000
"""Number of interactions in a row that continue one another."""
MAX_INTERACTION_BYTES = 100 * 1024 * 1024
"""Size of an interaction with its events, and of the interactions before it together."""
MAX_UNFINISHED = 1_000
"""Number of stored interactions that run or wait at the same time."""
MAX_RECORDS = 1_000
"""Number of agents, credentials, environments, triggers, voices and webhooks, each, of a project."""
MAX_ENVIRONMENT_BYTES = 256 * 1024 * 1024
"""Size of the files of an environment together."""
MAX_ENVIRONMENT_FILES = 10_000
"""Number of files and folders of an environment."""
MAX_ENVIRONMENT_DEPTH = 32
"""Number of folders within one another in an environment."""
MAX_QUESTIONS = 32
"""Number of questions of a decision."""
MAX_INTERACTION_S = 6 * 3_600.0
"""Time for the run of an interaction, with its time in the queue."""
