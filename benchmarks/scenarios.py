"""The table of scenarios: what each one measures, and how many times better than the official distribution ours has to
be. All targets are here; `workloads.py` and `worker.py` do the measuring."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """A number that a worker prints. A `target` of 2 means twice as good: half the time or memory, or double the rate.
    `at_most` and `at_least` limit the number itself instead, `of_floor` limits it as a multiple of the floor."""

    key: str
    label: str
    target: float | None = None
    more_is_better: bool = False
    at_most: int | None = None
    at_least: int | None = None
    of_floor: float | None = None


@dataclass(frozen=True)
class Scenario:
    """One or more rows of the table. A start-up scenario is short enough to run several processes in each round."""

    name: str
    about: str
    measures: tuple[Measure, ...]
    is_start_up: bool = False
    has_floor: bool = True
    uses_grpc: bool = False
    """Whether the other end is the stub with gRPC."""


def rate(key: str, label: str, target: float) -> Measure:
    return Measure(key, label, target, more_is_better=True)


def requests(target: float) -> tuple[Measure]:
    return (rate("requests_per_s", "requests/s", target),)


def call(target: float) -> tuple[Measure]:
    return (Measure("call_ms", "ms a call", target),)


SCENARIOS = (
    Scenario(
        "import",
        "`from google import genai; from google.genai import types`; the floor imports httpx2 and json",
        (
            Measure("import_ms", "ms", 12),
            Measure("modules", "modules loaded", 3),
            Measure("libraries", "libraries loaded", at_most=0),
        ),
        is_start_up=True,
    ),
    Scenario(
        "start_to_first_answer",
        "from the start of the process to its first printed answer: imports, client, config, one call",
        (Measure("start_to_first_answer_ms", "ms", 2),),
        is_start_up=True,
    ),
    Scenario(
        "client_new",
        "`genai.Client(api_key=...)`, the first one in a process and further ones",
        (Measure("first_client_ms", "ms, first", 40), Measure("next_client_ms", "ms, next", 40)),
        is_start_up=True,
    ),
    Scenario(
        "rss_after_1000_calls",
        "peak resident memory of a process that made 1,000 small calls",
        (Measure("peak_rss_mb", "MB", 1 / 0.75),),
    ),
    Scenario("unary_sync", "small question, small answer, one after another", requests(2)),
    Scenario("unary_aiohttp_1", "the same, asynchronous over aiohttp, 1 in flight", requests(4)),
    Scenario("unary_aiohttp_50", "50 in flight", requests(5.5)),
    Scenario("unary_aiohttp_500", "500 in flight", requests(5)),
    Scenario("unary_httpx_1", "asynchronous over an injected httpx2 client, 1 in flight", requests(1.6)),
    Scenario("unary_httpx_50", "50 in flight", requests(1.5)),
    Scenario("unary_httpx_500", "500 in flight", requests(1.5)),
    Scenario("count_tokens", "count_tokens, one after another", requests(2)),
    Scenario("decode_200kb", "a reply of 396 parts, 200 KB, and its text", call(3)),
    Scenario("parsed", "an answer of 14 KB as an instance of a pydantic class", call(2)),
    Scenario("history_1000_turns", "a history of 1,000 typed Content objects sent", call(80)),
    Scenario("chat_0_turns", "the first message of a chat", (Measure("message_ms", "ms a message", 2),)),
    Scenario("chat_500_turns", "one more message after 500 turns", (Measure("message_ms", "ms a message", 80),)),
    Scenario("parts_2000", "one typed Content of 2,000 parts sent", call(60)),
    Scenario(
        "image_20mb",
        "a 20 MB image sent inline; memory is the peak above the state before the first such call",
        (Measure("call_ms", "ms a call", 1 / 0.42), Measure("extra_peak_rss_mb", "MB extra", 1 / 0.42)),
    ),
    Scenario("embeddings_100x768", "embeddings of 100 texts, 768 numbers of 9 digits each", call(5)),
    Scenario("embeddings_17_digits", "the same with the full 17 digits of a double", call(5)),
    Scenario(
        "stream_small_sync", "a stream of 2,000 small chunks, text read", (rate("chunks_per_s", "chunks/s", 6.5),)
    ),
    Scenario("stream_small_aiohttp", "the same, asynchronous over aiohttp", (rate("chunks_per_s", "chunks/s", 10),)),
    Scenario("stream_big_sync", "a stream of 50 chunks of 64 KB, text read", (rate("mb_per_s", "MB/s", 2.8),)),
    Scenario("stream_big_aiohttp", "the same, asynchronous over aiohttp", (rate("mb_per_s", "MB/s", 2.5),)),
    Scenario(
        "first_chunk_sync",
        "from the call to the first chunk of a stream that then pauses",
        (Measure("first_chunk_ms", "ms", 1.5),),
    ),
    Scenario("first_chunk_aiohttp", "the same, asynchronous over aiohttp", (Measure("first_chunk_ms", "ms", 2),)),
    Scenario(
        "upload_1gb",
        "a file of 1 GiB uploaded; memory is the peak above the state before",
        (rate("mb_per_s", "MB/s", 1), Measure("extra_peak_rss_mb", "MB extra", at_most=32)),
    ),
    Scenario("pager", "2,500 models listed in pages of 50", (rate("items_per_s", "items/s", 9),)),
    Scenario(
        "replay_10000",
        "10,000 different calls replayed from a recording, one after another; reading the file is included",
        (Measure("requests_per_s", "requests/s", more_is_better=True, at_least=2_000),),
        has_floor=False,
    ),
    Scenario(
        "types",
        "types constructed, and `.text` of a reply of 396 parts",
        (
            rate("part_from_text_per_s", "Part.from_text/s", 2.5),
            rate("content_per_s", "Content/s", 2),
            rate("config_per_s", "config/s", 2),
            rate("text_of_396_parts_per_s", ".text/s", 10),
        ),
        has_floor=False,
    ),
    Scenario(
        "live_start",
        "from the start of the process to an open live session: imports, client, connection, setup",
        (Measure("start_to_session_ms", "ms", 1.5),),
        is_start_up=True,
    ),
    Scenario("live_connect", "a live session opened by a warm process", (Measure("connect_ms", "ms", of_floor=2),)),
    Scenario(
        "live_receive",
        "a turn of 1,000 pieces of sound, 40 ms of 24 kHz each",
        (rate("messages_per_s", "messages/s", 3),),
    ),
    Scenario(
        "live_send",
        "500 pieces of sound sent, 20 ms of 16 kHz each, as fast as the session takes them",
        (
            Measure("chunks_per_s", "chunks/s", more_is_better=True),
            Measure("times_real_time", "x real time", more_is_better=True, at_least=100),
        ),
    ),
    Scenario(
        "live_first_message",
        "from a text sent to the first message of the answer; the floor is bare `websockets`",
        (Measure("first_message_ms", "ms", of_floor=1.2),),
    ),
    Scenario(
        "live_1000_sessions",
        "1,000 sessions at the same time in one process: all opened, one question and answer each, all closed",
        (Measure("all_s", "s", 1), Measure("extra_peak_rss_mb", "MB extra")),
    ),
    Scenario(
        "live_long_session",
        "50,000 messages in one session; memory is the peak above that of the first 1,000",
        (Measure("extra_peak_rss_mb", "MB extra", at_most=4),),
    ),
    Scenario(
        "interactions_start",
        "from the start of the process to its first printed interaction: imports, client, one `interactions.create`",
        (Measure("start_to_first_answer_ms", "ms", 2),),
        is_start_up=True,
    ),
    Scenario(
        "interactions_import",
        "`from google.genai import interactions`, a client, and the first `interactions.create`",
        (Measure("import_and_create_ms", "ms", 5),),
        is_start_up=True,
        has_floor=False,
    ),
    Scenario(
        "interactions_unary", "an interaction created and read again, 2 requests", (rate("pairs_per_s", "pairs/s", 2),)
    ),
    Scenario("interactions_stream", "a stream of 1,000 deltas, text read", (rate("events_per_s", "events/s", 6.5),)),
    Scenario(
        "interactions_stream_aiohttp", "the same, asynchronous over aiohttp", (rate("events_per_s", "events/s", 10),)
    ),
    Scenario(
        "interactions_first_event",
        "from the call to the first event of a stream that then pauses",
        (Measure("first_event_ms", "ms", 1.5),),
    ),
    Scenario(
        "interactions_text_1000",
        "the whole text of a stream of 1,000 deltas: ours reads it from the interaction that the stream puts together",
        (rate("events_per_s", "events/s", 4),),
    ),
    Scenario("interactions_text_10000", "the same with 10,000 deltas", (rate("events_per_s", "events/s", 4),)),
    Scenario(
        "local_tokens_1mb",
        "a text of 1 MB counted by the local tokenizer; the floor is bare `sentencepiece`",
        (Measure("call_ms", "ms a call", of_floor=1.2),),
    ),
    Scenario("local_tokens_2000_texts", "2,000 short texts counted by the local tokenizer", call(1)),
    Scenario("local_tokens_small", "one short text counted by the local tokenizer", call(1)),
    Scenario(
        "grpc_import",
        "`from google.ai import generativelanguage`",
        (Measure("import_ms", "ms", 1 / 0.3),),
        is_start_up=True,
        has_floor=False,
        uses_grpc=True,
    ),
    Scenario(
        "grpc_start",
        "from the start of the process to the first printed answer over gRPC",
        (Measure("start_to_first_answer_ms", "ms", 1 / 0.6),),
        is_start_up=True,
        has_floor=False,
        uses_grpc=True,
    ),
    Scenario(
        "grpc_unary_sync",
        "`generate_content` over gRPC, one after another",
        (rate("calls_per_s", "calls/s", 1),),
        has_floor=False,
        uses_grpc=True,
    ),
    Scenario(
        "grpc_unary_1",
        "the same with asyncio, 1 in flight",
        (rate("calls_per_s", "calls/s", 1),),
        has_floor=False,
        uses_grpc=True,
    ),
    Scenario(
        "grpc_unary_50",
        "50 in flight",
        (rate("calls_per_s", "calls/s", 1),),
        has_floor=False,
        uses_grpc=True,
    ),
    Scenario(
        "grpc_stream_sync",
        "a stream of 1,000 messages over gRPC, text read",
        (rate("messages_per_s", "messages/s", 1),),
        has_floor=False,
        uses_grpc=True,
    ),
    Scenario(
        "grpc_stream",
        "the same with asyncio",
        (rate("messages_per_s", "messages/s", 1),),
        has_floor=False,
        uses_grpc=True,
    ),
)
