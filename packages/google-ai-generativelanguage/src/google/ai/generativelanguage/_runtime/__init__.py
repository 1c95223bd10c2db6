"""How the clients work, written once for all services and versions. The clients themselves are generated.

`methods` states what a service is, `calling` how a method is called, `clients` what clients have in common, and `transports`
how requests travel. Importing this package loads neither grpc nor google.api_core.
"""
