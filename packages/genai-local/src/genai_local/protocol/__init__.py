"""The wire form of the Gemini API: messages, errors, schemas, times, filters, pages, streams and upload headers.

It contains no state and does no I/O. It must not import any other folder of the package.
"""
