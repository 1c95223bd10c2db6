"""Credentials: secrets that clients store, and that no reply contains."""
