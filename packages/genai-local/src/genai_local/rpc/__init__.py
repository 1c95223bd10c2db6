"""gRPC next to REST: each call becomes a request to the same application, and the reply's JSON becomes a message.

The packages of the extra `grpc` are imported by the modules here only, and only once gRPC is served.
"""
