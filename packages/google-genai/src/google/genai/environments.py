"""`client.environments`: remote environments in which agents work, and the files in them.

The methods are shells: a signature, a docstring and one call into `_interactions`. The types are generated, and loaded with their
module when they are first used. The async class in `_aio.environments` is generated from this file.
"""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from . import types
from ._core.progress import Progress
from ._core.resource import Resource, async_twin
from ._interactions import types as interaction_types
from ._interactions.environment_files import download, upload
from ._interactions.operations import (
    CREATE_ENVIRONMENT,
    DELETE_ENVIRONMENT,
    GET_ENVIRONMENT,
    LIST_ENVIRONMENTS,
    LIST_FILES,
)
from ._interactions.requests import Settings
from ._interactions.services import send

if TYPE_CHECKING:
    from ._aio.environments import AsyncEnvironments as AsyncEnvironments
    from ._interactions.raw import RawMethods
    from ._interactions.types import (
        CreateEnvironmentRequest as CreateEnvironmentRequest,
        CreateEnvironmentRequestNetworkEnum as CreateEnvironmentRequestNetworkEnum,
        CreateEnvironmentRequestNetworkUnion as CreateEnvironmentRequestNetworkUnion,
        CreateEnvironmentRequestNetworkUnionParam as CreateEnvironmentRequestNetworkUnionParam,
        CreateEnvironmentRequestParam as CreateEnvironmentRequestParam,
        CreateEnvironmentRequestParam as EnvironmentCreateParams,
        Empty as EnvironmentDeleteResponse,
        EnvironmentFile as EnvironmentFile,
        EnvironmentFileType as EnvironmentFileType,
        EnvironmentMode as EnvironmentMode,
        EnvironmentNetworkEnum as EnvironmentNetworkEnum,
        EnvironmentNetworkUnion as EnvironmentNetworkUnion,
        EnvironmentNetworkUnionTypedDict as EnvironmentNetworkUnionTypedDict,
        EnvironmentStatus as EnvironmentStatus,
        EnvironmentStatus as Status,
        GetEnvironmentFilesResponse as GetEnvironmentFilesResponse,
        ListEnvironmentsRequestParam as EnvironmentListParams,
        ListEnvironmentsResponse as EnvironmentListResponse,
        ListEnvironmentsResponse as ListEnvironmentsResponse,
        StoredEnvironment as Environment,
        Type as Type,
    )


class Files(Resource):
    """Files in environments."""

    _client_attribute = None

    def list(
        self,
        environment: str,
        path: str,
        *,
        page_size: int | None = None,
        page_token: str | None = None,
        recursive: bool | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.GetEnvironmentFilesResponse:
        """Return one page of the files in a directory.

        Args:
          environment: Id of the environment.
          path: Path of a directory in the environment; "" for the root.
          page_size: Maximum number of items on a page. Default: the service chooses.
          page_token: Token of the page, from the page before. Default: the first page.
          recursive: Whether files in directories below it are listed too.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            page = client.environments.files.list("my-environment", "workspace", recursive=True)

        API: `environments.files.list`.
        """
        return self._run(
            send(
                self._port,
                LIST_FILES,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                environment=environment,
                path=path,
                page_size=page_size,
                page_token=page_token,
                recursive=recursive,
            )
        )

    @overload
    def download(
        self,
        *,
        path: str,
        environment: str | None = None,
        environment_id: str | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
        destination: None = None,
        progress: Progress | None = None,
    ) -> bytes: ...
    @overload
    def download(
        self,
        *,
        path: str,
        environment: str | None = None,
        environment_id: str | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
        destination: str | os.PathLike[str],
        progress: Progress | None = None,
    ) -> Path: ...
    def download(
        self,
        *,
        path: str,
        environment: str | None = None,
        environment_id: str | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
        destination: str | os.PathLike[str] | None = None,
        progress: Progress | None = None,
    ) -> bytes | Path:
        """Return the content of a file in an environment, or write it to a local file.

        Args:
          path: Path of the file in the environment.
          environment: Id of the environment. `environment_id` is the same.
          http_options: HTTP options for this call; their timeout is in milliseconds.
          destination: Local file to write; the method then returns its path. The file has the suffix `.part` until it is
            complete.
          progress: A function that is called with the number of bytes received and the total (None if unknown), or True for
            a progress bar of rich or tqdm.

        If the connection breaks, the download resumes from there, or from the beginning if the service cannot resume it.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          OSError: The local file cannot be written.
          errors.APIError: The call failed. `interactions.NotFoundError` for a file that is unknown.

        Example::

            content = client.environments.files.download(environment="my-environment", path="workspace/report.md")

        API: `environments.files.download`.
        """
        return self._run(download(self._port, path, environment, environment_id, destination, http_options, progress))

    def upload(
        self,
        *,
        path: str,
        file: str | os.PathLike[str] | io.IOBase | bytes,
        environment: str | None = None,
        environment_id: str | None = None,
        mime_type: str | None = None,
        overwrite: bool | None = None,
        extract: bool | None = None,
        http_options: types.HttpOptionsOrDict | None = None,
        progress: Progress | None = None,
    ) -> interaction_types.GetEnvironmentFilesResponse:
        """Upload a local file, or bytes, to an environment, and return the files that it became there.

        Args:
          path: Path of the file in the environment; with `extract=True` that of a directory.
          file: A path, a file object opened for reading bytes, or the bytes. A file object is read from its current
            position. 8 MiB at a time are kept in memory.
          environment: Id of the environment. `environment_id` is the same.
          mime_type: Media type of the content. Default: that of the name of the file, else "application/octet-stream".
          overwrite: Whether an existing file is replaced.
          extract: Whether the service extracts the content, which is then an archive.
          http_options: HTTP options for this call; their timeout is in milliseconds.
          progress: A function that is called with the number of bytes sent and the total (None if unknown), or True for a
            progress bar of rich or tqdm.

        If the connection breaks, the SDK asks the service how many bytes arrived and resumes the upload from there.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          OSError: The file cannot be read.
          errors.APIError: The service refused the upload, or the connection kept failing.

        Example::

            client.environments.files.upload(environment="my-environment", path="workspace/data.csv", file="data.csv")

        API: `environments.files.upload`.
        """
        return self._run(
            upload(
                self._port,
                path,
                file,
                environment,
                environment_id,
                mime_type,
                {"extract": extract, "overwrite": overwrite},
                http_options,
                progress,
            )
        )

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


class Environments(Resource):
    """Remote environments in which agents work."""

    @cached_property
    def files(self) -> Files:
        """Files in environments."""
        return Files(self._api_client)

    def list_environments(
        self,
        *,
        mode: interaction_types.EnvironmentMode | None = None,
        page_size: int | None = None,
        page_token: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.ListEnvironmentsResponse:
        """Return one page of the environments.

        Args:
          mode: List only environments that are run in this way.
          page_size: Maximum number of items on a page. Default: the service chooses.
          page_token: Token of the page, from the page before. Default: the first page.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            page = client.environments.list_environments(page_size=10)

        API: `environments.list`.
        """
        return self._run(
            send(
                self._port,
                LIST_ENVIRONMENTS,
                Settings(api_version, extra_headers, extra_query, None, timeout),
                mode=mode,
                page_size=page_size,
                page_token=page_token,
            )
        )

    def create_environment(
        self,
        *,
        custom_config: Mapping[str, Any] | None = None,
        from_environment: str | None = None,
        mode: interaction_types.EnvironmentMode | None = None,
        network: interaction_types.CreateEnvironmentRequestNetworkUnion
        | interaction_types.CreateEnvironmentRequestNetworkUnionParam
        | None = None,
        sources: Iterable[interaction_types.Source | interaction_types.SourceParam] | None = None,
        system_instruction: str | None = None,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        extra_body: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.StoredEnvironment:
        """Create an environment in which agents can work.

        Args:
          custom_config: Additional settings as a JSON object.
          from_environment: Id of an existing environment from which the new one starts.
          mode: Who runs the environment.
          network: Network access: an allowlist of domains, or `disabled`.
          sources: Files that the environment contains from the start.
          system_instruction: Instruction for role, tone or rules that belongs to the environment.
          api_version: API version in the path. Default: that of the client.
          extra_headers: Headers in addition to the client's.
          extra_query: Query parameters.
          extra_body: Fields that this release does not know, merged into the request.
          timeout: Seconds that each attempt may take, or the `Timeout` of httpx.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed.

        Example::

            environment = client.environments.create_environment(
                sources=[{"type": "inline", "content": "print(1)", "target": "/workspace/main.py"}], network="disabled"
            )

        API: `environments.create`.
        """
        return self._run(
            send(
                self._port,
                CREATE_ENVIRONMENT,
                Settings(api_version, extra_headers, extra_query, extra_body, timeout),
                custom_config=custom_config,
                from_environment=from_environment,
                mode=mode,
                network=network,
                sources=sources,
                system_instruction=system_instruction,
            )
        )

    def delete_environment(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.Empty:
        """Delete an environment with its files.

        Args:
          id: Id of the environment.
          api_version, extra_headers, extra_query, timeout: As for `list_environments`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for an environment that is unknown.

        Example::

            client.environments.delete_environment("my-environment")

        API: `environments.delete`.
        """
        return self._run(
            send(
                self._port, DELETE_ENVIRONMENT, Settings(api_version, extra_headers, extra_query, None, timeout), id=id
            )
        )

    def get_environment(
        self,
        id: str,
        *,
        api_version: str | None = None,
        extra_headers: Mapping[str, str] | None = None,
        extra_query: Mapping[str, Any] | None = None,
        timeout: float | Any | None = None,
    ) -> interaction_types.StoredEnvironment:
        """Return an environment.

        Args:
          id: Id of the environment.
          api_version, extra_headers, extra_query, timeout: As for `list_environments`.

        Raises:
          ValueError: An argument is invalid; nothing was sent.
          errors.APIError: The call failed. `interactions.NotFoundError` for an environment that is unknown.

        Example::

            environment = client.environments.get_environment("my-environment")

        API: `environments.get`.
        """
        return self._run(
            send(self._port, GET_ENVIRONMENT, Settings(api_version, extra_headers, extra_query, None, timeout), id=id)
        )

    list = list_environments
    create = create_environment
    get = get_environment
    delete = delete_environment

    @property
    def with_raw_response(self) -> RawMethods:
        """The same methods; each returns the HTTP response, and its `parse()` returns the object."""
        from ._interactions.raw import RawMethods

        return RawMethods(self)


__all__ = [
    "CreateEnvironmentRequest",
    "CreateEnvironmentRequestNetworkEnum",
    "CreateEnvironmentRequestNetworkUnion",
    "CreateEnvironmentRequestNetworkUnionParam",
    "CreateEnvironmentRequestParam",
    "Environment",
    "EnvironmentCreateParams",
    "EnvironmentDeleteResponse",
    "EnvironmentFile",
    "EnvironmentFileType",
    "EnvironmentListParams",
    "EnvironmentListResponse",
    "EnvironmentMode",
    "EnvironmentNetworkEnum",
    "EnvironmentNetworkUnion",
    "EnvironmentNetworkUnionTypedDict",
    "EnvironmentStatus",
    "GetEnvironmentFilesResponse",
    "ListEnvironmentsResponse",
    "Status",
    "Type",
]
_RENAMED = {
    "Environment": "StoredEnvironment",
    "EnvironmentCreateParams": "CreateEnvironmentRequestParam",
    "EnvironmentDeleteResponse": "Empty",
    "EnvironmentListParams": "ListEnvironmentsRequestParam",
    "EnvironmentListResponse": "ListEnvironmentsResponse",
    "Status": "EnvironmentStatus",
}
"""The types in `__all__` that have another name in `_interactions.types`."""


if not TYPE_CHECKING:  # checkers know the names from the imports above

    def __getattr__(name: str) -> Any:
        if name not in __all__:
            return async_twin(globals(), name)
        from ._interactions import types

        globals()[name] = value = getattr(types, _RENAMED.get(name, name))  # the next access does not come here
        return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__, "AsyncEnvironments"})
