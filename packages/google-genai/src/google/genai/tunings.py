"""`client.tunings`: jobs that tune models on your own examples.

Each method is a shell: a signature, a docstring and one call into `_core`. `_ops.tunings` lists the operations of the
service. The async classes in `_aio.tunings` are generated from this file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import types
from ._core.invoke import invoke
from ._core.progress import Progress
from ._core.resource import Resource, async_twin
from ._core.tunings import tune, wait_for_tuning
from ._ops.tunings import CANCEL, GET, LIST, VALIDATE_REWARD
from .pagers import Pager

if TYPE_CHECKING:
    from ._aio.tunings import AsyncTunings as AsyncTunings


class Tunings(Resource):
    """Jobs that tune models on your own examples."""

    def tune(
        self,
        *,
        base_model: str,
        training_dataset: types.TuningDatasetOrDict,
        config: types.CreateTuningJobConfigOrDict | None = None,
    ) -> types.TuningJob:
        """Start to tune a model, and return the job.

        Args:
          base_model: The model to tune. On Vertex AI it may be a tuned model, `projects/…`, to tune it further.
          training_dataset: Inline examples on the Developer API; on Vertex AI the address of a file with examples.
          config: Method, epochs, learning rate, names; see `types.CreateTuningJobConfig`.

        Raises:
          ValueError: An argument is invalid, or the backend does not support it; nothing was sent.
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
        """Return the current state of a job.

        Args:
          name: `projects/…/tuningJobs/…`, or `tunedModels/…` on the Developer API; or the id alone.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid tuning job name; nothing was sent.
          errors.ClientError: There is no tuning job with this name (code 404).

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
        """Return a job once its tuned model is ready.

        Args:
          job: The job, or its name.
          timeout_s: Longest time to wait, in seconds; None means no limit. The work itself continues after it.
          poll_s: Seconds before the first poll; later pauses grow up to a minute.
          progress: A function that is called with each new state, or True for a progress bar of rich or tqdm.

        Raises:
          errors.OperationFailedError: The job failed or was cancelled; `last` is its final state.
          errors.NotDoneError: The job was not done in time; `last` is its last known state.

        Example::

            job = client.tunings.wait(job=job)

        API: `tuningJobs.get`; `tunedModels.get` on the Developer API.
        """
        return self._run(wait_for_tuning(self._port, self.get, job, timeout_s, poll_s, progress))

    def cancel(
        self, *, name: str, config: types.CancelTuningJobConfigOrDict | None = None
    ) -> types.CancelTuningJobResponse:
        """Cancel a job, and return the HTTP response as an object.

        Args:
          name: As for `get`.
          config: HTTP options for this call.

        Raises:
          ValueError: `name` is not a valid tuning job name; nothing was sent.
          errors.ClientError: There is no tuning job with this name (code 404).

        Example::

            client.tunings.cancel(name=job.name)

        API: `tuningJobs.cancel`.
        """
        return self._run(invoke(self._port, CANCEL, name=name, config=config))

    def validate_reward(
        self,
        *,
        parent: str,
        sample_response: types.ContentUnionDict,
        example: types.ReinforcementTuningExampleOrDict,
        single_reward_config: types.SingleReinforcementTuningRewardConfigOrDict | None = None,
        composite_reward_config: types.CompositeReinforcementTuningRewardConfigOrDict | None = None,
        config: types.ValidateRewardConfigOrDict | None = None,
    ) -> types.ValidateRewardResponse:
        """Return the reward that a training would give to an answer, to check graders before a job. Vertex AI only.

        Args:
          parent: Location in which the graders run, `projects/…/locations/…`.
          sample_response: The answer to grade: a turn, or its text.
          example: The example that the answer belongs to, with the references that the graders use.
          single_reward_config: One grader.
          composite_reward_config: Several graders with weights, in place of `single_reward_config`.
          config: HTTP options for this call.

        Raises:
          ValueError: An argument is invalid, or the client calls the Developer API; nothing was sent.
          errors.APIError: The call failed. The error of a grader is part of the result instead.

        Example::

            result = client.tunings.validate_reward(
                parent="projects/my-project/locations/us-central1",
                sample_response="Paris",
                example={"references": {"capital": "Paris"}},
                single_reward_config={
                    "reward_name": "capital",
                    "string_match_reward_scorer": {
                        "correct_answer_reward": 1.0,
                        "string_match_expression": {"match_operation": "EXACT_MATCH", "expression": "{capital}"},
                    },
                },
            )
            print(result.overall_reward)

        API: `tuningJobs.validateReinforcementTuningReward`.
        """
        return self._run(
            invoke(
                self._port,
                VALIDATE_REWARD,
                parent=parent,
                sample_response=sample_response,
                example=example,
                single_reward_config=single_reward_config,
                composite_reward_config=composite_reward_config,
                config=config,
            )
        )

    def list(self, *, config: types.ListTuningJobsConfigOrDict | None = None) -> Pager[types.TuningJob]:
        """Return a pager over the jobs; iterating fetches further pages as needed.

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
