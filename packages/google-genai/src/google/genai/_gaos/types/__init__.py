"""The types of interactions under a path from which other packages import them."""
