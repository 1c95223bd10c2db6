"""Cached contents on both surfaces: beginnings of prompts, stored under a name until they expire."""
