"""`:predict`: one path for models of several kinds, each of which answers in its own way."""
