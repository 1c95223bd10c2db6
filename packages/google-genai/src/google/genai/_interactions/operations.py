"""The operations of agents, credentials, decisions, environments, triggers, voices, webhooks and tokens for connections.

A table without logic: for each method the verb, the path, the place of each argument, and the type of the reply. Arguments that
are neither in the path nor in the query are fields of the body. `services` has the flow that all operations share.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Operation:
    """One method of a service."""

    name: str
    """Service and method, such as "agents.get"."""
    verb: str
    path: str
    """Path below the API version. The names in braces are arguments."""
    reply: str
    """Name of the type of the reply."""
    body: str | None = None
    """Name of the type of the body; None if the request has no body."""
    query: tuple[str, ...] = ()
    """Names of the arguments in the query."""
    is_body_one_argument: bool = False
    """Whether the argument `body` is the whole body, which may be left out."""
    is_on_vertex: bool = True
    """Whether Vertex AI has the operation."""

    @property
    def has_secrets(self) -> bool:
        """Whether the fields of the body may be secrets, which no hook and no error may show."""
        return self.name.startswith("credentials.")


_PAGE = ("page_size", "page_token")
_EMPTY = "Empty"


def _operation(name: str, verb: str, path: str, reply: str, body: str | None = None, *query: str) -> Operation:
    return Operation(name, verb, path, reply, body, query)


LIST_AGENTS = _operation("agents.list", "GET", "agents", "AgentListResponse", None, *_PAGE, "parent")
CREATE_AGENT = _operation("agents.create", "POST", "agents", "Agent", "Agent")
GET_AGENT = _operation("agents.get", "GET", "agents/{id}", "Agent")
DELETE_AGENT = _operation("agents.delete", "DELETE", "agents/{id}", _EMPTY)

LIST_CREDENTIALS = _operation("credentials.list", "GET", "credentials", "CredentialListResponse", None, *_PAGE)
CREATE_CREDENTIAL = _operation("credentials.create", "POST", "credentials", "Credential", "CredentialCreateParams")
GET_CREDENTIAL = _operation("credentials.get", "GET", "credentials/{id}", "Credential")
UPDATE_CREDENTIAL = _operation(
    "credentials.update", "PATCH", "credentials/{id}", "Credential", "CredentialUpdate", "update_mask"
)
DELETE_CREDENTIAL = _operation("credentials.delete", "DELETE", "credentials/{id}", _EMPTY)

CREATE_DECISION = _operation("decisions.create", "POST", "decisions", "CreateDecisionResponse", "CreateDecisionRequest")

LIST_ENVIRONMENTS = _operation(
    "environments.list", "GET", "environments", "ListEnvironmentsResponse", None, "mode", *_PAGE
)
CREATE_ENVIRONMENT = _operation(
    "environments.create", "POST", "environments", "StoredEnvironment", "CreateEnvironmentRequest"
)
GET_ENVIRONMENT = _operation("environments.get", "GET", "environments/{id}", "StoredEnvironment")
DELETE_ENVIRONMENT = _operation("environments.delete", "DELETE", "environments/{id}", _EMPTY)

LIST_FILES = _operation(
    "environments.files.list",
    "GET",
    "environments/{environment}/files/{path}",
    "GetEnvironmentFilesResponse",
    None,
    *_PAGE,
    "recursive",
)

LIST_TRIGGERS = _operation("triggers.list", "GET", "triggers", "ListTriggersResponse", None, "filter_", *_PAGE)
CREATE_TRIGGER = _operation("triggers.create", "POST", "triggers", "Trigger", "TriggerCreateParams")
GET_TRIGGER = _operation("triggers.get", "GET", "triggers/{id}", "Trigger")
UPDATE_TRIGGER = _operation("triggers.update", "PATCH", "triggers/{id}", "Trigger", "TriggerUpdate")
DELETE_TRIGGER = _operation("triggers.delete", "DELETE", "triggers/{id}", _EMPTY)
LIST_EXECUTIONS = _operation(
    "triggers.list_executions",
    "GET",
    "triggers/{trigger_id}/executions",
    "ListTriggerExecutionsResponse",
    None,
    *_PAGE,
)
RUN_TRIGGER = _operation("triggers.run", "POST", "triggers/{trigger_id}/executions", "TriggerExecution")

LIST_VOICES = _operation(
    "voices.list",
    "GET",
    "voices",
    "ListVoicesResponse",
    None,
    *("accent", "contexts", "gender", "language_code", *_PAGE, "persona", "pitch", "region_code", "search", "type_"),
)
CREATE_VOICE = _operation("voices.create", "POST", "voices", "VoiceOutput", "CreateVoiceRequest")
GET_VOICE = _operation("voices.get", "GET", "voices/{id}", "VoiceOutput")
DELETE_VOICE = _operation("voices.delete", "DELETE", "voices/{id}", "DeleteVoiceResponse")

LIST_WEBHOOKS = _operation("webhooks.list", "GET", "webhooks", "WebhookListResponse", None, *_PAGE)
CREATE_WEBHOOK = _operation("webhooks.create", "POST", "webhooks", "Webhook", "WebhookInput")
GET_WEBHOOK = _operation("webhooks.get", "GET", "webhooks/{id}", "Webhook")
UPDATE_WEBHOOK = _operation("webhooks.update", "PATCH", "webhooks/{id}", "Webhook", "WebhookUpdate", "update_mask")
DELETE_WEBHOOK = _operation("webhooks.delete", "DELETE", "webhooks/{id}", _EMPTY)
PING_WEBHOOK = Operation(
    "webhooks.ping",
    "POST",
    "webhooks/{id}:ping",
    "WebhookPingResponse",
    "PingWebhookRequest",
    is_body_one_argument=True,
)
ROTATE_SECRET = _operation(
    "webhooks.rotate_signing_secret",
    "POST",
    "webhooks/{id}:rotateSigningSecret",
    "WebhookRotateSigningSecretResponse",
    "RotateSigningSecretRequest",
)

CREATE_TOKEN = Operation(
    "interactions.auth_tokens.create",
    "POST",
    "interactions/{interaction_id}/auth_tokens",
    "InteractionAuthToken",
    "InteractionAuthTokenCreateParams",
    is_on_vertex=False,
)
DELETE_TOKEN = Operation(
    "interactions.auth_tokens.delete",
    "DELETE",
    "interactions/{interaction_id}/auth_tokens/{auth_token}",
    _EMPTY,
    is_on_vertex=False,
)
