"""The services of the API, one folder each: `routes` (HTTP and JSON), `checks` (what is refused), `service` (the work).

A service speaks to the engine through `Api` and never to another service's routes.
"""
