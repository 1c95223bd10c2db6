"""Every method of the services: its request, its response, and fields whose values must be names of resources.

Runs in the environments of both sides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

_TABLE = """
v1beta generative_service
  generate_content         GenerateContentRequest     GenerateContentResponse     model=models/m1
  generate_answer          GenerateAnswerRequest      GenerateAnswerResponse      model=models/m1
  stream_generate_content  GenerateContentRequest     GenerateContentResponse*    model=tunedModels/m1
  embed_content            EmbedContentRequest        EmbedContentResponse        model=models/m1
  batch_embed_contents     BatchEmbedContentsRequest  BatchEmbedContentsResponse  model=models/m1
  count_tokens             CountTokensRequest         CountTokensResponse         model=models/m1
  bidi_generate_content    BidiGenerateContentClientMessage*  BidiGenerateContentServerMessage*
v1beta model_service
  get_model                GetModelRequest            Model                       name=models/m1
  list_models              ListModelsRequest          ListModelsResponse
  get_tuned_model          GetTunedModelRequest       TunedModel                  name=tunedModels/t1
  list_tuned_models        ListTunedModelsRequest     ListTunedModelsResponse
  create_tuned_model       CreateTunedModelRequest    TunedModel+CreateTunedModelMetadata
  update_tuned_model       UpdateTunedModelRequest    TunedModel                  tuned_model.name=tunedModels/t1
  delete_tuned_model       DeleteTunedModelRequest    -                           name=tunedModels/t1
v1beta file_service
  create_file              CreateFileRequest          CreateFileResponse
  list_files               ListFilesRequest           ListFilesResponse
  get_file                 GetFileRequest             File                        name=files/f1
  delete_file              DeleteFileRequest          -                           name=files/f1
  download_file            DownloadFileRequest        DownloadFileResponse        name=files/f1
v1beta cache_service
  list_cached_contents     ListCachedContentsRequest  ListCachedContentsResponse
  create_cached_content    CreateCachedContentRequest CachedContent
  get_cached_content       GetCachedContentRequest    CachedContent               name=cachedContents/c1
  update_cached_content    UpdateCachedContentRequest CachedContent               cached_content.name=cachedContents/c1
  delete_cached_content    DeleteCachedContentRequest -                           name=cachedContents/c1
v1beta permission_service
  create_permission        CreatePermissionRequest    Permission                  parent=corpora/c1
  get_permission           GetPermissionRequest       Permission                  name=tunedModels/t1/permissions/p1
  list_permissions         ListPermissionsRequest     ListPermissionsResponse     parent=tunedModels/t1
  update_permission        UpdatePermissionRequest    Permission                  permission.name=corpora/c1/permissions/p1
  delete_permission        DeletePermissionRequest    -                           name=corpora/c1/permissions/p1
  transfer_ownership       TransferOwnershipRequest   TransferOwnershipResponse   name=tunedModels/t1
v1beta prediction_service
  predict                  PredictRequest             PredictResponse             model=models/m1
  predict_long_running     PredictLongRunningRequest  PredictLongRunningResponse+PredictLongRunningMetadata  model=models/m1
v1beta retriever_service
  create_corpus            CreateCorpusRequest        Corpus
  get_corpus               GetCorpusRequest           Corpus                      name=corpora/c1
  update_corpus            UpdateCorpusRequest        Corpus                      corpus.name=corpora/c1
  delete_corpus            DeleteCorpusRequest        -                           name=corpora/c1
  list_corpora             ListCorporaRequest         ListCorporaResponse
  query_corpus             QueryCorpusRequest         QueryCorpusResponse         name=corpora/c1
  create_document          CreateDocumentRequest      Document                    parent=corpora/c1
  get_document             GetDocumentRequest         Document                    name=corpora/c1/documents/d1
  update_document          UpdateDocumentRequest      Document                    document.name=corpora/c1/documents/d1
  delete_document          DeleteDocumentRequest      -                           name=corpora/c1/documents/d1
  list_documents           ListDocumentsRequest       ListDocumentsResponse       parent=corpora/c1
  query_document           QueryDocumentRequest       QueryDocumentResponse       name=corpora/c1/documents/d1
  create_chunk             CreateChunkRequest         Chunk                       parent=corpora/c1/documents/d1
  batch_create_chunks      BatchCreateChunksRequest   BatchCreateChunksResponse   parent=corpora/c1/documents/d1
  get_chunk                GetChunkRequest            Chunk                       name=corpora/c1/documents/d1/chunks/k1
  update_chunk             UpdateChunkRequest         Chunk                       chunk.name=corpora/c1/documents/d1/chunks/k1
  batch_update_chunks      BatchUpdateChunksRequest   BatchUpdateChunksResponse   parent=corpora/c1/documents/d1
  delete_chunk             DeleteChunkRequest         -                           name=corpora/c1/documents/d1/chunks/k1
  batch_delete_chunks      BatchDeleteChunksRequest   -                           parent=corpora/c1/documents/d1
  list_chunks              ListChunksRequest          ListChunksResponse          parent=corpora/c1/documents/d1
v1 generative_service
  generate_content         GenerateContentRequest     GenerateContentResponse     model=models/m1
  stream_generate_content  GenerateContentRequest     GenerateContentResponse*    model=models/m1
  embed_content            EmbedContentRequest        EmbedContentResponse        model=models/m1
  batch_embed_contents     BatchEmbedContentsRequest  BatchEmbedContentsResponse  model=models/m1
  count_tokens             CountTokensRequest         CountTokensResponse         model=models/m1
v1 model_service
  get_model                GetModelRequest            Model                       name=models/m1
  list_models              ListModelsRequest          ListModelsResponse
"""
"""Services, and below each the methods. `*` marks streams, `+` the metadata of a long-running operation, `-` an empty response."""


@dataclass(frozen=True)
class Service:
    """A service of one version of the API."""

    version: str
    name: str
    """Name of its package, such as "generative_service"."""

    @property
    def title(self) -> str:
        """Name of the service in names of classes, such as "GenerativeService"."""
        return self.name.title().replace("_", "")

    def client(self, mode: str) -> Any:
        """Return the class of the client for a transport."""
        suffix = "AsyncClient" if mode == "grpc_asyncio" else "Client"
        return getattr(self._module(""), f"{self.title}{suffix}")

    def transport(self, mode: str) -> Any:
        """Return the class of the transport "grpc", "grpc_asyncio" or "rest"."""
        suffix = {"grpc": "Grpc", "grpc_asyncio": "GrpcAsyncIO", "rest": "Rest"}[mode]
        return getattr(self._module(".transports"), f"{self.title}{suffix}Transport")

    def message(self, name: str) -> Any:
        """Return the class of a message."""
        return getattr(import_module(f"google.ai.generativelanguage_{self.version}.types"), name)

    def _module(self, below: str) -> Any:
        return import_module(f"google.ai.generativelanguage_{self.version}.services.{self.name}{below}")


@dataclass(frozen=True)
class Method:
    """A method of a service."""

    service: Service
    name: str
    request: str
    response: str
    """Class of the response; empty for methods that return nothing."""
    metadata: str
    """Class of the metadata of a long-running operation; empty for other methods."""
    resources: Mapping[str, str]
    """Names of resources, by path of the field."""
    streams_requests: bool
    streams_responses: bool

    @property
    def id(self) -> str:
        return f"{self.service.version}/{self.service.name}/{self.name}"


def _read() -> list[Method]:
    found: list[Method] = []
    service = Service("", "")
    for line in _TABLE.strip().splitlines():
        words = line.split()
        if not line.startswith(" "):
            service = Service(*words)
            continue
        name, request, response, *resources = words
        result, _, metadata = response.strip("*-").partition("+")
        found.append(
            Method(
                service=service,
                name=name,
                request=request.strip("*"),
                response=result,
                metadata=metadata,
                resources=dict(each.split("=") for each in resources),
                streams_requests=request.endswith("*"),
                streams_responses=response.endswith("*"),
            )
        )
    return found


METHODS = _read()
SERVICES = list(dict.fromkeys(method.service for method in METHODS))
