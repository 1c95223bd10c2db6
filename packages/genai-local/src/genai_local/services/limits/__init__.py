"""The limits of the server over HTTP, for programs in other processes."""
