"""How requests travel: over gRPC, blocking and with asyncio, and as HTTP requests with JSON."""
