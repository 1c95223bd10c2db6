"""Times and durations in requests: every time has a zone, and every duration ends in "s"."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta, timezone
from typing import TYPE_CHECKING, Any

import pytest

from google import genai
from google.genai import types

if TYPE_CHECKING:
    from genai_local import ScriptedGemini

Call = Callable[..., Any]
MODEL = "gemini-2.5-flash"


@pytest.fixture(autouse=True)
def _in_new_york(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with monkeypatch.context() as context:
        context.setenv("TZ", "America/New_York")
        time.tzset()
        yield
    time.tzset()


TIMES = [
    (datetime(2030, 1, 2, 3, 4, 5), "2030-01-02T03:04:05-05:00"),
    (datetime(2030, 7, 2, 3, 4, 5, 600), "2030-07-02T03:04:05.000600-04:00"),
    ("2030-01-02T03:04:05", "2030-01-02T03:04:05-05:00"),
    (datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone.utc), "2030-01-02T03:04:05+00:00"),
    (datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2))), "2030-01-02T03:04:05+02:00"),
    (datetime(2030, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(seconds=90))), "2030-01-02T03:02:35+00:00"),
]


@pytest.mark.parametrize(("given", "sent"), TIMES)
async def test_the_expiry_of_a_cache(
    call: Call, client: genai.Client, gemini: ScriptedGemini, given: Any, sent: str
) -> None:
    config = {"contents": "A story", "expire_time": given}
    cache = await call(client, "caches.create", model=MODEL, config=config)
    assert gemini.last_request.json["expireTime"] == sent
    await call(client, "caches.update", name=cache.name, config=types.UpdateCachedContentConfig(expire_time=given))
    assert gemini.last_request.json["expireTime"] == sent


@pytest.mark.parametrize(("given", "sent"), TIMES)
async def test_the_range_of_a_search_has_whole_seconds(
    call: Call, client: genai.Client, gemini: ScriptedGemini, given: Any, sent: str
) -> None:
    search = types.GoogleSearch(time_range_filter=types.Interval(start_time=given, end_time=given))
    for tool in (types.Tool(google_search=search), {"google_search": {"time_range_filter": {"end_time": given}}}):
        await call(client, "models.generate_content", model=MODEL, contents="Hi", config={"tools": [tool]})
        [tool_sent] = gemini.last_request.json["tools"]
        assert tool_sent["googleSearch"]["timeRangeFilter"]["endTime"] == sent.replace(".000600", "")


async def test_the_expiry_of_a_token(call: Call, new_client: Any, gemini: ScriptedGemini) -> None:
    soon = datetime.now() + timedelta(minutes=10)
    config = {"expire_time": soon, "new_session_expire_time": soon}
    await call(new_client("gemini", api_version="v1alpha"), "auth_tokens.create", config=config)
    expected = soon.astimezone().isoformat()
    assert [gemini.last_request.json[name] for name in ("expireTime", "newSessionExpireTime")] == [expected, expected]


def test_a_time_that_is_out_of_range_is_refused_by_path(client: genai.Client) -> None:
    with pytest.raises(ValueError, match=r"config\.expire_time: 0001-01-01 00:00:00 has no zone"):
        client.caches.update(name="cachedContents/1", config={"expire_time": datetime.min})


@pytest.mark.parametrize(
    ("given", "sent"),
    [
        (timedelta(hours=1), "3600s"),
        (timedelta(seconds=3.5), "3.5s"),
        (timedelta(seconds=60, microseconds=1), "60.000001s"),
        ("90s", "90s"),
    ],
)
async def test_durations(call: Call, client: genai.Client, gemini: ScriptedGemini, given: Any, sent: str) -> None:
    await call(client, "caches.create", model=MODEL, config={"contents": "A story", "ttl": given})
    assert gemini.last_request.json["ttl"] == sent
    part = types.Part(
        file_data=types.FileData(file_uri="https://youtu.be/x", mime_type="video/*"),
        video_metadata={"start_offset": given, "end_offset": given},
    )
    await call(client, "models.count_tokens", model=MODEL, contents=part)
    [content] = gemini.last_request.json["contents"]
    assert content["parts"][0]["videoMetadata"] == {"startOffset": sent, "endOffset": sent}


async def test_times_in_free_data_are_sent_as_written(call: Call, client: genai.Client, gemini: ScriptedGemini) -> None:
    """The official package does not add a zone here either: only the program knows what its function expects."""
    given = {"when": datetime(2030, 1, 2, 3, 4, 5), "nested": [{"when": datetime(2030, 1, 2, 3, 4, 5, 600)}]}
    sent = {"when": "2030-01-02T03:04:05", "nested": [{"when": "2030-01-02T03:04:05.000600"}]}
    parts = [
        types.Part.from_function_call("f", args=given),
        types.Part.from_function_response("f", response=given),
    ]
    contents = [types.ModelContent(parts[0]), types.UserContent(parts[1])]
    await call(client, "models.count_tokens", model=MODEL, contents=["Hi", *contents])
    _, asked, answered = gemini.last_request.json["contents"]
    assert asked["parts"][0]["functionCall"]["args"] == sent
    assert answered["parts"][0]["functionResponse"]["response"] == sent


def test_a_negative_duration_keeps_its_sign() -> None:
    assert types.VideoMetadata(start_offset=timedelta(seconds=-1.5)).start_offset == "-1.5s"
