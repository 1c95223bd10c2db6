"""The limits without a server: settings and their mistakes, rates, quotas, shares and latencies, on a clock that a test moves."""

from __future__ import annotations

import math
import random
import statistics
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from genai_local.limits.enforcement import Limits
from genai_local.limits.latency import Latency, read_latency
from genai_local.limits.meters import day_of
from genai_local.limits.refusals import Asked
from genai_local.limits.settings import LimitTable, SettingError, Settings
from genai_local.protocol.errors import ApiError
from genai_local.state.clock import Clock

START = 1_767_268_050.0
"""2026-01-01 11:47:30 UTC, in the middle of a minute."""


@pytest.fixture
def clock() -> Clock:
    clock = Clock()
    clock.stop_at(START)
    return clock


def limits_of(clock: Clock, *texts: str) -> Limits:
    return Limits(clock, LimitTable.of_texts(texts))


def asked(model: str = "m", tokens: int = 0, kind: str = "generate") -> Asked:
    return Asked(model, "gemini", "global", lambda _: kind, tokens)


def refusal(limits: Limits, *given, **named) -> ApiError | None:
    """Return the refusal of a request, or None; the place is left at once."""
    try:
        limits.enter(asked(*given, **named)).leave("answered")
    except ApiError as error:
        return error
    return None


def retry_delay(error: ApiError | None) -> float:
    assert error is not None
    return float(error.details[-1]["retryDelay"].removesuffix("s"))


def test_one_format_for_texts_and_json():
    texts = ["rpm=600", "refuse=1%", "latency=normal:0.2,0.05", "m:rpm=10", "m:latency=none", "rate=2.5"]
    table = LimitTable.of_texts(texts)
    assert table.of_model("other") == Settings(rate=2.5, rpm=600, refuse=0.01, latency=Latency("normal", (0.2, 0.05)))
    assert table.of_model("m") == Settings(rate=2.5, rpm=10, refuse=0.01)
    shown = table.to_json()
    assert shown == {
        "rpm": 600,
        "refuse": 0.01,
        "latency": "normal:0.2,0.05",
        "rate": 2.5,
        "models": {"m": {"rpm": 10, "latency": None}},
    }
    assert LimitTable.of_json(shown) == table
    assert LimitTable.of_texts(table.to_texts()) == table
    assert table.to_texts()[-2:] == ["m:rpm=10", "m:latency=none"]


WRONG_TEXTS = {
    "rpm": "rpm: expected [MODEL:]NAME=VALUE, such as rpm=600, gemini-2.5-pro:rpm=10 or refuse=1%.",
    "rpm=0": "rpm: expected a whole number of at least 1, not '0'.",
    "rpm=1.5": "rpm: expected a whole number of at least 1, not '1.5'.",
    "tpm=nan": "tpm: expected a whole number of at least 1, not 'nan'.",
    "rate=-1": "rate: expected a number of requests a second above 0, not '-1'.",
    "refuse=101%": "refuse: expected a share from 0 to 1, or a percentage such as 1%, not '101%'.",
    "unavailable=2": "unavailable: expected a share from 0 to 1, or a percentage such as 1%, not '2'.",
    "retry_s=90000": "retry_s: expected a number of seconds from 0 to 86400, not '90000'.",
    "seed=x": "seed: expected a whole number, not 'x'.",
    "rps=5": "rps: no such setting exists; did you mean rpm?",
    "queue=5": "queue: no such setting exists; expected one of rate, burst, rpm, ",
    "a b:rpm=5": "models.a b: expected the bare name of a model, such as gemini-2.5-pro.",
    "m:rpm=x": "models.m.rpm: expected a whole number of at least 1, not 'x'.",
    "latency=5000": "latency: expected seconds from 0 to 3600, or a distribution of them: 0.2, uniform:0.1,0.3, ",
}


@pytest.mark.parametrize("text", WRONG_TEXTS)
def test_wrong_texts(text):
    with pytest.raises(SettingError) as caught:
        LimitTable.of_texts([text])
    assert str(caught.value).startswith(WRONG_TEXTS[text])


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ([], "limits: expected an object with settings such as rpm, not []."),
        ({"models": 5}, "models: expected an object with settings by model, not 5."),
        ({"models": {"m": 5}}, "models.m: expected an object with settings, not 5."),
        ({"models": {str(number): {} for number in range(101)}}, "models: expected at most 100 models."),
        ({"rpm": True}, "rpm: expected a whole number of at least 1, not True."),
        ({"rpm": [1] * 100}, f"rpm: expected a whole number of at least 1, not {str([1] * 100)[:80]}...."),
    ],
)
def test_wrong_json(value, message):
    with pytest.raises(SettingError) as caught:
        LimitTable.of_json(value)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "x",
            "-1",
            "nan",
            "inf",
            "uniform",
            "uniform:1",
            "uniform:3,1",
            "uniform:1,2,3",
            "normal:1",
            "normal:1,-1",
        ),
        *("lognormal:0,1", "gamma:1,2", "fixed:1,2"),
    ],
)
def test_wrong_latencies(text):
    assert read_latency(text) is None
    with pytest.raises(SettingError, match="latency: expected seconds"):
        LimitTable.of_texts([f"latency={text}"])


def test_latencies_have_their_distribution():
    def draws(text: str) -> list[float]:
        latency, source = read_latency(text), random.Random(1)
        assert latency is not None
        return [latency.draw(source) for _ in range(20_000)]

    assert set(draws("0.2")) == {0.2}
    uniform = draws("uniform:0.1,0.3")
    assert 0.1 <= min(uniform) < 0.101
    assert 0.299 < max(uniform) <= 0.3
    assert statistics.mean(uniform) == pytest.approx(0.2, rel=0.02)
    normal = draws("normal:0.2,0.05")
    assert statistics.mean(normal) == pytest.approx(0.2, rel=0.02)
    assert statistics.stdev(normal) == pytest.approx(0.05, rel=0.05)
    assert min(draws("normal:0.2,0.5")) == 0
    assert min(draws("normal:0.2,0.5,0.15")) == 0.15
    lognormal = draws("lognormal:0.2,0.4")
    assert statistics.median(lognormal) == pytest.approx(0.2, rel=0.02)
    assert statistics.stdev([math.log(seconds) for seconds in lognormal]) == pytest.approx(0.4, rel=0.05)
    assert max(draws("lognormal:3000,2")) == 3600


def test_a_bucket_gives_its_burst_and_then_its_rate(clock):
    limits = limits_of(clock, "rate=2", "burst=3")
    assert [refusal(limits) is None for _ in range(4)] == [True, True, True, False]
    error = refusal(limits)
    assert error is not None
    assert (error.code, error.status, retry_delay(error)) == (429, "RESOURCE_EXHAUSTED", 0.5)
    assert error.message == "Too many requests for m: 2 a second are allowed. Retry in 0.5 s."
    clock.advance(retry_delay(error))
    assert [refusal(limits) is None for _ in range(2)] == [True, False]
    clock.advance(3600)
    assert [refusal(limits) is None for _ in range(4)] == [True, True, True, False]
    clock.advance(-3600)  # a clock that is set back gives nothing, and takes nothing
    assert retry_delay(refusal(limits)) == 0.5


@pytest.mark.parametrize(("rate", "burst"), [("5", 5), ("0.1", 1), ("2.9", 2)])
def test_the_burst_is_that_of_one_second_by_default(clock, rate, burst):
    limits = limits_of(clock, f"rate={rate}")
    passed = [refusal(limits) is None for _ in range(10)]
    assert passed == [True] * burst + [False] * (10 - burst)


@pytest.mark.parametrize("rate", [3, 7, 0.3, 499.9])
def test_a_hint_is_exactly_enough(clock, rate):
    limits = limits_of(clock, f"rate={rate}", "burst=1")
    for _ in range(200):
        while (error := refusal(limits)) is None:
            pass
        clock.advance(retry_delay(error))
        assert refusal(limits) is None


def test_a_quota_a_minute_ends_with_the_minute(clock):
    limits = limits_of(clock, "rpm=2")
    assert [refusal(limits) is None for _ in range(3)] == [True, True, False]
    error = refusal(limits)
    assert error is not None
    assert error.message == "Quota exceeded for m: 2 requests a minute. Retry in 30 s."
    failure, hint = error.details
    assert failure == {
        "@type": "type.googleapis.com/google.rpc.QuotaFailure",
        "violations": [
            {
                "quotaMetric": "generativelanguage.googleapis.com/generate_requests_per_model",
                "quotaId": "GenerateRequestsPerMinutePerProjectPerModel",
                "quotaDimensions": {"location": "global", "model": "m"},
                "quotaValue": "2",
            }
        ],
    }
    assert hint == {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": "30s"}
    clock.advance(29.999)
    assert refusal(limits) is not None
    clock.advance(0.001)
    assert [refusal(limits) is None for _ in range(3)] == [True, True, False]
    assert retry_delay(refusal(limits)) == 60


def test_a_quota_a_day_ends_at_midnight_in_pacific_time(clock):
    limits = limits_of(clock, "rpd=1", "rpm=1")
    assert refusal(limits) is None
    clock.advance(60)
    error = refusal(limits)  # the quota of the new minute is not spent
    assert error is not None
    assert error.details[0]["violations"][0]["quotaId"] == "GenerateRequestsPerDayPerProjectPerModel"
    midnight = datetime(2026, 1, 2, tzinfo=ZoneInfo("America/Los_Angeles")).timestamp()
    assert retry_delay(error) == midnight - clock.now()
    clock.stop_at(midnight)
    assert refusal(limits) is None


@pytest.mark.parametrize(("month", "day", "hours"), [(1, 1, 24), (3, 8, 23), (11, 1, 25)])
def test_days_have_the_length_of_their_summer_time(month, day, hours):
    noon = datetime(2026, month, day, 12, tzinfo=ZoneInfo("America/Los_Angeles")).timestamp()
    begin, end = day_of(noon)
    assert end - begin == hours * 3600
    assert begin < noon < end


def test_tokens_are_counted_by_request(clock):
    limits = limits_of(clock, "tpm=100", "tpd=1000", "other:tpm=none", "other:tpd=none")
    assert limits.needs_tokens("m")
    assert not limits.needs_tokens("other")
    assert not Limits(clock).needs_tokens("m")
    assert refusal(limits, tokens=60) is None
    error = refusal(limits, tokens=41)
    assert error is not None
    violation = error.details[0]["violations"][0]
    assert violation["quotaId"] == "GenerateContentPaidTierInputTokensPerModelPerMinute"
    assert violation["quotaValue"] == "100"
    assert refusal(limits, tokens=40) is None
    assert limits.counts().input_tokens == 100
    clock.advance(60)
    assert refusal(limits, tokens=101) is not None  # never
    embedding = refusal(limits, tokens=101, kind="embed")
    assert embedding is not None
    assert embedding.details[0]["violations"][0]["quotaId"] == "EmbedContentInputTokensPerMinutePerProjectPerModel"


def test_a_refused_request_uses_nothing_up(clock):
    limits = limits_of(clock, "rpm=3", "rate=1", "burst=1", "tpm=10")
    assert refusal(limits, tokens=4) is None
    assert refusal(limits, tokens=8) is not None  # too many tokens
    for _ in range(5):
        assert refusal(limits) is not None  # too soon
    clock.advance(1)
    assert refusal(limits, tokens=6) is None
    clock.advance(1)
    assert refusal(limits) is None
    assert limits.counts().refused == {"tpm": 1, "rate": 5}


def test_random_refusals_have_their_share_and_are_repeatable(clock):
    def refused(*texts: str, model: str = "m") -> list[int]:
        limits = limits_of(clock, *texts)
        return [error.code if (error := refusal(limits, model)) else 0 for _ in range(20_000)]

    first = refused("refuse=10%", "unavailable=0.02")
    assert first == refused("refuse=10%", "unavailable=0.02")
    assert first.count(429) / len(first) == pytest.approx(0.1, rel=0.1)
    assert first.count(503) / len(first) == pytest.approx(0.02, rel=0.2)
    assert first != refused("refuse=10%", "unavailable=0.02", "seed=1")
    assert first != refused("refuse=10%", "unavailable=0.02", model="other")
    # The other limits do not change which requests are refused at random.
    positions = [index for index, code in enumerate(first) if code == 429]
    alone = [index for index, code in enumerate(refused("refuse=10%")) if code == 429]
    assert positions == alone
    limits = limits_of(clock, "refuse=10%", "rpm=5", "in_flight=1")
    assert [index for index in range(20_000) if _is_random(refusal(limits))] == positions
    assert refused("refuse=0", "unavailable=0%") == [0] * 20_000
    assert refused("refuse=1") == [429] * 20_000


def _is_random(error: ApiError | None) -> bool:
    return (
        error is not None
        and error.message == "Resource exhausted: m has no capacity for this request. Try again later."
    )


def test_hints_of_random_refusals(clock):
    error = refusal(limits_of(clock, "refuse=1"))
    assert error is not None
    assert error.details == []
    assert retry_delay(refusal(limits_of(clock, "refuse=1", "retry_s=30"))) == 30
    unavailable = refusal(limits_of(clock, "unavailable=1", "retry_s=30"))
    assert unavailable is not None
    assert (unavailable.code, unavailable.status, unavailable.details) == (503, "UNAVAILABLE", [])


def test_a_bound_on_requests_in_flight(clock):
    limits = limits_of(clock, "in_flight=2", "retry_s=1.5")
    places = [limits.enter(asked()) for _ in range(2)]
    error = refusal(limits)
    assert error is not None
    assert error.message == "Resource has been exhausted: 2 requests to m are being answered; wait for one to end."
    assert retry_delay(error) == 1.5
    assert refusal(limits, "other") is None  # each model has its own
    places.pop().leave("disconnected")
    assert refusal(limits) is None
    places.pop().leave("failed")
    counts = limits.counts("m").to_json()
    expected = {"answered": 1, "failed": 1, "disconnected": 1, "refused": {"in_flight": 1}, "in_flight": 0}
    assert counts == {**expected, "most_in_flight": 2, "input_tokens": 0}
    assert limits.counts().answered == 2
    assert limits.counts().most_in_flight == 3
    assert limits.counts("unknown").to_json() == Limits(clock).counts().to_json()


def test_a_change_keeps_what_was_used_of_the_other_limits(clock):
    limits = limits_of(clock, "rpm=3", "rate=1", "burst=1")
    assert refusal(limits) is None
    limits.change(lambda table: table.with_values(None, {"rate": "none", "latency": 0.5}))
    assert [refusal(limits) is None for _ in range(3)] == [True, True, False]
    limits.change(lambda table: table.with_values(None, {"rpm": 4}))
    assert [refusal(limits) is None for _ in range(5)] == [True] * 4 + [False]
    limits.change(lambda _: LimitTable())
    assert all(refusal(limits) is None for _ in range(10))


def test_clear_keeps_only_the_requests_in_flight(clock):
    limits = limits_of(clock, "in_flight=2", "refuse=50%")
    place = limits.enter(asked("other"))
    first = [refusal(limits) is None for _ in range(50)]
    limits.clear()
    assert limits.to_json() == {
        "limits": {},
        "counts": {
            **limits.counts().to_json(),
            "models": {"other": {**limits.counts().to_json()}},
        },
    }
    assert (limits.counts().in_flight, limits.counts().most_in_flight, limits.counts().answered) == (1, 1, 0)
    place.leave("answered")
    assert (limits.counts("other").in_flight, limits.counts().in_flight, limits.counts().answered) == (0, 0, 1)
    limits.change(lambda table: table.with_values(None, {"refuse": 0.5}))
    assert [refusal(limits) is None for _ in range(50)] == first


def test_names_of_models_cannot_fill_the_memory(clock):
    limits = limits_of(clock, "rpm=1")
    for number in range(1_010):
        refusal(limits, f"m-{number}")
    models = limits.to_json()["counts"]["models"]
    assert len(models) == 1_001
    assert models["other models"]["answered"] + models["other models"]["refused"]["rpm"] == 10
    assert limits.counts().answered == 1_001
