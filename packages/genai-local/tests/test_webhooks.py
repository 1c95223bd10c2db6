"""Webhooks over HTTP: configuration, addresses, signatures, the events of interactions, batches and videos, failures."""

from __future__ import annotations

from collections.abc import Iterator

import httpx2
import pytest
from starlette.datastructures import Address
from starlette.requests import Request

from genai_local.engines.scripted import ScriptedEngine
from genai_local.services.webhooks.delivery import Deliveries

from .interacting import create as interact, created as interacted, refused
from .receiving import Receiver, receiving
from .waiting import until

PATHS = ["/v1beta", "/v1", "/v1beta1/projects/p/locations/l", "/v1beta1"]
PATH = "/v1beta/webhooks"
EVENTS = [
    "interaction.completed",
    "interaction.failed",
    "interaction.requires_action",
    "batch.succeeded",
    "batch.failed",
]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def created(http, uri: str = "http://127.0.0.1:9/", path: str = PATH, events=EVENTS, **fields) -> dict:
    reply = http.post(path, json={"uri": uri, "subscribed_events": events, **fields})
    assert reply.status_code == 200, reply.text
    return reply.json()


@pytest.mark.parametrize("base", PATHS)
def test_a_webhook(http, base):
    path = f"{base}/webhooks"
    made = created(http, path=path, name="mine")
    secret = made.pop("new_signing_secret")
    assert secret.startswith("whsec_")
    assert made["signing_secrets"] == [{"truncated_secret": f"...{secret[-4:]}"}]
    assert (made["name"], made["state"], made["subscribed_events"]) == ("mine", "enabled", EVENTS)
    assert http.get(f"{path}/{made['id']}").json() == made
    assert http.get(path).json() == {"webhooks": [made]}
    changed = http.patch(f"{path}/{made['id']}", json={"state": "disabled", "uri": "http://localhost:8/x"}).json()
    assert (changed["state"], changed["uri"], changed["name"]) == ("disabled", "http://localhost:8/x", "mine")
    masked = http.patch(f"{path}/{made['id']}?update_mask=state", json={"state": "enabled", "name": "no"}).json()
    assert (masked["state"], masked["name"]) == ("enabled", "mine")
    assert http.delete(f"{path}/{made['id']}").json() == {}
    refused(http.get(f"{path}/{made['id']}"), 404, "not_found")


@pytest.mark.parametrize(
    "uri",
    [
        "https://example.com/hook",
        "http://192.168.1.1/",
        "http://169.254.169.254/latest",
        "http://localhost.example.com/",
        "http://127.0.0.1.nip.io/",
        "http://0.0.0.0/",
        "http://2130706433/",
        "http://user@127.0.0.1/",
        "file:///etc/passwd",
        "http://127.0.0.1:x/",
        "",
    ],
)
def test_only_addresses_of_this_machine(http, uri):
    message = refused(http.post(PATH, json={"uri": uri, "subscribed_events": EVENTS}))
    assert message.startswith("uri: ")
    config = {"webhook_config": {"uris": ["http://[::1]:8/", uri]}}
    assert refused(interact(http, **config)).startswith("webhook_config.uris[1]: ")


@pytest.mark.parametrize(
    ("fields", "problem"),
    [
        ({"subscribed_events": []}, "subscribed_events: is empty"),
        ({"subscribed_events": ["x"]}, "subscribed_events[0]"),
        ({"uri": None}, "'uri': the field is required"),
        ({"name": "x" * 513}, "name: has more than 512"),
    ],
)
def test_refused_webhooks(http, fields, problem):
    body = {"uri": "http://127.0.0.1:9/", "subscribed_events": EVENTS, **fields}
    assert problem in refused(http.post(PATH, json=body))
    path = f"{PATH}/{created(http)['id']}"
    for mask, change, expected in (
        ("id", {}, "update_mask: expected name, uri"),
        ("uri", {}, "uri: is missing"),
        ("", {"state": "disabled_due_to_failed_deliveries"}, "state: expected enabled or disabled"),
    ):
        assert refused(http.patch(path, params={"update_mask": mask}, json=change)).startswith(expected)


@pytest.mark.parametrize("base", PATHS)
def test_events_of_interactions_are_signed(http, gemini, receiver, base):
    secret = created(http, receiver.url, f"{base}/webhooks")["new_signing_secret"]
    created(http, receiver.url, f"{base}/webhooks", events=["batch.failed"])
    path = f"{base}/interactions"
    done = interacted(http, path=path)
    [event] = receiver.wait_for(1)
    assert event["data"] == {"id": done["id"], "status": "completed"}
    assert (event["type"], event["version"]) == ("interaction.completed", "v1")
    assert "user_metadata" not in event
    assert receiver.is_signed(0, secret)
    assert not receiver.is_signed(0, "whsec_AAAA")
    gemini.on("look").reply({"functionCall": {"name": "look", "args": {}}})
    gemini.on("break").fail(500)
    tool = {"type": "function", "name": "look"}
    background = {"path": path, "background": True}
    waiting = interacted(http, "look", tools=[tool], **background)["id"]
    assert receiver.wait_for(2)[1]["type"] == "interaction.requires_action"
    broken = interacted(http, "break", **background)["id"]
    events = receiver.wait_for(3)
    assert (events[1]["data"]["id"], events[2]["data"]["id"]) == (waiting, broken)
    assert events[2]["type"] == "interaction.failed"
    assert interacted(http, path=path, store=False)["status"] == "completed"  # has no event
    http.patch(
        f"{base}/webhooks/{http.get(f'{base}/webhooks').json()['webhooks'][1]['id']}", json={"state": "disabled"}
    )
    interacted(http, path=path)
    assert len(receiver.wait_for(3)) == 3


def test_the_webhook_of_one_interaction(http, receiver):
    created(http, "http://127.0.0.1:9/")
    config = {"uris": [receiver.url], "user_metadata": {"job": 5}}
    done = interacted(http, background=True, webhook_config=config)
    [event] = receiver.wait_for(1)
    assert (event["data"]["id"], event["user_metadata"]) == (done["id"], {"job": 5})
    assert "webhook-signature" not in receiver.requests[0][0]
    assert http.get(f"/v1beta/interactions/{done['id']}").json()["webhook_config"] == config


def test_events_of_batches(http, gemini, receiver):
    created(http, receiver.url)
    gemini.operation_polls = 0
    inner = {"request": {"contents": [{"parts": [{"text": "x"}]}]}}
    body = {"batch": {"inputConfig": {"requests": {"requests": [inner]}}}}
    name = http.post("/v1beta/models/gemini-2.5-flash:batchGenerateContent", json=body).json()["name"]
    [event] = receiver.wait_for(1)
    assert (event["type"], event["data"]) == ("batch.succeeded", {"id": name})
    config = {"uris": [receiver.url], "userMetadata": {"a": 1}}
    body["batch"]["webhookConfig"] = config
    made = http.post("/v1beta/models/gemini-2.5-flash:batchGenerateContent", json=body).json()
    assert made["metadata"]["webhookConfig"] == config
    assert receiver.wait_for(2)[1]["user_metadata"] == {"a": 1}
    body["batch"]["webhookConfig"] = {"uris": ["https://example.com"]}
    refusal = http.post("/v1beta/models/gemini-2.5-flash:batchGenerateContent", json=body)
    assert refusal.json()["error"]["message"].startswith("batch.webhookConfig.uris[0]: ")


def test_the_event_of_a_video(http, gemini, receiver):
    gemini.on("castle").deliver(b"video")
    created(http, receiver.url, events=["video.generated"])
    body = {"instances": [{"prompt": "A castle"}]}
    name = http.post("/v1beta/models/veo-3.0-generate-001:predictLongRunning", json=body).json()["name"]
    [event] = receiver.wait_for(1)
    assert (event["type"], event["data"]) == ("video.generated", {"id": name})


def test_a_ping(http, receiver):
    made = created(http, receiver.url)
    assert http.post(f"{PATH}/{made['id']}:ping").json() == {}
    assert receiver.wait_for(1)[0]["type"] == "ping"
    assert receiver.is_signed(0, made["new_signing_secret"])
    receiver.statuses = [302]
    message = refused(http.post(f"{PATH}/{made['id']}:ping"), 400, "failed_precondition")
    assert message == f"{receiver.url} could not be called: the receiver answered 302."
    unreachable = created(http, "http://127.0.0.1:1/")
    assert "could not be called" in refused(http.post(f"{PATH}/{unreachable['id']}:ping"), 400, "failed_precondition")


def test_new_secrets(http, gemini, receiver):
    made = created(http, receiver.url)
    path = f"{PATH}/{made['id']}"
    first = made["new_signing_secret"]
    second = http.post(f"{path}:rotateSigningSecret", json={}).json()["secret"]
    shown = http.get(path).json()["signing_secrets"]
    assert [item["truncated_secret"] for item in shown] == [f"...{second[-4:]}", f"...{first[-4:]}"]
    assert "expire_time" in shown[1]
    assert "expire_time" not in shown[0]
    http.post(f"{path}:ping")
    assert receiver.is_signed(0, first)
    assert receiver.is_signed(0, second)
    gemini.clock.advance(24 * 3600)
    http.post(f"{path}:ping")
    assert not receiver.is_signed(1, first)
    body = {"revocation_behavior": "revoke_previous_secrets_immediately"}
    third = http.post(f"{path}:rotateSigningSecret", json=body).json()["secret"]
    http.post(f"{path}:ping")
    assert receiver.is_signed(2, third)
    assert not receiver.is_signed(2, second)


def test_failed_deliveries_are_repeated_and_disable_a_webhook(http, gemini, receiver):
    deliveries = gemini._server.api.part(Deliveries)
    before, deliveries.pauses_s = deliveries.pauses_s, (0.0,)
    try:
        made = created(http, receiver.url)
        path = f"{PATH}/{made['id']}"
        receiver.statuses = [500]
        interacted(http)
        receiver.wait_for(2)
        first, second = receiver.requests
        assert first[0]["webhook-id"] == second[0]["webhook-id"]
        assert first[1] == second[1]
        receiver.statuses = [500] * 10
        for count in range(1, 6):
            interacted(http)
            receiver.wait_for(2 + 2 * count)
        until(lambda: http.get(path).json()["state"] == "disabled_due_to_failed_deliveries")
        interacted(http)
        assert http.patch(path, json={"state": "enabled"}).json()["state"] == "enabled"
        interacted(http)
        receiver.wait_for(13)
    finally:
        deliveries.pauses_s = before


def test_webhooks_survive_a_restart(serve_engine, no_tls, tmp_path, receiver):
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        secret = created(http, receiver.url)["new_signing_secret"]
    server.stop()
    server = serve_engine(ScriptedEngine(), data=tmp_path)
    with httpx2.Client(base_url=server.url, verify=no_tls) as http:
        interacted(http)
        receiver.wait_for(1)
    assert receiver.is_signed(0, secret)


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        (PATH, {"uri": "http://127.0.0.1:9/", "subscribed_events": EVENTS}, "uri"),
        ("/v1beta/interactions", {"webhook_config": {"uris": ["http://127.0.0.1:9/"]}}, "webhook_config"),
        (
            "/v1beta/models/veo-3.0-generate-001:predictLongRunning",
            {"instances": [{"prompt": "x"}], "webhookConfig": {"uris": ["http://127.0.0.1:9/"]}},
            "webhookConfig",
        ),
    ],
)
def test_clients_on_other_machines_have_no_webhooks(http, monkeypatch, path, body, where):
    """They could reach programs that only listen on the loopback interface."""
    monkeypatch.setattr(Request, "client", Address("192.168.1.5", 5000))
    reply = http.post(path, json=body)
    assert reply.status_code == 403
    assert reply.json()["error"]["message"].startswith(f"{where}: only clients on the machine of this server")
