"""File search: stores of documents, split into embedded chunks, and the search in them for a prompt."""
