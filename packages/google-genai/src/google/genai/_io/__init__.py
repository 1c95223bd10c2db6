"""All code that uses a network, a clock or a process: transports, retries, credentials, backends, event streams."""
