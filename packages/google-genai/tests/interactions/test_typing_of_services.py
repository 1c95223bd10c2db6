"""What checkers see of agents, credentials, environments, webhooks and so on: programs that are right, and lines that are wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from ..test_typing_of_user_code import _CHECKERS, _complaints

_RIGHT = """
# pyright: strict
import io
import pathlib
from typing import Any

from google import genai
from google.genai import agents, credentials, decisions, environments, interactions, triggers, voices, webhooks

client = genai.Client(api_key="k")


def nouns() -> None:
    agent: agents.Agent = client.agents.create(
        id="a",
        agent_config={"type": "antigravity"},
        base_environment={"type": "remote", "sources": [{"type": "inline", "content": "c"}]},
        tools=[{"type": "google_search"}, interactions.Function(name="f")],
        timeout=5,
    )
    found: list[agents.Agent] = client.agents.list(page_size=2).agents or []
    empty: agents.AgentDeleteResponse = client.agents.delete(agent.id or "")
    config: agents.AgentConfig | None = agent.agent_config
    params: agents.AgentCreateParams = {"id": "a"}
    print(found, empty, config, params)


def secrets() -> None:
    one: credentials.Credential = client.credentials.create(type_="bearer_token", id="i", token="t")
    client.credentials.create(
        type_="environment_variable", id="i", value="v", injection_location=["header"], trusted_domains=["d"]
    )
    client.credentials.create(
        type_="oauth2", id="i", client_id="c", client_secret="s", refresh_token="r", token_url="u", scopes=["a"]
    )
    client.credentials.create(request={"body": {"type": "bearer_token", "id": "i", "token": "t"}})
    client.credentials.update("i", type_="bearer_token", token="n", update_mask="token")
    print(one.create_time, one.status == "active")


def questions() -> None:
    response: decisions.CreateDecisionResponse = client.decisions.create(
        model="m",
        input=[interactions.TextContent(text="a")],
        questions={"q": {"type": "noul", "instructions": "s"}, "r": {"type": "score", "instructions": "s", "criteria": []}},
    )
    for name, answer in (response.answers or {}).items():
        if answer.type == "choice":
            print(name, answer.choice, answer.probabilities)
        elif answer.type == "noul":
            print(answer.noul)


def files() -> None:
    environment: environments.Environment = client.environments.create(network="disabled")
    environment = client.environments.get_environment(environment.id)
    status: environments.EnvironmentStatus | None = environment.status
    for file in (b"a", "a.txt", pathlib.Path("a.txt"), io.BytesIO(b"a")):
        client.environments.files.upload(environment=environment.id, path="a", file=file, extract=True)
    content: bytes = client.environments.files.download(environment=environment.id, path="a")
    saved: pathlib.Path = client.environments.files.download(environment_id="e", path="a", destination="b")
    listed: list[environments.EnvironmentFile] = client.environments.files.list("e", "a", recursive=True).files or []
    print(status, content, saved, listed)


def schedules() -> None:
    trigger: triggers.Trigger = client.triggers.create(
        interaction={"agent": "a", "input": "i"}, schedule="* * * * *", time_zone="UTC"
    )
    trigger = client.triggers.update(trigger.id, status="paused")
    run: triggers.TriggerExecution = client.triggers.run(trigger.id)
    runs: triggers.TriggerListExecutionsResponse = client.triggers.list_executions(trigger.id)
    print(run.status, runs.trigger_executions)


def speech() -> None:
    voice: voices.Voice = client.voices.create(voice={"type": "prompted", "prompted": {"input": "calm"}}, store=True)
    page: voices.VoiceListResponse = client.voices.list(language_code=["de-DE"], type_=["prebuilt"])
    print(voice.id, page.voices)


def events(body: bytes, headers: dict[str, str]) -> None:
    webhook: webhooks.Webhook = client.webhooks.create(uri="u", subscribed_events=["batch.succeeded", "new.event"])
    client.webhooks.update(webhook.id or "", state="disabled")
    client.webhooks.ping("w", body={})
    secret: str | None = client.webhooks.rotate_signing_secret(
        "w", revocation_behavior="revoke_previous_secrets_immediately"
    ).secret
    event: webhooks.WebhookEvent = webhooks.verify(body, headers, [secret or "", "other"], tolerance_s=60)
    data: dict[str, Any] = event.data
    raw = client.webhooks.with_raw_response.get("w")
    print(event.id, event.type, event.sent_at, data, raw)


async def connections() -> None:
    token: interactions.InteractionAuthToken = await client.aio.interactions.auth_tokens.create("i")
    async with client.aio.interactions.connect("i", timeout=5) as connection:
        await connection.send("a")
        await connection.send([{"event_type": "input"}, interactions.CompleteInteractionEvent()])
        async for event in connection.receive():
            if event.event_type == "interaction.completed":
                print(event.usage)
    other: interactions.InteractionWebSocketConnection = await client.aio.interactions.connect("i")
    await other.detach()
    page: agents.AgentListResponse = await client.aio.agents.list()
    content: bytes = await client.aio.environments.files.download(environment="e", path="a")
    print(token.auth_token, page, content)
"""

_WRONG = """
from google import genai
from google.genai import agents, interactions, voices, webhooks

client = genai.Client(api_key="k")
client.agents.create("a")  # wrong: positional
client.agents.create(ids="a")  # wrong: name
client.agents.create(tools=["google_search"])  # wrong: items
client.agents.get()  # wrong: missing
client.agents.get(5)  # wrong: type
client.agents.update("a")  # wrong: attribute
client.agents.list(page_size="many")  # wrong: type
found: str = client.agents.get("a")  # wrong: an agent
client.decisions.create(model="m", input="a")  # wrong: missing
client.decisions.create(model="m", input="a", questions={"q": {"type": "maybe"}})  # wrong: value
client.environments.create(network="enabled")  # wrong: value
client.environments.files.upload(path="a")  # wrong: missing
client.environments.files.upload(path="a", file=5)  # wrong: type
kept: str = client.environments.files.download(environment="e", path="a")  # wrong: bytes
client.triggers.create(interaction={"agent": "a"}, schedule="s")  # wrong: missing
client.triggers.update("t", status="stopped")  # wrong: value
client.voices.create(voice={"type": "prompted", "promt": {}})  # wrong: key
client.voices.list(accents=["a"])  # wrong: name
client.webhooks.create(uri="u")  # wrong: missing
client.webhooks.update("w", state="off")  # wrong: value
webhooks.verify(b"", {})  # wrong: missing
webhooks.verify({"type": "a"}, {}, "s")  # wrong: type
client.interactions.connect("i")  # wrong: only async
client.interactions.auth_tokens.create()  # wrong: missing
late: str = client.aio.voices.get("v")  # wrong: not awaited
agents.NoSuchType  # wrong: name
voices.VoiceInput  # wrong: not public there
interactions.ChoiceQuestion(criteria={"a": "b"})  # wrong: missing
"""


@pytest.mark.parametrize("checker", _CHECKERS)
def test_right_programs_pass_the_strict_check(checker: str, tmp_path: Path) -> None:
    assert _complaints(checker, tmp_path, _RIGHT) == []


@pytest.mark.parametrize("checker", _CHECKERS)
def test_each_wrong_line_is_found_and_no_other(checker: str, tmp_path: Path) -> None:
    lines = _WRONG.splitlines()
    wrong = {number for number, line in enumerate(lines) if "# wrong:" in line}
    found = {number for number, _ in _complaints(checker, tmp_path, _WRONG)}
    assert [lines[number] for number in sorted(wrong - found)] == [], "expected errors that were not reported"
    assert [lines[number] for number in sorted(found - wrong)] == [], "unexpected errors"
    assert len(wrong) > 20
