"""Builds staging folders by hand, as `pipeline.reading` would: a page is a few keywords, a crawl is a list of pages."""

import hashlib
import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from warehouse import staging
from warehouse.ledger import Ledger


def day(text):
    return date.fromisoformat(text) if text else None


def at(text):
    """An instant from a day (06:00 in Shanghai) or an ISO 8601 text."""
    found = datetime.fromisoformat(text if "T" in text else f"{text}T06:00:00+08:00")
    return found.astimezone(UTC)


DATES = ("signed_date", "published_date", "effective_date", "repealed_date", "in_force_from", "in_force_to")


def sha(value):
    return "sha256:" + hashlib.sha256(json.dumps(value, ensure_ascii=False, default=str).encode()).hexdigest()


def clause(path, text, heading=None, **more):
    return {"path": path, "label": path, "heading": heading, "text": text, "level": path.count(".") + 1, **more}


def cites(relation, title=None, number=None, **more):
    row = {
        "relation": relation,
        "title": title,
        "title_norm": title,
        "number": number,
        "number_raw": number,
        "quote": f"{relation}《{title}》{number}",
    }
    for name in ("date", "until"):
        row[name] = day(more.pop(name, None))
    return row | more


def statement(rule, when=None, quote="原文", where="body", term=None):
    return {"rule": rule, "date": when, "quote": quote, "where": where, "term": term}


class Page:
    """One answer: a page read (the default), or an outcome without a reading (missing, failed, unchanged, rejected)."""

    def __init__(
        self, url, *, outcome="new", cause="source", when=None, asked=None, reject=None, source=None, **fields
    ):
        self.url, self.outcome, self.cause, self.when, self.asked, self.reject = (
            url,
            outcome,
            cause,
            when,
            asked or url,
            reject,
        )
        self.source, self.fields = source, fields


class Staging:
    """Writes staging folders for one source below `root`."""

    def __init__(self, root, source="city", authority="portal"):
        self.root, self.source, self.authority = root, source, authority

    def crawl(self, when, *pages, verdict="good", crawl_id=None, source="", finished=None, reasons=()):
        source = self.source if source == "" else source
        started = at(when)
        crawl_id = crawl_id or f"{source or 'ingest'}-{started:%Y%m%dT%H%M%SZ}"
        tables = {name: [] for name in staging.SCHEMAS}
        for page in pages:
            self._page(tables, page, crawl_id, started, page.source or source or self.source)
        run = {
            "crawl_id": crawl_id, "source": source, "started_at": started.isoformat(),
            "finished_at": at(finished or when).isoformat(), "verdict": verdict, "reasons": list(reasons), "counts": {},
        }  # fmt: skip
        folder = self.root / crawl_id
        staging.write(folder, run, {name: staging.table(name, rows) for name, rows in tables.items()})
        return folder

    def _page(self, tables, page, crawl_id, started, source):
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
            self._reading(tables, page, place)

    def _reading(self, tables, page, place):
        fields = dict(page.fields)
        clauses, citations = fields.pop("clauses", []), fields.pop("citations", [])
        effect = fields.pop("effect", [])
        fields = {name: day(value) if name in DATES else value for name, value in fields.items()}
        fields.setdefault("kind", "policy")
        fields.setdefault("authority", self.authority)
        fields.setdefault("text", "\n".join(item["text"] for item in clauses))
        fields.setdefault("title_norm", fields.get("title"))
        fields.setdefault("instrument_title_norm", fields.get("instrument_title"))
        fields.setdefault("issuers", [])
        fields.setdefault("issuers_norm", fields["issuers"])
        fields.setdefault("number_raw", fields.get("number"))
        fields.setdefault("parser_version", "1")
        tables["readings"].append(
            place | fields | {
                "change_cause": page.cause, "effect": json.dumps(effect, ensure_ascii=False), "text_hash": sha(fields["text"]),
                "reading_hash": sha([fields, clauses, citations, effect]), "attachments": "[]", "evidence": "{}", "warnings": [],
                "joint_issuers": [], "signatories": [],
            }
        )  # fmt: skip
        for name, rows in (("clauses", clauses), ("citations", citations)):
            for position, row in enumerate(rows):
                tables[name].append({"capture_id": place["capture_id"], "position": position} | row)


@pytest.fixture
def stage(tmp_path):
    return Staging(tmp_path / "staging")


@pytest.fixture
def ledger(tmp_path):
    with Ledger.open(tmp_path / "warehouse" / "policywatch.duckdb", wait=0) as opened:
        yield opened


@pytest.fixture
def warehouse_path(tmp_path):
    return Path(tmp_path / "warehouse" / "policywatch.duckdb")
