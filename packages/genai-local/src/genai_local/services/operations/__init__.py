"""Long-running operations as resources: get, list, wait, cancel, delete."""
