"""Cached contents on both surfaces: the beginning of a prompt, kept under a name until its time is over."""
