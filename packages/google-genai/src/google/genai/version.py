__version__ = "1.51.0"
"""The release of the official distribution that this package is compatible with."""
