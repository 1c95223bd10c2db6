"""The executions of triggers, and the scheduler that starts them when the server's clock reaches their time.

The scheduler is one task, which runs while a trigger is active. An execution is a task that waits for its interaction.
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets

from ...framework.api import Api
from ...framework.routing import api_error
from ...protocol.errors import ApiError, JsonObject
from ...protocol.times import timestamp
from ...state.records import Place, Record
from ..interactions.requests import check
from ..interactions.resources import last_events
from ..interactions.runner import prepare_run
from ..interactions.store import Interactions
from .schedules import schedule_of, zone_of

KIND = "triggers"
DEFAULT_TIMEOUT_S = 3600
DEFAULT_FAILURES = 5
MAX_KEPT = 100
"""Number of executions of a trigger that are kept."""
_LOOK_S = 0.05
"""How often the scheduler looks at the clock, which tests can move."""
_GOOD = ("completed", "incomplete", "requires_action")


def executions_of(trigger: Record) -> str:
    """Return the kind of the records of a trigger's executions."""
    return f"{KIND}/{trigger.id}/executions"


def next_time(value: JsonObject, after: float) -> float | None:
    """Return the next time of a trigger's schedule after a time."""
    schedule = schedule_of(value["schedule"], "schedule")
    return schedule.next_after(after, zone_of(value["time_zone"], "time_zone"))


class Scheduler:
    """The scheduler of one server.

    Args:
        api: the server's parts.
    """

    def __init__(self, api: Api) -> None:
        self._api, self._records, self._clock = api, api.records, api.clock
        self._task: asyncio.Task[None] | None = None
        self._is_changed = False

    def clear(self) -> None:
        """Forget the task, which has been cancelled before."""
        self._task, self._is_changed = None, False

    def look(self) -> None:
        """Take changed triggers into account. Call it on the event loop."""
        self._is_changed = True
        if self._task is None or self._task.done():
            self._task = self._api.background.start(self._watch())

    async def _watch(self) -> None:
        """Start executions until no trigger is active."""
        while True:  # ends with the last active trigger, or when the server stops
            self._is_changed = False
            times: list[float] = []
            for trigger in self._records.all_of(KIND):
                due: float | None = trigger.value.get("next_run_time")
                if trigger.value["status"] != "active" or due is None:
                    continue
                if due <= self._clock.now():
                    due = self._start_scheduled(trigger, due)
                if due is not None:
                    times.append(due)
            if not times:
                return
            while self._clock.now() < min(times) and not self._is_changed:  # noqa: ASYNC110 - the clock has no events
                await asyncio.sleep(_LOOK_S)

    def _start_scheduled(self, trigger: Record, due: float) -> float | None:
        """Start the execution whose time has come, and return the next time. Times that were missed are left out."""
        following = next_time(trigger.value, self._clock.now())
        value = {name: item for name, item in trigger.value.items() if name != "next_run_time"}
        value |= {"next_run_time": following} if following is not None else {}
        trigger = self._records.replace(trigger, value)
        newest = self._records.newest(executions_of(trigger), trigger.place, count=1)
        if newest and newest[0].value["status"] == "in_progress":
            now = timestamp(self._clock.now())
            skipped = {"status": "skipped", "error": "The execution before was still in progress.", "end_time": now}
            self._add(trigger, {**skipped, "scheduled_time": timestamp(due)})
        else:
            self.start(trigger, due)
        return following

    def start(self, trigger: Record, scheduled: float | None = None) -> Record:
        """Start an execution and return it.

        Args:
            trigger: the trigger.
            scheduled: its time by the schedule; None for an execution that a client asked for.
        """
        value: JsonObject = {"status": "in_progress", "start_time": timestamp(self._clock.now())}
        if scheduled is not None:
            value["scheduled_time"] = timestamp(scheduled)
        execution = self._add(trigger, value)
        self._api.background.start(self._execute(trigger, execution))
        return execution

    def _add(self, trigger: Record, value: JsonObject) -> Record:
        kind = executions_of(trigger)
        if "environment_id" in trigger.value:
            value["environment_id"] = trigger.value["environment_id"]
        surplus = self._records.newest(kind, trigger.place)[MAX_KEPT - 1 :]
        self._records.delete(surplus)
        return self._records.add(kind, trigger.place, secrets.token_hex(8), {"trigger_id": trigger.id, **value})

    async def _execute(self, trigger: Record, execution: Record) -> None:
        place, given = trigger.place, dict(trigger.value["interaction"])
        if "environment_id" in trigger.value:
            given["environment"] = trigger.value["environment_id"]
        try:
            check(self._api, given, place)
            run = await prepare_run(self._api, place.surface, place.parent, trigger.value["version"], given)
            interaction = run.start_in_background()
        except Exception as error:
            self._end(trigger, execution, "failed", api_error(error).message)
            return
        with contextlib.suppress(ApiError):  # the trigger was deleted meanwhile, and its interaction continues
            execution = self._records.replace(execution, {**execution.value, "interaction_id": interaction.id})
            await self._wait(trigger, execution)

    async def _wait(self, trigger: Record, execution: Record) -> None:
        """Wait for the interaction of an execution, and end both when it takes too long."""
        store, name = self._api.part(Interactions), execution.value["interaction_id"]
        limit_s = trigger.value.get("execution_timeout_seconds", DEFAULT_TIMEOUT_S)
        task = store.tasks.get(name)
        if task is not None:
            await asyncio.wait({task}, timeout=limit_s)
        found = store.find(name)
        if found is not None and found.is_running:
            store.end(found, "cancelled", last_events)
            store.stop(name)
            self._end(trigger, execution, "timed_out", f"The interaction took more than {limit_s} seconds.")
        elif found is None:
            self._end(trigger, execution, "failed", "The interaction was deleted.")
        elif found.status in _GOOD:
            self._end(trigger, execution, "completed", None)
        else:
            problem = (found.problem or {}).get("message", f"The interaction is {found.status}.")
            self._end(trigger, execution, "failed", problem)

    def _end(self, trigger: Record, execution: Record, status: str, problem: str | None) -> None:
        """Store the end of an execution, and disable a trigger after too many failures in a row."""
        now = self._clock.now()
        value = {**execution.value, "status": status, "end_time": timestamp(now)}
        try:
            self._records.replace(execution, {**value, "error": problem} if problem is not None else value)
        except ApiError:
            return  # deleted together with the trigger
        current = self._records.find(KIND, trigger.place, trigger.id)
        if current is None:
            return
        failures: int = 0 if status == "completed" else current.value["consecutive_failure_count"] + 1
        changed: JsonObject = {**current.value, "consecutive_failure_count": failures, "last_run_time": timestamp(now)}
        if "interaction_id" in value:
            changed["previous_interaction_id"] = value["interaction_id"]
        most: int = changed.get("max_consecutive_failures", DEFAULT_FAILURES)
        if failures >= most and changed["status"] == "active":
            changed["status"] = "error"
            changed.pop("next_run_time", None)
        self._records.replace(current, changed)
        self.look()

    def delete(self, trigger: Record) -> None:
        """Remove a trigger with its executions, whose interactions continue."""
        kind, place = executions_of(trigger), trigger.place
        self._records.delete([trigger, *self._records.newest(kind, place)])
        self.look()

    def resume(self) -> None:
        """Continue the triggers of a previous server, and the executions that were in progress."""
        for trigger in self._records.all_of(KIND):
            for execution in self._records.newest(executions_of(trigger), trigger.place):
                if execution.value["status"] != "in_progress":
                    continue
                if "interaction_id" in execution.value:
                    self._api.background.start(self._wait(trigger, execution))
                else:
                    self._end(trigger, execution, "failed", "The server was stopped before the interaction began.")
        self.look()


def trigger_at(api: Api, place: Place, trigger_id: str) -> Record:
    """Return the trigger with this id.

    Raises:
        ApiError: 404 when it does not exist.
    """
    found = api.records.find(KIND, place, trigger_id)
    if found is None:
        raise ApiError(404, f"{KIND}/{trigger_id} does not exist, or was deleted.")
    return found
