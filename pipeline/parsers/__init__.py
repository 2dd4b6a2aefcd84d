"""Archived page in, typed record out: pure functions, no network, no clock, no database.

What belongs here: everything that reads a page. What does not: fetching it (`crawlers`), storing it (`warehouse`).
The way through: decode -> dom -> walk -> place -> box and structure -> kind -> fields, clauses, force, citations ->
page.
"""

from pipeline.parsers.page import PARSER_VERSION, prepare_page, read_page, read_text
from pipeline.parsers.prepared import Prepared
from pipeline.parsers.records import Hints, Listed, PageRecord, Unreadable

__all__ = [
    "PARSER_VERSION",
    "Hints",
    "Listed",
    "PageRecord",
    "Prepared",
    "Unreadable",
    "prepare_page",
    "read_page",
    "read_text",
]
