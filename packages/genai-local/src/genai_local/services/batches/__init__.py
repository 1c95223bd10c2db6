"""Batches: requests that are taken together, answered one by one in the background and told together when all are done."""
