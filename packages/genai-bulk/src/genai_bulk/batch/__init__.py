"""Batch jobs of the service: half the price of calls, within a day. Requests go in files, and answers are matched by key."""

from .jobs import JobLimits
from .runner import BatchRun, check_client

__all__ = ["BatchRun", "JobLimits", "check_client"]
