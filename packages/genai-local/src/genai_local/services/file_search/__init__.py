"""File search: stores of documents that are cut into chunks and embedded, and the search in them for a prompt."""
