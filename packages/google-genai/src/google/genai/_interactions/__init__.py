"""The flows behind `client.interactions`: requests, streams that continue, functions that run, errors."""
