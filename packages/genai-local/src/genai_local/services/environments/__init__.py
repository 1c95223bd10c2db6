"""Environments: folders of the server with files that clients upload, list and download."""
