"""Document stores for retrieval during a generation: Vertex AI Search, RAG Engine and your own search services, with
credentials for them. The service calls these stores, never the SDK. Not part of this module: the passages found (see
`_grounding`).
"""

from typing import Annotated

from .._wire.marks import VERTEX_ONLY
from ._base import CaseInSensitiveEnum, Model


class ApiSpec(CaseInSensitiveEnum):
    """Protocol of your own search service. Vertex AI only."""

    API_SPEC_UNSPECIFIED = "API_SPEC_UNSPECIFIED"
    """Unspecified; do not send it."""
    SIMPLE_SEARCH = "SIMPLE_SEARCH"
    """Plain HTTP search endpoint that takes a query and returns a list of snippets."""
    ELASTIC_SEARCH = "ELASTIC_SEARCH"
    """Elasticsearch, queried through a search template stored on the cluster."""


class AuthType(CaseInSensitiveEnum):
    """Authentication method of Vertex AI with another service. Vertex AI only."""

    AUTH_TYPE_UNSPECIFIED = "AUTH_TYPE_UNSPECIFIED"
    """Unspecified; do not send it."""
    NO_AUTH = "NO_AUTH"
    """No authentication."""
    API_KEY_AUTH = "API_KEY_AUTH"
    """An API key, given in `AuthConfig.api_key_config`."""
    HTTP_BASIC_AUTH = "HTTP_BASIC_AUTH"
    """User name and password, given in `AuthConfig.http_basic_auth_config`."""
    GOOGLE_SERVICE_ACCOUNT_AUTH = "GOOGLE_SERVICE_ACCOUNT_AUTH"
    """A Google service account, given in `AuthConfig.google_service_account_config`."""
    OAUTH = "OAUTH"
    """An OAuth access token, given in `AuthConfig.oauth_config`."""
    OIDC_AUTH = "OIDC_AUTH"
    """An OpenID Connect ID token, given in `AuthConfig.oidc_config`."""


class HttpElementLocation(CaseInSensitiveEnum):
    """Part of an HTTP request that contains a value. Vertex AI only."""

    HTTP_IN_UNSPECIFIED = "HTTP_IN_UNSPECIFIED"
    """Unspecified; do not send it."""
    HTTP_IN_QUERY = "HTTP_IN_QUERY"
    """In the query string of the URL."""
    HTTP_IN_HEADER = "HTTP_IN_HEADER"
    """In a request header."""
    HTTP_IN_PATH = "HTTP_IN_PATH"
    """In the path of the URL."""
    HTTP_IN_BODY = "HTTP_IN_BODY"
    """In the request body."""
    HTTP_IN_COOKIE = "HTTP_IN_COOKIE"
    """In a cookie."""


class ApiAuthApiKeyConfig(Model):
    """API key for your own search service; set one of the two fields. Vertex AI only."""

    api_key_secret_version: str | None = None
    """Secret Manager version that contains the key: `projects/{project}/secrets/{secret}/versions/{version}`."""

    api_key_string: str | None = None
    """The key itself, as plain text. It is sent with every request; prefer `api_key_secret_version`."""


class ApiAuth(Model):
    """Older form of credentials for your own search service. Vertex AI only.

    New code should use `AuthConfig`, which supports more kinds of credentials.
    """

    api_key_config: ApiAuthApiKeyConfig | None = None
    """API key to send."""


class ApiKeyConfig(Model):
    """An API key, and its location in the HTTP request. Vertex AI only.

    Give the key as a secret or as plain text:

        ApiKeyConfig(
            name="X-Api-Key",
            http_element_location=HttpElementLocation.HTTP_IN_HEADER,
            api_key_secret="projects/my-project/secrets/search-key/versions/1",
        )
    """

    api_key_secret: str | None = None
    """Secret Manager version that contains the key: `projects/{project}/secrets/{secret}/versions/{version}`. The
    service agent of Vertex AI needs read access to it.
    """

    api_key_string: str | None = None
    """The key itself, as plain text. It is sent with every request; prefer `api_key_secret`."""

    http_element_location: HttpElementLocation | None = None
    """Part of the HTTP request that contains the key."""

    name: str | None = None
    """Name of the query parameter, header or cookie that contains the key, such as `api_key`."""


class AuthConfigGoogleServiceAccountConfig(Model):
    """Service account for calling another service. Vertex AI only."""

    service_account: str | None = None
    """E-mail address of the account. The service agent of Vertex AI must be allowed to create access tokens for it.
    When unset, the identity of the service agent is used.
    """


class AuthConfigHttpBasicAuthConfig(Model):
    """User name and password for HTTP basic authentication. Vertex AI only."""

    credential_secret: str | None = None
    """Secret Manager version that contains `user:password` in base64:
    `projects/{project}/secrets/{secret}/versions/{version}`.
    """


class AuthConfigOauthConfig(Model):
    """An OAuth access token, or a service account for creating one; set one of the two fields. Vertex AI only."""

    access_token: str | None = None
    """Token to send. It is not renewed automatically, so pass a fresh one with each request."""

    service_account: str | None = None
    """E-mail address of the service account for which Vertex AI creates the token. Its service agent must be allowed to
    create access tokens for this account.
    """


class AuthConfigOidcConfig(Model):
    """An OpenID Connect ID token, or a service account for creating one; set one of the two fields. Vertex AI only."""

    id_token: str | None = None
    """Token to send. It is not renewed automatically, so pass a fresh one with each request."""

    service_account: str | None = None
    """E-mail address of the service account for which Vertex AI creates the token. Its service agent must be allowed to
    create OpenID tokens for this account.
    """


class AuthConfig(Model):
    """Credentials of the service for another service.

    API: `ExternalApi.authConfig` and `GoogleMaps.authConfig`. The Gemini Developer API takes only `api_key`.

    Set `auth_type`, and the field for this kind of credentials:

        AuthConfig(
            auth_type=AuthType.GOOGLE_SERVICE_ACCOUNT_AUTH,
            google_service_account_config=AuthConfigGoogleServiceAccountConfig(
                service_account="search@my-project.iam.gserviceaccount.com"
            ),
        )
    """

    api_key_config: Annotated[ApiKeyConfig | None, VERTEX_ONLY] = None
    """Key for `API_KEY_AUTH`."""

    auth_type: Annotated[AuthType | None, VERTEX_ONLY] = None
    """Kind of credentials; it determines which of the other fields is used."""

    google_service_account_config: Annotated[AuthConfigGoogleServiceAccountConfig | None, VERTEX_ONLY] = None
    """Account for `GOOGLE_SERVICE_ACCOUNT_AUTH`."""

    http_basic_auth_config: Annotated[AuthConfigHttpBasicAuthConfig | None, VERTEX_ONLY] = None
    """User name and password for `HTTP_BASIC_AUTH`."""

    oauth_config: Annotated[AuthConfigOauthConfig | None, VERTEX_ONLY] = None
    """Token or account for `OAUTH`."""

    oidc_config: Annotated[AuthConfigOidcConfig | None, VERTEX_ONLY] = None
    """Token or account for `OIDC_AUTH`."""

    api_key: str | None = None
    """API key, in place of `auth_type` and `api_key_config`."""


class ExternalApiElasticSearchParams(Model):
    """Query to an Elasticsearch cluster. Vertex AI only."""

    index: str | None = None
    """Index of the cluster to query."""

    num_hits: int | None = None
    """Number of hits to request."""

    search_template: str | None = None
    """Id of a search template stored on the cluster, which turns the prompt into a query."""


class ExternalApiSimpleSearchParams(Model):
    """Marker for a plain search endpoint; it has no settings. Vertex AI only."""


class ExternalApi(Model):
    """Your own search service, which Vertex AI calls for the model. Vertex AI only.

    API: `Retrieval.externalApi`. The endpoint must be reachable from Vertex AI.

        ExternalApi(
            api_spec=ApiSpec.ELASTIC_SEARCH,
            endpoint="https://search.example.com",
            elastic_search_params=ExternalApiElasticSearchParams(index="manuals", search_template="by-text"),
        )
    """

    api_auth: ApiAuth | None = None
    """Credentials in the older form; new code should set `auth_config`."""

    api_spec: ApiSpec | None = None
    """Protocol of the service; it determines which of the parameter fields is used."""

    auth_config: AuthConfig | None = None
    """Credentials of Vertex AI for the service."""

    elastic_search_params: ExternalApiElasticSearchParams | None = None
    """Query for `ELASTIC_SEARCH`."""

    endpoint: str | None = None
    """URL of the service; for Elasticsearch, the URL of the cluster without the index."""

    simple_search_params: ExternalApiSimpleSearchParams | None = None
    """Marker for `SIMPLE_SEARCH`."""


class VertexAISearchDataStoreSpec(Model):
    """One data store of a search app, with a filter. Vertex AI only."""

    data_store: str | None = None
    """`projects/{project}/locations/{location}/collections/{collection}/dataStores/{dataStore}`."""

    filter: str | None = None
    """Filter on document fields in the filter syntax of Vertex AI Search, for this data store only."""


class VertexAISearch(Model):
    """Retrieval from Vertex AI Search. Vertex AI only.

    API: `Retrieval.vertexAiSearch`. Set either `datastore` or `engine`.
    """

    data_store_specs: list[VertexAISearchDataStoreSpec] | None = None
    """Data stores of the engine to search, each with its own filter. Only with `engine`."""

    datastore: str | None = None
    """Data store to search: `projects/{project}/locations/{location}/collections/{collection}/dataStores/{dataStore}`."""

    engine: str | None = None
    """Search app to query: `projects/{project}/locations/{location}/collections/{collection}/engines/{engine}`."""

    filter: str | None = None
    """Filter on document fields in the filter syntax of Vertex AI Search."""

    max_results: int | None = None
    """Number of results for each query, at most 10; 10 when unset."""


class VertexRagStoreRagResource(Model):
    """A corpus of RAG Engine, or some of its files. Vertex AI only."""

    rag_corpus: str | None = None
    """Corpus to search: `projects/{project}/locations/{location}/ragCorpora/{rag_corpus}`."""

    rag_file_ids: list[str] | None = None
    """Ids of the files to search, all from the corpus `rag_corpus`; the whole corpus when unset."""


class RagRetrievalConfigFilter(Model):
    """Filter for passages. Vertex AI only.

    Set at most one of the two thresholds.
    """

    metadata_filter: str | None = None
    """Filter expression on the metadata of the files."""

    vector_distance_threshold: float | None = None
    """Maximum distance between the vectors of passage and query; smaller values are stricter."""

    vector_similarity_threshold: float | None = None
    """Minimum similarity of the vectors of passage and query; larger values are stricter."""


class RagRetrievalConfigHybridSearch(Model):
    """Balance between semantic search and keyword search. Vertex AI only."""

    alpha: float | None = None
    """Weight of semantic search, from 0 (keywords only) to 1 (dense vectors only); 0.5 when unset."""


class RagRetrievalConfigRankingLlmRanker(Model):
    """Ranking of passages by a language model. Vertex AI only."""

    model_name: str | None = None
    """Gemini model for ranking, such as `gemini-2.5-flash`."""


class RagRetrievalConfigRankingRankService(Model):
    """Ranking of passages by the ranking service of Google Cloud. Vertex AI only."""

    model_name: str | None = None
    """Ranking model, such as `semantic-ranker-512@latest`."""


class RagRetrievalConfigRanking(Model):
    """Ranking of passages after retrieval; set one of the two fields. Vertex AI only."""

    llm_ranker: RagRetrievalConfigRankingLlmRanker | None = None
    """Ranking with a Gemini model."""

    rank_service: RagRetrievalConfigRankingRankService | None = None
    """Ranking with the ranking service."""


class RagRetrievalConfig(Model):
    """Settings for the selection of passages by RAG Engine. Vertex AI only.

    API: `VertexRagStore.ragRetrievalConfig`.
    """

    filter: RagRetrievalConfigFilter | None = None
    """Filter for passages."""

    hybrid_search: RagRetrievalConfigHybridSearch | None = None
    """Balance between semantic search and keyword search."""

    ranking: RagRetrievalConfigRanking | None = None
    """Ranking of the retrieved passages."""

    top_k: int | None = None
    """Number of passages to retrieve."""


class VertexRagStore(Model):
    """Retrieval from Vertex AI RAG Engine. Vertex AI only.

    API: `Retrieval.vertexRagStore`.

        VertexRagStore(
            rag_resources=[
                VertexRagStoreRagResource(rag_corpus="projects/my-project/locations/us-central1/ragCorpora/1234")
            ],
            rag_retrieval_config=RagRetrievalConfig(top_k=5),
        )
    """

    rag_corpora: list[str] | None = None
    """Corpora to search, in the older form; new code should set `rag_resources`."""

    rag_resources: list[VertexRagStoreRagResource] | None = None
    """Sources to search: one corpus, or several files of one corpus."""

    rag_retrieval_config: RagRetrievalConfig | None = None
    """Settings for the selection of passages."""

    similarity_top_k: int | None = None
    """Number of passages to retrieve, in the older form; new code should set `RagRetrievalConfig.top_k`."""

    store_context: bool | None = None
    """Whether the Live API also stores the conversation of the session in the corpus, for later retrieval."""

    vector_distance_threshold: float | None = None
    """Maximum distance of a passage, in the older form; new code should set
    `RagRetrievalConfigFilter.vector_distance_threshold`.
    """


class Retrieval(Model):
    """Tool for searching one document store. Vertex AI only.

    API: `Tool.retrieval`. Set exactly one of `external_api`, `vertex_ai_search` and `vertex_rag_store`.

        Tool(retrieval=Retrieval(vertex_ai_search=VertexAISearch(datastore="projects/…/dataStores/manuals")))
    """

    disable_attribution: bool | None = None
    """Deprecated; the service ignores it."""

    external_api: ExternalApi | None = None
    """Your own search service."""

    vertex_ai_search: VertexAISearch | None = None
    """Data store or search app of Vertex AI Search."""

    vertex_rag_store: VertexRagStore | None = None
    """Corpus of RAG Engine."""
