"""`client.tunings`: models that learn from examples of your own.

Each method is a shell: what people see of it. What the service offers is stated in `_ops.tunings`, the flows in `_core`.
The async twins in `_aio.tunings` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import types
from ._core.invoke import invoke
from ._core.resource import Resource, async_twin
from ._core.tunings import tune, wait_for_tuning
from ._ops.tunings import CANCEL, GET, LIST

if TYPE_CHECKING:
    from ._aio.tunings import AsyncTunings as AsyncTunings
    from ._core.progress import Progress
    from .pagers import Pager


class Tunings(Resource):
    """Models that learn from examples of your own."""

    def tune(
        self,
        *,
        base_model: str,
        training_dataset: types.TuningDatasetOrDict,
        config: types.CreateTuningJobConfigOrDict | None = None,
    ) -> types.TuningJob:
        """Start to tune a model, and return the job.

        Args:
          base_model: The model to start from; on Vertex AI the name of a tuned one, `projects/…`, goes on from that.
          training_dataset: Examples in line on the Developer API; on Vertex AI the address of a file of them.
          config: Method, epochs, rates, names; see `types.CreateTuningJobConfig`.

        Raises:
          ValueError: An argument has the wrong shape, or the backend does not take it; nothing was sent.
          errors.APIError: The call failed.

        Example::

            job = client.tunings.tune(
                base_model="gemini-2.0-flash-001",
                training_dataset=types.TuningDataset(gcs_uri="gs://my-bucket/examples.jsonl"),
                config={"tuned_model_display_name": "Second try", "epoch_count": 3},
            )
            model = client.tunings.wait(job=job).tuned_model

        API: `tuningJobs.create`; `tunedModels.create` on the Developer API.
        """
        return self._run(tune(self._port, base_model, training_dataset, config))

    def get(self, *, name: str, config: types.GetTuningJobConfigOrDict | None = None) -> types.TuningJob:
        """Return a job as it is now.

        Args:
          name: `projects/…/tuningJobs/…`, or `tunedModels/…` on the Developer API; the id alone does as well.
          config: HTTP options for this call.

        Raises:
          ValueError: The name is no name of a tuning job; nothing was sent.
          errors.ClientError: There is none of that name (code 404).

        Example::

            print(client.tunings.get(name=job.name).state)

        API: `tuningJobs.get`; `tunedModels.get` on the Developer API.
        """
        return self._run(invoke(self._port, GET, name=name, config=config))

    def wait(
        self,
        *,
        job: types.TuningJob | str,
        timeout_s: float | None = 86_400.0,
        poll_s: float = 10.0,
        progress: Progress | None = None,
    ) -> types.TuningJob:
        """Return a job once it has made its model.

        Args:
          job: The job, or its name.
          timeout_s: Seconds to wait at most; None waits without end. The work goes on after it.
          poll_s: Seconds before the first question; the pauses grow to a minute.
          progress: A function that is called with each state, or True for a bar of rich or tqdm.

        Raises:
          errors.OperationFailedError: The job failed or was cancelled; `last` holds it.
          errors.NotDoneError: It was not done in time; `last` holds it.

        Example::

            job = client.tunings.wait(job=job)

        API: `tuningJobs.get`; `tunedModels.get` on the Developer API.
        """
        return self._run(wait_for_tuning(self._port, self.get, job, timeout_s, poll_s, progress))

    def cancel(self, *, name: str, config: types.CancelTuningJobConfigOrDict | None = None) -> None:
        """Have a job stop.

        Args:
          name: As for `get`.
          config: HTTP options for this call.

        Raises:
          ValueError: The name is no name of a tuning job; nothing was sent.
          errors.ClientError: There is none of that name (code 404).

        Example::

            client.tunings.cancel(name=job.name)

        API: `tuningJobs.cancel`.
        """
        return self._run(invoke(self._port, CANCEL, name=name, config=config))

    def list(self, *, config: types.ListTuningJobsConfigOrDict | None = None) -> Pager[types.TuningJob]:
        """Return the jobs, page by page; iterating goes through all pages.

        Example::

            for job in client.tunings.list():
                print(job.name, job.state)

        API: `tuningJobs.list`; `tunedModels.list` on the Developer API.
        """
        return self._pages("tuning_jobs", self._list, config)

    def _list(self, *, config: types.ListTuningJobsConfigOrDict | None = None) -> types.ListTuningJobsResponse:
        """Return one page of jobs."""
        return self._run(invoke(self._port, LIST, config=config))


def __getattr__(name: str) -> object:
    return async_twin(globals(), name)
