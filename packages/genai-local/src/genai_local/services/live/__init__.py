"""Live sessions of both surfaces: conversations over a WebSocket."""
