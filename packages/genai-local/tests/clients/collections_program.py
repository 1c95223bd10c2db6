"""Agents, environments and other collections with the official Python client: `collections_program.py URL SURFACE HOOK`.

It prints one JSON object: what each step brought, as plain data. It imports nothing of this repository.
"""

import asyncio
import io
import json
import sys
import time
import zipfile
from typing import Any

from google.oauth2.credentials import Credentials

from google import genai
from google.genai import types

MODEL = "gemini-2.5-flash"
WAIT_S = 30.0


def client_of(url: str, surface: str) -> genai.Client:
    options = types.HttpOptions(base_url=url)
    if surface == "gemini":
        return genai.Client(vertexai=False, api_key="key", http_options=options)
    if surface == "express":
        return genai.Client(vertexai=True, api_key="key", http_options=options)
    return genai.Client(
        vertexai=True,
        project="a-project",
        location="us-central1",
        credentials=Credentials(token="token"),
        http_options=options,
    )


def plain(value: Any) -> Any:
    return value.model_dump(mode="json", exclude_none=True)


def error_of(call: Any) -> dict[str, Any]:
    try:
        call()
    except Exception as error:
        return {"class": type(error).__name__, "text": str(error), "status": getattr(error, "status_code", None)}
    return {}


def text_of(interaction: Any) -> str:
    return "".join(
        content.text for step in interaction.steps if step.type == "model_output" for content in step.content
    )


def agents(client: genai.Client) -> dict[str, Any]:
    made = client.agents.create(id="expert", system_instruction="Be brief.", base_agent="antigravity-preview-09-2026")
    done = client.interactions.create(agent="expert", input="How is the weather?")
    return {
        "made": plain(made),
        "is_same": client.agents.get("expert") == made,
        "listed": [agent.id for agent in client.agents.list().agents],
        "text": text_of(done),
        "agent": done.agent,
        "deleted": plain(client.agents.delete("expert")),
        "gone": error_of(lambda: client.agents.get("expert")),
    }


def environments(client: genai.Client) -> dict[str, Any]:
    source = {"type": "inline", "content": "hello", "target": "a.txt"}
    made = client.environments.create(sources=[source], network="disabled")
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("b/c.txt", "unpacked")
    client.environments.files.upload(environment=made.id, path="d e.txt", file=b"uploaded")
    client.environments.files.upload(environment=made.id, path="/", file=archive.getvalue(), extract=True)
    listed = client.environments.files.list(made.id, "/", recursive=True)
    found = client.environments.get(made.id)
    return {
        "status": found.status,
        "count": found.file_count,
        "paths": [file.path for file in listed.files],
        "types": [file.type for file in listed.files],
        "contents": [
            client.environments.files.download(environment=made.id, path=path).decode()
            for path in ("a.txt", "d e.txt", "b/c.txt")
        ],
        "listed": [item.id for item in client.environments.list().environments] == [made.id],
        "used": client.interactions.create(model=MODEL, input="x", environment=made.id).environment_id == made.id,
        "twice": error_of(lambda: client.environments.files.upload(environment=made.id, path="a.txt", file=b"x")),
        "deleted": plain(client.environments.delete(made.id)),
    }


def triggers(client: genai.Client) -> dict[str, Any]:
    client.agents.create(id="reporter")
    made = client.triggers.create(
        interaction={"agent": "reporter", "input": "Report."},
        schedule="0 12 * * *",
        time_zone="UTC",
        display_name="noon",
    )
    paused = client.triggers.update(made.id, status="paused")
    execution = client.triggers.run(made.id)
    deadline = time.monotonic() + WAIT_S
    while execution.status == "in_progress" and time.monotonic() < deadline:
        time.sleep(0.05)
        [execution] = client.triggers.list_executions(made.id).trigger_executions
    return {
        "status": [made.status, paused.status],
        "next": made.next_run_time.hour,
        "execution": execution.status,
        "interaction": client.interactions.get(execution.interaction_id).status,
        "listed": [item.display_name for item in client.triggers.list(filter_="status=paused").triggers],
        "deleted": plain(client.triggers.delete(made.id)),
    }


def webhooks(client: genai.Client, hook: str) -> dict[str, Any]:
    made = client.webhooks.create(uri=hook, subscribed_events=["interaction.completed"], name="mine")
    client.webhooks.ping(made.id)
    rotated = client.webhooks.rotate_signing_secret(made.id, revocation_behavior="revoke_previous_secrets_immediately")
    name = client.interactions.create(model=MODEL, input="x").id
    return {
        "secrets": [made.new_signing_secret, rotated.secret],
        "interaction": name,
        "state": client.webhooks.get(made.id).state,
        "disabled": client.webhooks.update(made.id, state="disabled", update_mask="state").state,
        "listed": [item.name for item in client.webhooks.list().webhooks],
        "far": error_of(lambda: client.webhooks.create(uri="https://example.com", subscribed_events=["batch.failed"])),
    }


def voices(client: genai.Client) -> dict[str, Any]:
    made = client.voices.create(voice={"type": "prompted", "prompted": {"input": "A low voice."}, "persona": "pirate"})
    return {
        "type": made.type,
        "pitch": made.pitch,
        "found": [voice.id for voice in client.voices.list(persona=["pirate"]).voices] == [made.id],
        "kore": client.voices.get("kore").display_name,
        "women": len(client.voices.list(gender=["female"], page_size=100).voices),
        "deleted": plain(client.voices.delete(made.id)),
    }


def credentials(client: genai.Client) -> dict[str, Any]:
    made = client.credentials.create(type="bearer_token", id="mine", token="secret")
    changed = client.credentials.update("mine", type="bearer_token", token="new", update_mask="token")
    return {
        "made": [made.id, made.type, made.status],
        "changed": changed.id,
        "listed": [item.id for item in client.credentials.list().credentials],
        "deleted": plain(client.credentials.delete("mine")),
    }


def decisions(client: genai.Client) -> dict[str, Any]:
    questions = {
        "spam": {"type": "noul", "instructions": "Is it spam?"},
        "topic": {"type": "choice", "instructions": "The topic?", "criteria": {"sport": "Games.", "news": "News."}},
        "quality": {"type": "score", "instructions": "How good?", "criteria": ["bad", "good"]},
    }
    found = client.decisions.create(model=MODEL, input="Buy now!", questions=questions).answers
    return {"spam": found["spam"].noul, "topic": found["topic"].choice, "quality": found["quality"].score}


async def connection(client: genai.Client) -> dict[str, Any]:
    first = await client.aio.interactions.create(model=MODEL, input="x")
    token = await client.aio.interactions.auth_tokens.create(first.id)
    async with client.aio.interactions.connect(first.id) as opened:
        await opened.send({"event_type": "input", "content": [{"type": "text", "text": "How is the weather?"}]})
        await opened.complete()
        kinds = [event.event_type async for event in opened.receive()]
    await client.aio.interactions.auth_tokens.delete(first.id, token.auth_token)
    return {"kinds": kinds, "token": token.auth_token[:4]}


def fields(client: genai.Client, surface: str) -> dict[str, Any]:
    single = client.models.embed_content(
        model="gemini-embedding-001", contents="a", config={"output_dimensionality": 3}
    )
    several = client.models.embed_content(model="gemini-embedding-001", contents=["a", "b"])
    story = client.models.generate_content(model=MODEL, contents="endless", config={"labels": {"a": "b"}})
    turn = client.interactions.create(model=MODEL, input="endless")
    result: dict[str, Any] = {
        "turn": [text_of(turn), len(turn.continuation_ids)],
        "embeddings": [len(single.embeddings[0].values), len(several.embeddings)],
        "continued": story.text,
    }
    if surface == "gemini":
        return result
    reward = client.tunings.validate_reward(
        parent="projects/a-project/locations/us-central1",
        sample_response={"parts": [{"text": "42"}]},
        example={"references": {"right": "42"}},
        single_reward_config={
            "string_match_reward_scorer": {
                "string_match_expression": {"match_operation": "EXACT_MATCH", "expression": "{{references.right}}"}
            }
        },
    )
    return {**result, "reward": reward.overall_reward}


def main() -> None:
    url, surface, hook = sys.argv[1:]
    with client_of(url, surface) as client:
        report = {
            "agents": agents(client),
            "environments": environments(client),
            "triggers": triggers(client),
            "webhooks": webhooks(client, hook),
            "voices": voices(client),
            "credentials": credentials(client),
            "decisions": decisions(client),
            "fields": fields(client, surface),
        }
        if surface == "gemini":
            report["connection"] = asyncio.run(connection(client))
    print(json.dumps(report))


main()
