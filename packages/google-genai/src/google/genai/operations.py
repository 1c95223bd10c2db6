"""`client.operations`: what has become of work that the service does on its own time.

Each method is a shell; the flow is in `_core.operations`. The async twins in `_aio.operations` are generated from this
file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from . import types
from ._core.operations import current_state, wait_for_operation
from ._core.resource import Resource, async_twin

if TYPE_CHECKING:
    from ._aio.operations import AsyncOperations as AsyncOperations
    from ._core.progress import Progress

T = TypeVar("T", bound="types.Operation | types.TuningOperation")


class Operations(Resource):
    """What has become of work that the service does on its own time."""

    @overload
    def get(self, operation: T, *, config: types.GetOperationConfigOrDict | None = None) -> T: ...
    @overload
    def get(self, operation: str, *, config: types.GetOperationConfigOrDict | None = None) -> types.Operation: ...
    def get(self, operation: Any, *, config: types.GetOperationConfigOrDict | None = None) -> Any:
        """Return an operation as it is now.

        Args:
          operation: The operation as it was returned last; the answer is of the same type. The name of an operation
            does as well: the answer's type follows from it.
          config: HTTP options for this call.

        Raises:
          ValueError: The operation has no name; nothing was sent.
          errors.ClientError: There is no such operation (code 404).

        Example::

            operation = client.models.generate_videos(model="veo-3.0-generate-001", prompt="A kite over the sea")
            while not operation.done:
                time.sleep(10)
                operation = client.operations.get(operation)
            if operation.error:
                print(operation.error["message"])

        API: `operations.get`; `fetchPredictOperation` on Vertex AI.
        """
        return self._run(current_state(self._port, operation, config))

    @overload
    def wait(
        self,
        operation: T,
        *,
        timeout_s: float | None = 3_600.0,
        poll_s: float = 2.0,
        progress: Progress | None = None,
    ) -> T: ...
    @overload
    def wait(
        self,
        operation: str,
        *,
        timeout_s: float | None = 3_600.0,
        poll_s: float = 2.0,
        progress: Progress | None = None,
    ) -> types.Operation: ...
    def wait(
        self,
        operation: Any,
        *,
        timeout_s: float | None = 3_600.0,
        poll_s: float = 2.0,
        progress: Progress | None = None,
    ) -> Any:
        """Return an operation once it is done.

        Args:
          operation: The operation, or its name.
          timeout_s: Seconds to wait at most; None waits without end. The work goes on after it.
          poll_s: Seconds before the first question; the pauses grow to a minute.
          progress: A function that is called with each state, or True for a bar of rich or tqdm.

        Raises:
          errors.OperationFailedError: It ended with an error; `last` holds it.
          errors.NotDoneError: It was not done in time; `last` holds it.

        Example::

            operation = client.models.generate_videos(model="veo-3.0-generate-001", prompt="A kite over the sea")
            videos = client.operations.wait(operation, progress=True).response.generated_videos

        API: `operations.get`; `fetchPredictOperation` on Vertex AI.
        """
        return self._run(wait_for_operation(self._port, self.get, operation, timeout_s, poll_s, progress))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
