"""Batches: many requests in one job, answered in the background; the results are available when all are done."""
