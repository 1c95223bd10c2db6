"""Videos: `:predictLongRunning` of video models, and the download of what it made."""
