"""Videos: `:predictLongRunning` of video models."""
