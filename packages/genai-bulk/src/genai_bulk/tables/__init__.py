"""Sources and sinks: Parquet, JSON Lines, CSV and Arrow tables as rows, and rows as files.

Nothing here knows the journal, requests or the service. pyarrow is imported when a source or a sink is opened.
"""

from .sink import Sink
from .sinks import check_sink, open_sink
from .source import BadRow, Source
from .sources import open_source

__all__ = ["BadRow", "Sink", "Source", "check_sink", "open_sink", "open_source"]
