"""The upload protocols: resumable, raw (one request), and multipart (one request with metadata).

A service with uploads declares a route with `is_upload=True`, whose function calls `service.take` with a `Receiver`.
"""
