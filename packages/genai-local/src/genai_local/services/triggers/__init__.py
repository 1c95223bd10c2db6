"""Triggers: interactions that the server runs by a schedule."""
