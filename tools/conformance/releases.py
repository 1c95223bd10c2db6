"""The official releases that are compared, and which outcomes are recorded."""

from __future__ import annotations

RELEASES = ("1.51.0", "2.34.0", "3.6.1")
"""The first release of the contract, the newest one with the number of this distribution, and the newest one of all. `intended.json`
refers to them."""
BASES = {"1.51.0": None, "3.6.1": "1.51.0"}
"""The recorded releases. For a release with a base, only outcomes that differ from those of the base are recorded."""
