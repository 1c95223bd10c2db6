"""The outcomes of a call that the limiter distinguishes. It does not know HTTP or the SDK: callers translate."""

from __future__ import annotations

from enum import Enum


class Outcome(Enum):
    """The end of a call, as far as the rate is concerned."""

    DONE = "done"
    """The service processed the call. An error that depends on the request, such as 400, counts too."""
    REFUSED = "refused"
    """The service refused the call because of its rate: 429."""
    BROKEN = "broken"
    """The call failed for a reason outside the request: 5xx, a lost connection, a time limit."""
