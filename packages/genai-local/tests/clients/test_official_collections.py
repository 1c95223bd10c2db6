"""The newest official client uses agents, environments and other collections of this server, on every surface."""

from __future__ import annotations

import re

import pytest

pytestmark = pytest.mark.heavy

PREFIXES = {
    "gemini": r"(/upload)?/v1(beta)?/",
    "express": r"(/upload)?/v1beta1/",
    "project": r"/upload/v1beta1/|/v1beta1/projects/a-project/locations/us-central1/",
}


def test_they_use_the_configured_surface(collections_report):
    pattern = PREFIXES[collections_report["surface"]]
    assert collections_report["paths"]
    assert [path for path in collections_report["paths"] if not re.match(pattern, path)] == []


def test_agents(collections_report):
    found = collections_report["agents"]
    assert found["made"] == {
        "id": "expert",
        "base_agent": "antigravity-preview-09-2026",
        "system_instruction": "Be brief.",
    }
    assert (found["is_same"], found["listed"], found["deleted"]) == (True, ["expert"], {})
    assert (found["agent"], found["text"]) == ("expert", "Sunny.")
    assert (found["gone"]["class"], found["gone"]["status"]) == ("NotFoundError", 404)


def test_environments(collections_report):
    found = collections_report["environments"]
    assert (found["status"], found["count"], found["listed"], found["used"]) == ("active", 3, True, True)
    assert found["paths"] == ["a.txt", "b", "b/c.txt", "d e.txt"]
    assert found["types"] == ["file", "directory", "file", "file"]
    assert found["contents"] == ["hello", "uploaded", "unpacked"]
    assert (found["twice"]["status"], found["deleted"]) == (409, {})


def test_triggers(collections_report):
    assert collections_report["triggers"] == {
        "status": ["active", "paused"],
        "next": 12,
        "execution": "completed",
        "interaction": "completed",
        "listed": ["noon"],
        "deleted": {},
    }


def test_webhooks(collections_report):
    found, received = collections_report["webhooks"], collections_report["received"]
    assert [event["type"] for event in received] == ["ping", "interaction.completed"]
    assert received[1]["data"]["id"] == found["interaction"]
    assert collections_report["signed"] == [[True, False], [False, True]]
    assert (found["state"], found["disabled"], found["listed"]) == ("enabled", "disabled", ["mine"])
    assert (found["far"]["class"], found["far"]["status"]) == ("BadRequestError", 400)


def test_voices_and_credentials(collections_report):
    assert collections_report["voices"] == {
        "type": "prompted",
        "pitch": "low",
        "found": True,
        "kore": "Kore",
        "women": 14,
        "deleted": {},
    }
    assert collections_report["credentials"] == {
        "made": ["mine", "bearer_token", "active"],
        "changed": "mine",
        "listed": ["mine"],
        "deleted": {},
    }


def test_decisions(collections_report):
    found = collections_report["decisions"]
    assert (found["spam"] > 0.5, found["topic"], 1 <= found["quality"] < 1.5) == (True, "sport", True)


def test_fields(collections_report):
    found = collections_report["fields"]
    assert (found["embeddings"], found["continued"]) == ([3, 2], "On and on.")
    assert found["turn"] == ["On and on.", 2]
    assert found.get("reward") == (None if collections_report["surface"] == "gemini" else 1.0)


def test_a_connection(collections_report):
    if collections_report["surface"] != "gemini":
        assert "connection" not in collections_report
        return
    kinds = collections_report["connection"]["kinds"]
    assert kinds[:3] == ["interaction.connected", "interaction.created", "step.start"]
    assert (kinds[-1], collections_report["connection"]["token"]) == ("interaction.completed", "iat_")
