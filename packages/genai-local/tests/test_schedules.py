"""The times that schedules in the form of cron name."""

from __future__ import annotations

from datetime import datetime

import pytest

from genai_local.protocol.errors import ApiError
from genai_local.services.triggers.schedules import schedule_of, zone_of


def times(schedule: str, begin: str, zone: str = "UTC", count: int = 3) -> list[str]:
    found, where = [], zone_of(zone, "time_zone")
    at = datetime.fromisoformat(begin).replace(tzinfo=where).timestamp()
    for _ in range(count):
        at = schedule_of(schedule, "schedule").next_after(at, where)
        found.append(datetime.fromtimestamp(at, where).strftime("%a %Y-%m-%d %H:%M"))
    return found


@pytest.mark.parametrize(
    ("schedule", "begin", "expected"),
    [
        ("* * * * *", "2026-01-31T23:58:30", ["Sat 2026-01-31 23:59", "Sun 2026-02-01 00:00", "Sun 2026-02-01 00:01"]),
        (
            "*/20 9-10 * * *",
            "2026-01-01T10:20",
            ["Thu 2026-01-01 10:40", "Fri 2026-01-02 09:00", "Fri 2026-01-02 09:20"],
        ),
        (
            "0 9 * * mon-fri",
            "2026-01-02T09:00",
            ["Mon 2026-01-05 09:00", "Tue 2026-01-06 09:00", "Wed 2026-01-07 09:00"],
        ),
        ("0 0 * * 7", "2026-01-01T00:00", ["Sun 2026-01-04 00:00", "Sun 2026-01-11 00:00", "Sun 2026-01-18 00:00"]),
        ("0 0 31 * *", "2026-01-31T00:00", ["Tue 2026-03-31 00:00", "Sun 2026-05-31 00:00", "Fri 2026-07-31 00:00"]),
        ("0 0 29 feb *", "2026-01-01T00:00", ["Tue 2028-02-29 00:00", "Sun 2032-02-29 00:00", "Fri 2036-02-29 00:00"]),
        ("0 0 13 * fri", "2026-01-09T00:00", ["Tue 2026-01-13 00:00", "Fri 2026-01-16 00:00", "Fri 2026-01-23 00:00"]),
        (
            "5,10 0/12 1 1,7 *",
            "2026-01-01T00:05",
            ["Thu 2026-01-01 00:10", "Thu 2026-01-01 12:05", "Thu 2026-01-01 12:10"],
        ),
    ],
)
def test_times(schedule, begin, expected):
    assert times(schedule, begin) == expected


def test_a_time_zone_with_summer_time():
    """At 02:30, the clocks of Berlin skip an hour in March, and show one twice in October."""
    assert times("30 2 * * *", "2026-03-28T12:00", "Europe/Berlin", 2) == [
        "Sun 2026-03-29 03:30",
        "Mon 2026-03-30 02:30",
    ]
    assert times("30 2 * * *", "2026-10-24T12:00", "Europe/Berlin", 2) == [
        "Sun 2026-10-25 02:30",
        "Mon 2026-10-26 02:30",
    ]


def test_days_that_do_not_exist():
    assert schedule_of("0 0 31 feb *", "schedule").next_after(0, zone_of("UTC", "")) is None


@pytest.mark.parametrize(
    "schedule",
    [
        *("", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * * 13 *", "* * * * 8"),
        *("5-1 * * * *", "*/0 * * * *", "a * * * *", "1- * * * *", ",1 * * * *", "* * * mon *", "-1 * * * *"),
        "* * * * *" + " " * 300 + "x",
    ],
)
def test_invalid_schedules(schedule):
    with pytest.raises(ApiError, match="schedule: "):
        schedule_of(schedule, "schedule")


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../etc/passwd", "/etc/localtime"])
def test_unknown_zones(zone):
    with pytest.raises(ApiError, match="time_zone: expected the name of a time zone"):
        zone_of(zone, "time_zone")
