"""Limits by which the server refuses or delays requests, as the service does: rates, quotas, shares, latencies."""

PATH = "local/limits"
"""The path of this server, not of the API, under which programs read and change the limits."""
