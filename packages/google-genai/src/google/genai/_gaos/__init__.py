"""Names of interactions under the paths from which other packages import them; nothing here has logic of its own."""
