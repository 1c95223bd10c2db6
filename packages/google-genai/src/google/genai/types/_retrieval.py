"""Own the models that point generation at document stores outside the model: Vertex AI Search, RAG Engine and
search services of your own, with the credentials for calling them. They only describe where and how to look;
what a lookup found is described by the grounding models, and the SDK never contacts these stores itself.
"""

from ._base import CaseInSensitiveEnum, Model


class ApiSpec(CaseInSensitiveEnum):
    """Name the protocol that a search service of your own speaks. Vertex AI only."""

    API_SPEC_UNSPECIFIED = "API_SPEC_UNSPECIFIED"
    """Not stated; do not send it."""
    SIMPLE_SEARCH = "SIMPLE_SEARCH"
    """Plain HTTP search endpoint that takes a query and answers with a list of snippets."""
    ELASTIC_SEARCH = "ELASTIC_SEARCH"
    """Elasticsearch, queried through a search template stored on the cluster."""


class AuthType(CaseInSensitiveEnum):
    """Name the way in which Vertex AI identifies itself to another service. Vertex AI only."""

    AUTH_TYPE_UNSPECIFIED = "AUTH_TYPE_UNSPECIFIED"
    """Not stated; do not send it."""
    NO_AUTH = "NO_AUTH"
    """The other service is open to everybody."""
    API_KEY_AUTH = "API_KEY_AUTH"
    """A fixed key, described by `AuthConfig.api_key_config`."""
    HTTP_BASIC_AUTH = "HTTP_BASIC_AUTH"
    """User name and password, described by `AuthConfig.http_basic_auth_config`."""
    GOOGLE_SERVICE_ACCOUNT_AUTH = "GOOGLE_SERVICE_ACCOUNT_AUTH"
    """A Google service account, described by `AuthConfig.google_service_account_config`."""
    OAUTH = "OAUTH"
    """An OAuth access token, described by `AuthConfig.oauth_config`."""
    OIDC_AUTH = "OIDC_AUTH"
    """An OpenID Connect id token, described by `AuthConfig.oidc_config`."""


class HttpElementLocation(CaseInSensitiveEnum):
    """Say in which piece of an HTTP request a value travels. Vertex AI only."""

    HTTP_IN_UNSPECIFIED = "HTTP_IN_UNSPECIFIED"
    """Not stated; do not send it."""
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
    """Hold the API key for a search service of your own; set one of the two fields. Vertex AI only."""

    api_key_secret_version: str | None = None
    """Secret Manager version that holds the key: `projects/{project}/secrets/{secret}/versions/{version}`."""

    api_key_string: str | None = None
    """The key itself, in clear. It travels with every request; prefer `api_key_secret_version`."""


class ApiAuth(Model):
    """Hold credentials for a search service of your own in the older form. Vertex AI only.

    New code uses `AuthConfig`, which knows more kinds of credentials.
    """

    api_key_config: ApiAuthApiKeyConfig | None = None
    """API key to send along."""


class ApiKeyConfig(Model):
    """Describe an API key and where in the HTTP request it goes. Vertex AI only.

    The key is given either by secret or in clear:

        ApiKeyConfig(
            name="X-Api-Key",
            http_element_location=HttpElementLocation.HTTP_IN_HEADER,
            api_key_secret="projects/my-project/secrets/search-key/versions/1",
        )
    """

    api_key_secret: str | None = None
    """Secret Manager version that holds the key: `projects/{project}/secrets/{secret}/versions/{version}`.
    The service agent of Vertex AI needs read access to it."""

    api_key_string: str | None = None
    """The key itself, in clear. It travels with every request; prefer `api_key_secret`."""

    http_element_location: HttpElementLocation | None = None
    """Piece of the HTTP request that carries the key."""

    name: str | None = None
    """Name of the query parameter, header or cookie that carries the key, such as `api_key`."""


class AuthConfigGoogleServiceAccountConfig(Model):
    """Choose the service account under which another service is called. Vertex AI only."""

    service_account: str | None = None
    """E-mail address of the account. The service agent of Vertex AI must be allowed to create access tokens for it;
    when unset, that service agent's own identity is used."""


class AuthConfigHttpBasicAuthConfig(Model):
    """Point to the user name and password for HTTP basic authentication. Vertex AI only."""

    credential_secret: str | None = None
    """Secret Manager version that holds `user:password` in base64:
    `projects/{project}/secrets/{secret}/versions/{version}`."""


class AuthConfigOauthConfig(Model):
    """Give an OAuth access token, or the account to draw one from; set one of the two fields. Vertex AI only."""

    access_token: str | None = None
    """Token to send as it is. Nobody renews it, so pass a fresh one with each request."""

    service_account: str | None = None
    """E-mail address of the service account for which Vertex AI creates the token.
    Its service agent must be allowed to create access tokens for this account."""


class AuthConfigOidcConfig(Model):
    """Give an OpenID Connect id token, or the account to draw one from; set one of the two fields. Vertex AI only."""

    id_token: str | None = None
    """Token to send as it is. Nobody renews it, so pass a fresh one with each request."""

    service_account: str | None = None
    """E-mail address of the service account for which Vertex AI creates the token.
    Its service agent must be allowed to create OpenID tokens for this account."""


class AuthConfig(Model):
    """Describe how Vertex AI identifies itself to another service. Vertex AI only.

    API: `ExternalApi.authConfig` and `GoogleMaps.authConfig`.

    Set `auth_type` together with the one field that describes this kind of credentials:

        AuthConfig(
            auth_type=AuthType.GOOGLE_SERVICE_ACCOUNT_AUTH,
            google_service_account_config=AuthConfigGoogleServiceAccountConfig(
                service_account="search@my-project.iam.gserviceaccount.com"
            ),
        )
    """

    api_key_config: ApiKeyConfig | None = None
    """Key for `API_KEY_AUTH`."""

    auth_type: AuthType | None = None
    """Kind of credentials; it decides which of the other fields counts."""

    google_service_account_config: AuthConfigGoogleServiceAccountConfig | None = None
    """Account for `GOOGLE_SERVICE_ACCOUNT_AUTH`."""

    http_basic_auth_config: AuthConfigHttpBasicAuthConfig | None = None
    """User name and password for `HTTP_BASIC_AUTH`."""

    oauth_config: AuthConfigOauthConfig | None = None
    """Token or account for `OAUTH`."""

    oidc_config: AuthConfigOidcConfig | None = None
    """Token or account for `OIDC_AUTH`."""


class ExternalApiElasticSearchParams(Model):
    """Describe the query to send to an Elasticsearch cluster. Vertex AI only."""

    index: str | None = None
    """Which of the cluster's indices the query runs against."""

    num_hits: int | None = None
    """How many hits to ask the cluster for."""

    search_template: str | None = None
    """Id of the search template, stored on the cluster, that turns the prompt into a query."""


class ExternalApiSimpleSearchParams(Model):
    """Select a plain search endpoint; there is nothing to adjust. Vertex AI only."""


class ExternalApi(Model):
    """Describe a search service of your own that Vertex AI calls for the model. Vertex AI only.

    API: `Retrieval.externalApi`. Vertex AI makes the calls, so the endpoint must be reachable from there.

        ExternalApi(
            api_spec=ApiSpec.ELASTIC_SEARCH,
            endpoint="https://search.example.com",
            elastic_search_params=ExternalApiElasticSearchParams(index="manuals", search_template="by-text"),
        )
    """

    api_auth: ApiAuth | None = None
    """Credentials in the older form; new code sets `auth_config`."""

    api_spec: ApiSpec | None = None
    """Protocol of the service; it decides which of the parameter fields counts."""

    auth_config: AuthConfig | None = None
    """Credentials with which Vertex AI calls the service."""

    elastic_search_params: ExternalApiElasticSearchParams | None = None
    """Query for `ELASTIC_SEARCH`."""

    endpoint: str | None = None
    """URL of the service; for Elasticsearch that of the cluster, without the index."""

    simple_search_params: ExternalApiSimpleSearchParams | None = None
    """Marker for `SIMPLE_SEARCH`."""


class VertexAISearchDataStoreSpec(Model):
    """Choose one data store of a search engine and what to search in it. Vertex AI only."""

    data_store: str | None = None
    """`projects/{project}/locations/{location}/collections/{collection}/dataStores/{dataStore}`."""

    filter: str | None = None
    """Condition on document fields, in the filter language of Vertex AI Search, for this data store alone."""


class VertexAISearch(Model):
    """Look passages up in Vertex AI Search. Vertex AI only.

    API: `Retrieval.vertexAiSearch`. Set either `datastore` or `engine`.
    """

    data_store_specs: list[VertexAISearchDataStoreSpec] | None = None
    """Which data stores of the engine to search, each with a filter of its own. Works only with `engine`."""

    datastore: str | None = None
    """Data store to search:
    `projects/{project}/locations/{location}/collections/{collection}/dataStores/{dataStore}`."""

    engine: str | None = None
    """Search app to query: `projects/{project}/locations/{location}/collections/{collection}/engines/{engine}`."""

    filter: str | None = None
    """Condition on document fields, in the filter language of Vertex AI Search."""

    max_results: int | None = None
    """How many results to fetch for each query; the service gives 10 when unset and at most 10."""


class VertexRagStoreRagResource(Model):
    """Choose a corpus of RAG Engine, or some of its files. Vertex AI only."""

    rag_corpus: str | None = None
    """Corpus to search: `projects/{project}/locations/{location}/ragCorpora/{rag_corpus}`."""

    rag_file_ids: list[str] | None = None
    """Ids of the files to search, all from the corpus of `rag_corpus`; when unset, the whole corpus is searched."""


class RagRetrievalConfigFilter(Model):
    """Keep out passages that do not fit well enough. Vertex AI only.

    Set one of the two thresholds, not both.
    """

    metadata_filter: str | None = None
    """Condition on the metadata of the files, as an expression."""

    vector_distance_threshold: float | None = None
    """Keep only passages whose vector lies closer to the query than this; smaller is stricter."""

    vector_similarity_threshold: float | None = None
    """Keep only passages whose vector is more similar to the query than this; larger is stricter."""


class RagRetrievalConfigHybridSearch(Model):
    """Balance search by meaning against search by words. Vertex AI only."""

    alpha: float | None = None
    """Weight of the dense vectors, from 0 (words alone) to 1 (meaning alone). The service takes 0.5 when unset."""


class RagRetrievalConfigRankingLlmRanker(Model):
    """Have a language model put the passages in order. Vertex AI only."""

    model_name: str | None = None
    """Gemini model that ranks, for instance `gemini-2.5-flash`."""


class RagRetrievalConfigRankingRankService(Model):
    """Have the ranking service of Google Cloud put the passages in order. Vertex AI only."""

    model_name: str | None = None
    """Ranking model, for instance `semantic-ranker-512@latest`."""


class RagRetrievalConfigRanking(Model):
    """Choose who puts the passages in order after retrieval; set one of the two fields. Vertex AI only."""

    llm_ranker: RagRetrievalConfigRankingLlmRanker | None = None
    """Rank with a Gemini model."""

    rank_service: RagRetrievalConfigRankingRankService | None = None
    """Rank with the ranking service."""


class RagRetrievalConfig(Model):
    """Adjust how RAG Engine picks passages. Vertex AI only.

    API: `VertexRagStore.ragRetrievalConfig`.
    """

    filter: RagRetrievalConfigFilter | None = None
    """Conditions a passage must meet."""

    hybrid_search: RagRetrievalConfigHybridSearch | None = None
    """Balance between search by meaning and by words."""

    ranking: RagRetrievalConfigRanking | None = None
    """Second ordering of the passages found."""

    top_k: int | None = None
    """How many passages to retrieve."""


class VertexRagStore(Model):
    """Look passages up in Vertex AI RAG Engine. Vertex AI only.

    API: `Retrieval.vertexRagStore`.

        VertexRagStore(
            rag_resources=[
                VertexRagStoreRagResource(rag_corpus="projects/my-project/locations/us-central1/ragCorpora/1234")
            ],
            rag_retrieval_config=RagRetrievalConfig(top_k=5),
        )
    """

    rag_corpora: list[str] | None = None
    """Corpora to search, in the older form; new code sets `rag_resources`."""

    rag_resources: list[VertexRagStoreRagResource] | None = None
    """What to search: one corpus, or several files of one corpus."""

    rag_retrieval_config: RagRetrievalConfig | None = None
    """How passages are picked."""

    similarity_top_k: int | None = None
    """How many passages to retrieve, in the older form; new code sets `RagRetrievalConfig.top_k`."""

    store_context: bool | None = None
    """Whether the Live API also keeps what is said in the session in the corpus, so that it can be found later."""

    vector_distance_threshold: float | None = None
    """Greatest distance of a passage, in the older form;
    new code sets `RagRetrievalConfigFilter.vector_distance_threshold`."""


class Retrieval(Model):
    """Let the model consult one document store before it answers. Vertex AI only.

    API: `Tool.retrieval`. Set exactly one of `external_api`, `vertex_ai_search` and `vertex_rag_store`.

        Tool(retrieval=Retrieval(vertex_ai_search=VertexAISearch(datastore="projects/…/dataStores/manuals")))
    """

    disable_attribution: bool | None = None
    """Without effect: the service does not honour it any more."""

    external_api: ExternalApi | None = None
    """Search service of your own."""

    vertex_ai_search: VertexAISearch | None = None
    """Data store or search app of Vertex AI Search."""

    vertex_rag_store: VertexRagStore | None = None
    """Corpus of RAG Engine."""
