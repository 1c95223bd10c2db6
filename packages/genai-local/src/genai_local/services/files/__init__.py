"""Files of the Developer API: upload, list, get, delete, and download of generated files."""
