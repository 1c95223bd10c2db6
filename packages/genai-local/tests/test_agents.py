"""Agents over HTTP: stored configurations, and the interactions that run with them."""

from __future__ import annotations

import httpx2
import pytest

from genai_local.engines.scripted import ScriptedEngine
from genai_local.protocol.limits import MAX_RECORDS
from genai_local.state.records import Place

from .interacting import PATH as INTERACTIONS, refused, text_of

PATHS = ["/v1beta", "/v1", "/v1beta1/projects/p/locations/l", "/v1beta1"]
PATH = "/v1beta/agents"
BASE = "antigravity-preview-09-2026"
FUNCTION = {"type": "function", "name": "look", "description": "Look.", "parameters": {"type": "object"}}


def created(http, path: str = PATH, **fields) -> dict:
    reply = http.post(path, json=fields)
    assert reply.status_code == 200, reply.text
    return reply.json()


def run(http, agent: str, text: str = "hello", path: str = INTERACTIONS, **fields) -> dict:
    reply = http.post(path, json={"agent": agent, "input": text, **fields})
    assert reply.status_code == 200, reply.text
    return reply.json()


def requests_of(gemini) -> list[dict]:
    found = []

    def note(request) -> str:
        found.append(request)
        return f"answer {len(found)}"

    gemini.on().reply(note)
    return found


@pytest.mark.parametrize("base", PATHS)
def test_an_agent(http, base):
    path = f"{base}/agents"
    fields = {
        "base_agent": BASE,
        "description": "Knows everything.",
        "system_instruction": "Be brief.",
        "tools": [FUNCTION, {"type": "google_search"}],
        "agent_config": {"type": "antigravity", "model": "gemini-3-flash-preview"},
    }
    made = created(http, path, id="expert", **fields)
    assert made == {"id": "expert", **fields}
    assert http.get(f"{path}/expert").json() == made
    other = created(http, path)
    assert other["id"].startswith("agent-")
    first = http.get(f"{path}?page_size=1").json()
    second = http.get(f"{path}?page_size=1&page_token={first['next_page_token']}").json()
    assert [item["id"] for item in (*first["agents"], *second["agents"])] == [other["id"], "expert"]
    assert http.delete(f"{path}/expert").json() == {}
    assert "agents/expert does not exist" in refused(http.get(f"{path}/expert"), 404, "not_found")


@pytest.mark.parametrize("base", PATHS)
def test_an_interaction_with_an_agent(http, gemini, base):
    requests = requests_of(gemini)
    path = f"{base}/interactions"
    created(http, f"{base}/agents", id="plain", base_agent=BASE, system_instruction="Be brief.", tools=[FUNCTION])
    created(http, f"{base}/agents", id="polite", base_agent="plain", system_instruction="Be polite.")
    reply = run(http, "polite", path=path, system_instruction="Be quick.")
    assert (reply["agent"], reply["status"], text_of(reply)) == ("polite", "completed", "answer 1")
    assert "model" not in reply
    assert reply["system_instruction"] == "Be quick."
    assert http.get(f"{path}/{reply['id']}").json() == reply
    [request] = requests
    assert request["systemInstruction"]["parts"] == [{"text": "Be brief.\n\nBe polite.\n\nBe quick."}]
    [declared] = request["tools"][0]["functionDeclarations"]
    assert declared["name"] == "look"
    again = run(http, "plain", path=path, tools=[], previous_interaction_id=reply["id"])
    assert "tools" not in requests[1]
    assert again["previous_interaction_id"] == reply["id"]


def test_the_model_of_an_agent(serve_engine, no_tls):
    """Agents that speak show which model has been asked: the one of the configuration, or of the interaction."""
    with httpx2.Client(base_url=serve_engine(ScriptedEngine()).url, verify=no_tls) as http:
        created(http, id="a", agent_config={"type": "antigravity", "model": "gemini-3-flash-preview"}, tools=[FUNCTION])
        config = {"generation_config": {"tool_choice": "any"}}
        three = run(http, "a", **config)["steps"][0]
        older = run(http, "a", agent_config={"type": "antigravity", "model": "gemini-2.5-flash"}, **config)["steps"][0]
        assert (three["type"], older["type"]) == ("function_call", "function_call")
        message = refused(
            http.post(
                INTERACTIONS,
                json={"agent": "a", "input": "x", "agent_config": {"type": "antigravity", "model": "no-such-model"}},
            ),
            404,
            "not_found",
        )
        assert message.startswith("model: models/no-such-model")


@pytest.mark.parametrize(
    ("fields", "status", "problem"),
    [
        ({"id": "A b"}, 400, "id: expected up to 63 lowercase letters"),
        ({"id": BASE}, 400, "is an agent of the service"),
        ({"base_agent": "no"}, 400, "base_agent: expected a stored agent or one of deep-research"),
        ({"tools": [{"type": "hammer"}]}, 400, "tools[0].type"),
        ({"agent_config": {"type": "other"}}, 400, "agent_config.type"),
        ({"agent_config": {"type": "antigravity", "model": "no-such-model"}}, 404, "models/no-such-model"),
        ({"base_environment": "env_x"}, 404, "base_environment: environments/env_x does not exist"),
        ({"base_environment": {"environment_id": "env_x"}}, 404, "base_environment: environments/env_x"),
    ],
)
def test_refused_agents(http, fields, status, problem):
    message = refused(http.post(PATH, json=fields), status, "not_found" if status == 404 else "invalid_request")
    assert problem in message
    assert http.get(PATH).json() == {}


def test_ids_are_unique_and_their_number_is_limited(http, gemini):
    created(http, id="one")
    assert "exists already" in refused(http.post(PATH, json={"id": "one"}), 409, "already_exists")
    records = gemini._server.api.records
    with gemini._server.api.state.transaction():
        for index in range(MAX_RECORDS - 1):
            records.add("agents", Place("gemini", ""), f"a{index}", {})
    refused(http.post(PATH, json={"id": "more"}), 429, "resource_exhausted")
    assert http.post("/v1beta1/projects/p/locations/l/agents", json={"id": "more"}).status_code == 200


def test_deleted_and_unknown_agents(http):
    message = refused(http.post(INTERACTIONS, json={"agent": "x", "input": "x"}), 404, "not_found")
    assert message.startswith("agent: agents/x does not exist")
    created(http, id="low")
    created(http, id="high", base_agent="low")
    http.delete(f"{PATH}/low")
    message = refused(http.post(INTERACTIONS, json={"agent": "high", "input": "x"}), 404, "not_found")
    assert message.startswith("agent: agents/low does not exist")


def test_an_environment(http, gemini):
    """The instruction of an environment precedes that of the agent; a new environment is created for an interaction."""
    requests = requests_of(gemini)
    environment = http.post("/v1beta/environments", json={"system_instruction": "Stay in the folder."}).json()["id"]
    created(http, id="a", system_instruction="Be brief.", base_environment=environment)
    reply = run(http, "a")
    assert (reply["environment_id"], reply["environment"]["environment_id"]) == (environment, environment)
    assert requests[0]["systemInstruction"]["parts"] == [{"text": "Stay in the folder.\n\nBe brief."}]
    own = {"type": "remote", "sources": [{"type": "inline", "content": "x", "target": "a.txt"}]}
    made = run(http, "a", environment=own)["environment_id"]
    assert made != environment
    assert http.get(f"/v1beta/environments/{made}/files/a.txt?alt=media").content == b"x"
    created(http, id="b", base_environment="remote")
    assert (
        len(
            {
                made,
                environment,
                run(http, "a", environment="remote")["environment_id"],
                run(http, "b")["environment_id"],
            }
        )
        == 4
    )
    unknown = http.post(INTERACTIONS, json={"model": "gemini-2.5-flash", "input": "x", "environment": "env_x"})
    assert refused(unknown, 404, "not_found").startswith("environment: environments/env_x")


def test_agents_survive_a_restart(serve_engine, no_tls, tmp_path):
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        made = created(http, id="kept", system_instruction="Be brief.")
    server.stop()
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        assert http.get(f"{PATH}/kept").json() == made
        assert run(http, "kept")["status"] == "completed"
