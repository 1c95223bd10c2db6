"""Own what all long-running operations have in common, work that the service goes on with after the call has
returned, and the options for asking about it. Must not know what any kind of work results in: a class for each kind
stands beside its results.
"""

import json
from typing import TYPE_CHECKING, Annotated, Any

from .._wire.marks import LOCAL
from ._base import Model
from ._http import HttpOptions

if TYPE_CHECKING:
    from typing_extensions import Self

    from .._wire.marks import BackendName


class Operation(Model):
    """State of a piece of work that the service does in its own time. API: `google.longrunning.Operation`.

    An object shows the state when it was fetched and does not change; `operations.get` fetches a new one. Classes for a
    kind of work derive from this one and say more of `response`.
    """

    name: str | None = None
    """Resource name under which the service knows the work; `operations.get` asks by it."""

    metadata: dict[str, Any] | None = None
    """Facts about the work, such as its progress; which ones depends on the kind of work."""

    done: bool | None = None
    """True when the work has ended, well or badly; None or False while it goes on."""

    error: dict[str, Any] | None = None
    """Why the work failed, a `google.rpc.Status` such as {"code": 3, "message": "..."}; None while it goes on and
    after success."""

    response: Any = None
    """What the work gave; None while it goes on and after a failure."""

    @classmethod
    def from_api_response(cls, api_response: Any, is_vertex_ai: bool = False) -> "Self":
        """Return the operation that a decoded reply describes.

        Args:
          api_response: The reply as a dict.
          is_vertex_ai: Whether Vertex AI sent it; replies of the Developer API are laid out in another way.
        """
        from .._wire.reply import read

        backend: BackendName = "vertex" if is_vertex_ai else "gemini"
        return read(cls, backend, json.dumps(api_response).encode())


class GetOperationConfig(Model):
    """Hold the options of `operations.get`."""

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class FetchPredictOperationConfig(Model):
    """Hold the options for asking about an operation of a model, such as video generation. Vertex AI only.

    API: `fetchPredictOperation`.
    """

    http_options: Annotated[HttpOptions | None, LOCAL] = None
    """Transport settings for this call alone; they override those of the client field by field."""


class ProjectOperation(Model):
    """State of a piece of work that belongs to a Vertex AI project as a whole. Vertex AI only.

    API: `google.longrunning.Operation`.
    """

    name: str | None = None
    """Resource name under which the service knows the work, with project and location:
    "projects/.../locations/.../operations/..."."""

    metadata: dict[str, Any] | None = None
    """Facts about the work, such as its progress; which ones depends on the kind of work."""

    done: bool | None = None
    """True when the work has ended, well or badly; None or False while it goes on."""

    error: dict[str, Any] | None = None
    """Why the work failed, a `google.rpc.Status` such as {"code": 3, "message": "..."}; None while it goes on and
    after success."""
