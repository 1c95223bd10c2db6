"""The upload protocols of the service: resumable, in one request, and in one request with metadata (multipart).

A service that takes uploads declares a route with `is_upload=True` whose function calls `service.take` with a `Receiver`.
"""
