"""Long-running operations, which the service continues after the call has returned, and the options for polling them.

Knows no result of a specific kind of operation: the class for each kind is in the module of its results.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any

from typing_extensions import Self

from .._wire.marks import LOCAL
from ._base import Model
from ._http import HttpOptions

if TYPE_CHECKING:
    from .._wire.marks import BackendName


class Operation(Model):
    """State of a long-running operation. API: `google.longrunning.Operation`.

    An object contains the state at the time when it was fetched and does not change; `operations.get` fetches a new one.
    Subclasses for specific kinds of operation define the type of `response`.
    """

    name: str | None = None
    """Resource name of the operation, used by `operations.get`."""

    metadata: dict[str, Any] | None = None
    """Information such as the progress; the keys depend on the kind of operation."""

    done: bool | None = None
    """True when the operation has succeeded or failed; None or False while it is running."""

    error: dict[str, Any] | None = None
    """Why the operation failed, a `google.rpc.Status` such as {"code": 3, "message": "..."}; None while it is running
    and after success."""

    response: Any = None
    """Result of the operation; None while it is running and after a failure."""

    @classmethod
    def from_api_response(cls, api_response: Any, is_vertex_ai: bool = False) -> Self:
        """Return the operation that a decoded reply describes.

        Args:
          api_response: The reply as a dict.
          is_vertex_ai: Whether Vertex AI sent it; replies of the Developer API have a different layout.
        """
        from .._wire.reply import read

        backend: BackendName = "vertex" if is_vertex_ai else "gemini"
        return read(cls, backend, json.dumps(api_response).encode())


class GetOperationConfig(Model):
    """Options for `operations.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class FetchPredictOperationConfig(Model):
    """Options for polling an operation of a model, such as video generation. Vertex AI only.

    API: `fetchPredictOperation`.
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class ProjectOperation(Model):
    """State of a long-running operation that belongs to a Vertex AI project as a whole. Vertex AI only.

    API: `google.longrunning.Operation`.
    """

    name: str | None = None
    """Resource name of the operation, with project and location:
    "projects/.../locations/.../operations/..."."""

    metadata: dict[str, Any] | None = None
    """Information such as the progress; the keys depend on the kind of operation."""

    done: bool | None = None
    """True when the operation has succeeded or failed; None or False while it is running."""

    error: dict[str, Any] | None = None
    """Why the operation failed, a `google.rpc.Status` such as {"code": 3, "message": "..."}; None while it is running
    and after success."""
