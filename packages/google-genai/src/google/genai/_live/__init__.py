"""Live sessions: the messages (`protocol`), the connection, the session with its reader, resumption, and functions."""
