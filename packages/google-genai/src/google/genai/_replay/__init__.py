"""Recording and replaying of a client's traffic: transports below the port, the files, and what of a request counts."""
