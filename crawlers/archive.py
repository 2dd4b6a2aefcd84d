"""The archive's public face: what other packages use of it.

What belongs here: names, gathered. What does not: code. Writing is in `store.py`, reading in `captures.py`, the file
format in `warc.py`, finding captures in `index.py`, other people's files in `foreign.py`, pages that came otherwise
than by a crawl in `saved.py`.
"""

from crawlers.captures import Capture, read_capture
from crawlers.foreign import BadRecord, Shelf, iter_warc
from crawlers.index import Known
from crawlers.saved import SavedPage, SavedRun, saved_crawl_id, write_saved
from crawlers.store import Archive, Stored
from crawlers.warc import Place

__all__ = [
    "Archive",
    "BadRecord",
    "Capture",
    "Known",
    "Place",
    "SavedPage",
    "SavedRun",
    "Shelf",
    "Stored",
    "iter_warc",
    "read_capture",
    "saved_crawl_id",
    "write_saved",
]
