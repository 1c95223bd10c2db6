"""The limiter: when the next call may start. Nothing in this package sends, waits or reads a clock."""

from .outcomes import Outcome
from .shared import Lease, LeasedLimiter, Report, SharedLimiter
from .single import Limiter, State, Ticket

__all__ = ["Lease", "LeasedLimiter", "Limiter", "Outcome", "Report", "SharedLimiter", "State", "Ticket"]
