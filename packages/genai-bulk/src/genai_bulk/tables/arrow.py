"""pyarrow for the modules of this package, as `Any`: pyarrow has no annotations. Importing it takes 80 ms, so import it late."""

from typing import Any

import pyarrow
import pyarrow.parquet

pa: Any = pyarrow
pq: Any = pyarrow.parquet
