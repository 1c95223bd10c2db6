"""Triggers over HTTP: schedules by the server's clock, executions, pauses, failures, restarts."""

from __future__ import annotations

import time

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine

from .interacting import MODEL, refused
from .waiting import until

PATHS = ["/v1beta", "/v1", "/v1beta1/projects/p/locations/l", "/v1beta1"]
PATH = "/v1beta/triggers"
INTERACTION = {"model": MODEL, "input": "Report."}
NOON = 1_767_268_800.0
"""2026-01-01T12:00:00Z"""


def created(http, path: str = PATH, interaction=INTERACTION, schedule: str = "0 * * * *", **fields) -> dict:
    body = {"interaction": interaction, "schedule": schedule, "time_zone": "UTC", **fields}
    reply = http.post(path, json=body)
    assert reply.status_code == 200, reply.text
    return reply.json()


def executions(http, trigger: dict, path: str = PATH) -> list[dict]:
    return http.get(f"{path}/{trigger['id']}/executions").json().get("trigger_executions", [])


def ended(http, trigger: dict, count: int, path: str = PATH) -> list[dict]:
    """Wait until a trigger has so many executions that have ended, and return them, newest first."""
    until(lambda: sum(item["status"] != "in_progress" for item in executions(http, trigger, path)) >= count)
    return executions(http, trigger, path)


@pytest.mark.parametrize("base", PATHS)
def test_a_trigger_by_the_clock(http, gemini, base):
    path = f"{base}/triggers"
    http.post(f"{base}/agents", json={"id": "reporter", "system_instruction": "Be brief."})
    gemini.clock.stop_at(NOON + 60)
    trigger = created(
        http, path, {"agent": "reporter", "input": "Report."}, display_name="Hourly", time_zone="Asia/Kolkata"
    )
    assert (trigger["status"], trigger["next_run_time"]) == ("active", "2026-01-01T12:30:00.000000Z")
    assert (trigger["display_name"], trigger["consecutive_failure_count"]) == ("Hourly", 0)
    assert http.get(f"{path}/{trigger['id']}").json() == trigger
    assert executions(http, trigger, path) == []
    gemini.clock.advance(30 * 60)
    [execution] = ended(http, trigger, 1, path)
    assert (execution["status"], execution["trigger_id"]) == ("completed", trigger["id"])
    assert execution["scheduled_time"] == "2026-01-01T12:30:00.000000Z"
    interaction = http.get(f"{base}/interactions/{execution['interaction_id']}").json()
    assert (interaction["agent"], interaction["status"]) == ("reporter", "completed")
    until(lambda: "last_run_time" in http.get(f"{path}/{trigger['id']}").json())
    found = http.get(f"{path}/{trigger['id']}").json()
    assert (found["next_run_time"], found["previous_interaction_id"]) == (
        "2026-01-01T13:30:00.000000Z",
        execution["interaction_id"],
    )
    gemini.clock.advance(5 * 3600)  # the times in between are left out
    assert len(ended(http, trigger, 2, path)) == 2
    assert http.delete(f"{path}/{trigger['id']}").json() == {}
    refused(http.get(f"{path}/{trigger['id']}"), 404, "not_found")
    refused(http.get(f"{path}/{trigger['id']}/executions"), 404, "not_found")


def test_pause_and_resume(http, gemini):
    gemini.clock.stop_at(NOON)
    trigger = created(http)
    path = f"{PATH}/{trigger['id']}"
    paused = http.patch(path, json={"status": "paused", "display_name": "Later"}).json()
    assert (paused["status"], paused["display_name"]) == ("paused", "Later")
    assert paused["last_pause_time"] == "2026-01-01T12:00:00.000000Z"
    assert "next_run_time" not in paused
    gemini.clock.advance(3 * 3600)
    manual = http.post(f"{path}/executions").json()
    assert (manual["status"], "scheduled_time" in manual) == ("in_progress", False)
    [execution] = ended(http, trigger, 1)
    assert execution["id"] == manual["id"]
    resumed = http.patch(path, json={"status": "active"}).json()
    assert (resumed["next_run_time"], resumed["last_resume_time"]) == (
        "2026-01-01T16:00:00.000000Z",
        "2026-01-01T15:00:00.000000Z",
    )
    gemini.clock.advance(3600)
    assert len(ended(http, trigger, 2)) == 2


def test_failures_stop_a_trigger(http, gemini):
    gemini.on("Report").fail(500, message="No luck.")
    gemini.clock.stop_at(NOON)
    trigger = created(http, max_consecutive_failures=2)
    for count in (1, 2):
        gemini.clock.advance(3600)
        newest = ended(http, trigger, count)[0]
        assert (newest["status"], newest["error"]) == ("failed", "No luck.")
    path = f"{PATH}/{trigger['id']}"
    until(lambda: http.get(path).json()["status"] == "error")
    found = http.get(path).json()
    assert found["consecutive_failure_count"] == 2
    assert "next_run_time" not in found
    again = http.patch(path, json={"status": "active"}).json()
    assert (again["status"], again["consecutive_failure_count"]) == ("active", 0)


def test_an_execution_that_is_still_in_progress(http, gemini):
    gemini.on("Report").stream(["a", "b"], interval_s=30)
    gemini.clock.stop_at(NOON)
    trigger = created(http)
    gemini.clock.advance(3600)
    until(lambda: "interaction_id" in (executions(http, trigger) or [{}])[0])
    gemini.clock.advance(3600)
    until(lambda: len(executions(http, trigger)) == 2)
    skipped, running = executions(http, trigger)
    assert (skipped["status"], running["status"]) == ("skipped", "in_progress")
    assert "still in progress" in skipped["error"]
    http.delete(f"/v1beta/interactions/{running['interaction_id']}")
    assert ended(http, trigger, 2)[1]["error"] == "The interaction was deleted."


def test_an_execution_that_takes_too_long(http, gemini):
    gemini.on("Report").stream(["a", "b"], interval_s=30)
    trigger = created(http, execution_timeout_seconds=1)
    http.post(f"{PATH}/{trigger['id']}/executions")
    [execution] = ended(http, trigger, 1)
    assert (execution["status"], execution["error"]) == ("timed_out", "The interaction took more than 1 seconds.")
    assert http.get(f"/v1beta/interactions/{execution['interaction_id']}").json()["status"] == "cancelled"


def test_lists(http):
    triggers = [created(http, display_name=name) for name in ("one", "two", "three")]
    http.patch(f"{PATH}/{triggers[1]['id']}", json={"status": "paused"})
    found = http.get(PATH, params={"filter": "status=active", "page_size": 1}).json()
    query = {"filter": "status=active", "page_size": 1, "page_token": found["next_page_token"]}
    second = http.get(PATH, params=query).json()
    assert [item["display_name"] for item in (*found["triggers"], *second["triggers"])] == ["three", "one"]


@pytest.mark.parametrize(
    ("fields", "status", "problem"),
    [
        ({"schedule": "x"}, 400, "schedule: expected five fields"),
        ({"schedule": "0 0 31 2 *"}, 400, "schedule: '0 0 31 2 *' names no day that exists"),
        ({"time_zone": "Mars/Olympus"}, 400, "time_zone: expected the name of a time zone"),
        ({"interaction": {"input": "x"}}, 400, "model: is missing"),
        ({"interaction": {"model": MODEL}}, 400, "input: is missing"),
        ({"interaction": {**INTERACTION, "store": False}}, 400, "interaction.store: expected true"),
        ({"interaction": {"agent": "no", "input": "x"}}, 404, "agent: agents/no does not exist"),
        ({"environment_id": "env_x"}, 404, "environment_id: environments/env_x"),
        ({"execution_timeout_seconds": 0}, 400, "execution_timeout_seconds: expected a number from 1"),
        ({"max_consecutive_failures": 5000}, 400, "max_consecutive_failures: expected a number from 1"),
    ],
)
def test_refused_triggers(http, fields, status, problem):
    body = {"interaction": INTERACTION, "schedule": "0 * * * *", "time_zone": "UTC", **fields}
    message = refused(http.post(PATH, json=body), status, "not_found" if status == 404 else "invalid_request")
    assert message.startswith(problem)
    assert http.get(PATH).json() == {}


def test_the_environment_of_a_trigger(http):
    environment = http.post("/v1beta/environments", json={}).json()["id"]
    trigger = created(http, environment_id=environment)
    http.post(f"{PATH}/{trigger['id']}/executions")
    [execution] = ended(http, trigger, 1)
    assert execution["environment_id"] == environment
    interaction = http.get(f"/v1beta/interactions/{execution['interaction_id']}").json()
    assert interaction["environment_id"] == environment


def test_triggers_survive_a_restart(serve_engine, no_tls, tmp_path):
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        trigger = created(http, schedule="0 0 1 1 *")
    server.stop()
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    server.api.clock.advance(366 * 24 * 3600)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        [execution] = ended(http, trigger, 1)
        assert execution["status"] == "completed"
        assert execution["scheduled_time"].startswith(f"{time.gmtime().tm_year + 1}-01-01T00:00:00")
