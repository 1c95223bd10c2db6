"""The services of the API, one folder each: `routes` (HTTP and JSON), `checks` (validation), `service` (the work).

A service uses the engine through `Api`, and never imports the routes of another service. Imports between services have
no circles; a test checks this.
"""
