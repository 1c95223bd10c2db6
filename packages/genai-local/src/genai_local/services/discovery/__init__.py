"""The description of the API that `google-api-python-client` reads."""
