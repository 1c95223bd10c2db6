"""Everything that touches a network, a clock or a process: transports, retries, credentials, backends, event streams."""
