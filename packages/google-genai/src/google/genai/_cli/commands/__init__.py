"""The commands: one module each, listed in `_cli.table`."""
