__version__ = "2.34.0"
"""The release of the official distribution that this package is compatible with."""
