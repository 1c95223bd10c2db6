"""Voices: those that the server has, and those that clients describe."""
