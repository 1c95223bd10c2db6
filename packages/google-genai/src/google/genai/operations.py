"""`client.operations`: the state of long-running operations, and waiting for their end.

Each method is a shell: a signature, a docstring and one call into `_core.operations`. The async classes in
`_aio.operations` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar, overload

from . import types
from ._core.operations import current_state, wait_for_operation
from ._core.progress import Progress
from ._core.resource import Resource, async_twin

if TYPE_CHECKING:
    from ._aio.operations import AsyncOperations as AsyncOperations

T = TypeVar("T", bound="types.Operation | types.TuningOperation")


class Operations(Resource):
    """The state of long-running operations, and waiting for their end."""

    @overload
    def get(self, operation: T, *, config: types.GetOperationConfigOrDict | None = None) -> T: ...
    @overload
    def get(self, operation: str, *, config: types.GetOperationConfigOrDict | None = None) -> types.Operation: ...
    def get(self, operation: Any, *, config: types.GetOperationConfigOrDict | None = None) -> Any:
        """Return the current state of an operation.

        Args:
          operation: The operation, or its name. The result has the type of the given object; for a name, the form of
            the name decides the type.
          config: HTTP options for this call.

        Raises:
          ValueError: The operation has no name; nothing was sent.
          errors.ClientError: There is no operation with this name (code 404).

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
          timeout_s: Longest time to wait, in seconds; None means no limit. The work itself continues after it.
          poll_s: Seconds before the first poll; later pauses grow up to a minute.
          progress: A function that is called with each new state, or True for a progress bar of rich or tqdm.

        Raises:
          errors.OperationFailedError: The operation ended with an error; `last` is its final state.
          errors.NotDoneError: The operation was not done in time; `last` is its last known state.

        Example::

            operation = client.models.generate_videos(model="veo-3.0-generate-001", prompt="A kite over the sea")
            videos = client.operations.wait(operation, progress=True).response.generated_videos

        API: `operations.get`; `fetchPredictOperation` on Vertex AI.
        """
        return self._run(wait_for_operation(self._port, self.get, operation, timeout_s, poll_s, progress))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
