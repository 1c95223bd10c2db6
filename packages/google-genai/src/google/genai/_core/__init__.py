"""The logic behind the public methods, written once as `async def` over a port. No I/O library is known here."""
