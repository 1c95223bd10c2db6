"""Prompts of all methods that take one: the checks of their fields, and the text of the files they refer to."""
