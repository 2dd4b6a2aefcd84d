"""Builds staging folders by hand, as `pipeline.reading` would: a page is a few keywords, a crawl is a list of pages."""

import hashlib
import json
import tempfile
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest

from warehouse import staging
from warehouse.ledger import Ledger

DATES = ("signed_date", "published_date", "effective_date", "repealed_date", "in_force_from", "in_force_to")
ISSUER = "云江市人民政府"
CLAUSES = [
    {"path": "一", "label": "一", "heading": "补助标准", "text": "给予最高200万元补助。", "level": 1},
    {"path": "二", "label": "二", "heading": "组织实施", "text": "由市财政局负责。", "level": 1},
]


def day(text):
    return date.fromisoformat(text) if text else None


def at(text):
    """An instant from a day (06:00 in Shanghai) or an ISO 8601 text."""
    found = datetime.fromisoformat(text if "T" in text else f"{text}T06:00:00+08:00")
    return found.astimezone(UTC)


def sha(value):
    return "sha256:" + hashlib.sha256(json.dumps(value, ensure_ascii=False, default=str).encode()).hexdigest()


def clause(path, text, heading=None, **more):
    return {"path": path, "label": path, "heading": heading, "text": text, "level": path.count(".") + 1, **more}


def cites(relation, title=None, number=None, **more):
    row = {"relation": relation, "title": title, "title_norm": title, "number": number, "number_raw": number}
    row |= {name: day(more.pop(name, None)) for name in ("date", "until")}
    return {"quote": f"{relation} {title} {number}"} | row | more


def says(rule, when=None, quote="原文", where="body", term=None):
    return {"rule": rule, "date": when, "quote": quote, "where": where, "term": term}


@cache
def new_warehouse():
    """The bytes of a warehouse that holds nothing: to make one takes longer than many a test."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "new.duckdb"
        Ledger.open(path).close()
        return path.read_bytes()


class Page:
    """One answer: a page read (the default), or an outcome without a reading (missing, failed, unchanged, rejected)."""

    def __init__(
        self, url, outcome="new", *, cause="source", when=None, asked=None, reject=None, source=None, **fields
    ):
        self.url, self.outcome, self.cause, self.when = url, outcome, cause, when
        self.asked, self.reject, self.source, self.fields = asked or url, reject, source, fields


class World:
    """A ledger, and crawls loaded into it."""

    page, clause, cites, says = Page, staticmethod(clause), staticmethod(cites), staticmethod(says)
    day, at, sha = staticmethod(day), staticmethod(at), staticmethod(sha)

    def __init__(self, root):
        self.root = root
        self.path = root / "warehouse" / "policywatch.duckdb"
        self.published = root / "published" / "policies.duckdb"
        if not self.path.exists():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_bytes(new_warehouse())
        self.ledger = Ledger.open(self.path, wait=0)
        self.ledger._connection.execute("SET threads = 1")  # tests share the machine

    # --- in ---

    def policy(self, url="http://city/a", name="云江市甲办法", number="云政发〔2020〕1号", outcome="new", **more):
        """A page that carries a policy of 2020, in force from February on; `more` overrides."""
        about = {k: more.pop(k) for k in ("cause", "when", "asked", "reject", "source") if k in more}
        fields = {
            "title": name, "number": number, "issuers": [ISSUER], "signed_date": "2020-01-02",
            "published_date": "2020-01-05", "effective_date": "2020-02-01",
            "clauses": CLAUSES,
        }  # fmt: skip
        return Page(url, outcome, **about, **(fields | more))

    def news(self, url="http://city/n", *citations, kind="news", published="2021-03-04", **more):
        return Page(url, kind=kind, title=f"{kind} {url}", published_date=published, citations=list(citations), **more)

    def stage(self, when, *pages, verdict="good", source="city", crawl_id=None, reasons=()):
        """A staging folder: one crawl of `source` (None: an ingest), which began, fetched and ended at `when`."""
        started = at(when)
        crawl_id = crawl_id or f"{source or 'ingest'}-{started:%Y%m%dT%H%M%SZ}"
        tables = {name: [] for name in staging.SCHEMAS}
        for page in pages:
            _rows(tables, page, crawl_id, started, page.source or source or "city")
        run = {
            "crawl_id": crawl_id, "source": source, "started_at": started.isoformat(),
            "finished_at": started.isoformat(),
            "verdict": verdict, "reasons": list(reasons), "counts": {"new": len(pages)},
        }  # fmt: skip
        folder = self.root / "staging" / crawl_id
        staging.write(folder, run, {name: staging.table(name, rows) for name, rows in tables.items()})
        return folder

    def crawl(self, when, *pages, **more):
        return self.ledger.load(self.stage(when, *pages, **more))

    def calendar(self, when, **more):
        return self.ledger.calendar(day(when), at(when), **more)

    # --- out ---

    def rows(self, sql, parameters=None):
        return [tuple(row.values()) for row in self.ledger.query(sql, parameters)]

    def one(self, sql, parameters=None):
        (row,) = self.rows(sql, parameters)
        return row[0] if len(row) == 1 else row

    def events(self, *kinds, baseline=False):
        """(kind, title, happened_on as text) of the events, in the order of knowledge; `issued` only on demand."""
        rows = self.rows(
            "SELECT kind, title, CAST(happened_on AS VARCHAR) FROM event ORDER BY detected_at, kind, title"
        )
        if kinds:
            return [row for row in rows if row[0] in kinds]
        return [row for row in rows if baseline or row[0] != "issued"]

    def force(self, title="云江市甲办法", known=None):
        """(from, to, end_kind, disputed) per interval, as known at `known` (default: now)."""
        held = (
            "e.known_to IS NULL"
            if known is None
            else "e.known_from <= $at AND (e.known_to IS NULL OR e.known_to > $at)"
        )
        return self.rows(
            f"""SELECT CAST(e.in_force_from AS VARCHAR), CAST(e.in_force_to AS VARCHAR), e.end_kind, e.disputed
            FROM effect AS e WHERE {held} AND e.policy_id IN (SELECT policy_id FROM policy_version WHERE title = $title)
            ORDER BY e.interval_no""",
            {"title": title} | ({} if known is None else {"at": at(known)}),
        )

    def publish(self):
        self.ledger.publish(self.published)
        return self.published


def _rows(tables, page, crawl_id, started, source):
    when = at(page.when) if page.when else started
    capture_id = hashlib.sha256(f"{source}|{page.url}|{page.asked}|{when.isoformat()}".encode()).hexdigest()[:16]
    place = {
        "capture_id": capture_id,
        "source": source,
        "url": page.asked,
        "canonical_url": page.url,
        "fetched_at": when,
    }
    if page.cause == "source":
        asked = {"crawl_id": crawl_id, "role": "page", "outcome": page.outcome, "digest": sha(page.fields)}
        stored = {"status": 404 if page.outcome == "missing" else 200, "warc_file": "x.warc.gz", "warc_offset": 0}
        tables["captures"].append(place | asked | stored | {"warc_length": 1})
    if page.reject:
        tables["rejected"].append(place | {"stage": "read", "reason": page.reject, "detail": "seen"})
    elif page.outcome in ("new", "changed"):
        _reading(tables, page, place)


def _reading(tables, page, place):
    fields = dict(page.fields)
    clauses, citations, effect = (fields.pop(name, []) for name in ("clauses", "citations", "effect"))
    fields = {name: day(value) if name in DATES else value for name, value in fields.items()}
    defaults = {
        "kind": "policy", "authority": "portal", "issuers": [],
        "text": "\n".join(f"{item['heading'] or ''}{item['text']}" for item in clauses),
        "title_norm": fields.get("title"), "instrument_title_norm": fields.get("instrument_title"),
        "number_raw": fields.get("number"), "parser_version": "1", "attachments": "[]", "evidence": "{}",
        "warnings": [], "joint_issuers": [], "signatories": [],
    }  # fmt: skip
    fields = defaults | fields
    fields.setdefault("issuers_norm", fields["issuers"])
    hashes = {"text_hash": sha(fields["text"]), "reading_hash": sha([page.fields])}
    reading = {"change_cause": page.cause, "effect": json.dumps(effect, ensure_ascii=False)} | hashes
    tables["readings"].append(place | fields | reading)
    for name, rows in (("clauses", clauses), ("citations", citations)):
        for position, row in enumerate(rows):
            tables[name].append({"capture_id": place["capture_id"], "position": position} | row)


@pytest.fixture
def world(tmp_path):
    made = World(tmp_path)
    yield made
    made.ledger.close()


@pytest.fixture(scope="session")
def world_class():
    """The class, for fixtures that make worlds of their own."""
    return World
