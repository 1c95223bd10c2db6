"""Webhooks: addresses on this machine that the server calls, signed, when work has ended."""
