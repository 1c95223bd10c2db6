"""What all services are built on: the parts of one server, routes and replies, the request queue, the model names."""
