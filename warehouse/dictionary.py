"""What every published table and column means: said once per name, attached to the data as comments.

What belongs here: the words, and the page made of them. What does not: the tables (`migrations/`, `views/`). Columns of
one name mean the same wherever they stand; the few that do not are told apart by table.
"""

from collections.abc import Iterator
from typing import Final

from warehouse.steps import Steps

COMPRESSED: Final[dict[str, dict[str, str]]] = {
    "body_text": {"text": "zstd"},
    "measure_version": {"text": "uncompressed"},
}
"""How the long texts are stored for analysts. `search` goes through every clause; zstd would make it twice as slow."""

TABLES: Final[dict[str, str]] = {
    "policies": "One row per policy, as known now, with its force and today's status. Start here.",
    "measures": "One row per numbered clause of a policy's present text.",
    "changes": "One row per event: issued, revised, repealed, expired and so on, with legal date and knowledge time.",
    "citations": "One row per naming of one document by another that stands now, bound to the policy it means or not.",
    "pages": "One row per page (canonical address) that ever answered, with its state and the policy that it carries.",
    "sources": "One row per portal section, with its last good check: how fresh every answer is.",
    "calendar": "One row per day on which a policy commences, is suspended, resumes, expires or is repealed.",
    "source": "One row per portal section, as stored; see `sources`.",
    "crawl": "One row per run that was loaded, with its verdict.",
    "page": "One row per page, as stored; see `pages`.",
    "page_version": "One row per distinct reading of a page. known_from and known_to say when it stood.",
    "body_text": "The body of a document in normal form, once per distinct text.",
    "policy": "One row per policy (a work, whatever pages carry it): its id, its key and when it became known.",
    "policy_link": "One row per policy found to be another (merged, replaced) or two (split, moved).",
    "policy_version": "One row per distinct state of a policy's fields, taken from its most authoritative page.",
    "measure_version": "One row per distinct state of a clause; measure_id lasts through renumbering and edits.",
    "citation": "One row per citation and span of time in which it stood; see `citations`.",
    "decision": "One row per decision of a person about what a document names: bound by hand, to none, or undone.",
    "effect": "One row per interval of force, as held true from known_from to known_to.",
    "measure_effect": "One row per measure with a force of its own, as held true from known_from to known_to.",
    "event": "One row per event, as stored; see `changes`.",
    "standing": "One row per interval of force, version of its policy and span of time; what `in_force` asks.",
    "search_text": "One row per policy: what `search` looks through besides the clauses.",
    "rejected": "One row per answer that could not be read, with the reason.",
    "schema_version": "The version of the schema.",
}

MACROS: Final[dict[str, str]] = {
    "present": "present(): now, or the session's variable policywatch_now (SET VARIABLE policywatch_now = '…').",
    "present_day": "present_day(): the day of present() in the portals' zone.",
    "edition": "edition(): which state of the warehouse this is; another name with every publication.",
    "known_at": "known_at(as_known_at): that instant; present() where it is null.",
    "policies_on": "policies_on(on_date, as_known_at := NULL): `policies` as of a day, as known then.",
    "force_on": "force_on(on_date, as_known_at := NULL): status and reason of every policy on a day.",
    "in_force": "in_force(on_date, as_known_at := NULL): the policies in force on a day, as known at an instant.",
    "status_of": "status_of(policy_id, on_date, as_known_at := NULL): one policy's status on a day, and why.",
    "measures_in_force": "measures_in_force(policy_id, on_date, as_known_at := NULL): its measures that hold then.",
    "surviving": "surviving(id, as_known_at := NULL): the policy that an id leads to, as known at an instant.",
    "changes_between": "changes_between(a, b): the events that became known from instant a on and before b.",
    "history_of": "history_of(policy_id): versions, force and events of one policy in the order of our knowledge.",
    "repeal_graph": "repeal_graph(policy_id): who repealed, amended, extended or suspended whom, over all steps.",
    "search": "search(words, most := 50): policies that hold all the words, best first, with the clause.",
    "simplified": "simplified(text): traditional characters as simplified ones, each by itself.",
    "plain": "plain(text): half-width, plain quotes and brackets.",
    "folded": "folded(text): plain and in lower case: the form in which `search` compares titles.",
    "needles": "needles(words): what `search` looks for: a bit per word, 256 for the phrase.",
}

COLUMNS: Final[dict[str, str]] = {
    "action": "What was decided: bind (to the policy), none (to nothing that we hold), undo (as before).",
    "after": "What is true after the event: JSON object of the fields that changed, `measures` for clauses.",
    "amounts": "Sums and shares in the clause: JSON list of value, unit, limit (cap, floor, exact), quote, per.",
    "attachments": "Files that belong to the document: JSON list of title and url.",
    "authority": "How much the page says: issuer (its own site), portal (government), media, repost.",
    "bad_streak": "Runs in a row that were not good.",
    "before": "What was true before the event: JSON object of the fields that changed, `measures` for clauses.",
    "binding_rule": "What tied the citation to the policy: number, number and title, title and issuer, by hand, …",
    "binding_score": "How sure the binding is, 0 to 1; below 0.8 nothing is bound.",
    "bodies": "The bodies named as responsible at the end of the clause.",
    "bound_at": "When the citation was bound.",
    "bound_number": "Number of the policy that the citation is bound to.",
    "bound_policy_id": "The policy that the citation means; null while that is not known.",
    "bound_title": "Title of the policy that the citation is bound to.",
    "canonical_url": "The page's address, mirrors folded into the original.",
    "cause_source": "The source whose run brought the event.",
    "capture_id": "The answer that this was read from.",
    "change_cause": "Why it changed: source (the page did) or parser (the same bytes, read by a newer reader).",
    "citation_id": "The citation: page, relation, named document, scope and days.",
    "citing_number": "Number of the document that names the other.",
    "citing_title": "Title of the document that names the other.",
    "content_hash": "Hash of what the document says (fields and text, not its force).",
    "counts": "Pages asked by outcome: JSON object.",
    "crawl_id": "The run that brought it.",
    "decided_at": "When it was decided (UTC).",
    "decision_id": "The decision of a person by which the citation is bound.",
    "day": "The first day of the new state.",
    "detail": "What the reader or the archive said of it.",
    "detected_at": "When we learned it (UTC).",
    "disputed": "True where evidence contradicts what won: the portal's word, a repeal, the document's own term.",
    "effect": "What the document and its box say of its own force: JSON list of rule, date, quote, where, term.",
    "effective_date": "Day from which it applies, as printed in the box.",
    "effective_date_raw": "effective_date as printed.",
    "end_kind": "Why force ends: term, extension, default_term (inferred), repealed (by a document), repealed_stated "
    "(the portal's day), status_stated (the portal's word, day approximate), suspended; null where it is open.",
    "end_policy_id": "The document that ends it.",
    "end_quote": "The words that end it.",
    "end_rule": "The rule that gave the end.",
    "begins_on": "First day on which it is held to be in force: in_force_from, else the day by which it was.",
    "held_from": "Since when both the interval and the version are held true (UTC).",
    "held_to": "Until when, exclusive (UTC); infinity while they are.",
    "ends_on": "The new last day that the citation names, for extensions.",
    "event_id": "The event; the same for the same change, however often it is loaded.",
    "expiries": "Single provisions of the clause that end by a day of their own: JSON list of what, date, quote.",
    "evidence": "Where each value stood and the words: JSON.",
    "fetched_at": "When the answer came (UTC).",
    "finished_at": "When the run ended (UTC).",
    "first_good_crawl_id": "The first good crawl: its findings are the baseline.",
    "first_good_crawl_at": "When that crawl ended (UTC).",
    "first_good_run_at": "When that run ended, or the end of the day of its captures (UTC).",
    "first_good_run_id": "The first good run of any kind, crawl or ingest.",
    "first_known_at": "When the policy became known (UTC).",
    "first_page_id": "The page that it became known from.",
    "first_read_at": "When the page was first read (UTC).",
    "first_seen_at": "When the page first answered (UTC).",
    "happened_on": "The legal day of the event, in the portal's zone; null where nobody knows it.",
    "heading": "Heading of the clause, without its number.",
    "health": "healthy, suspect (last run not good), unhealthy (two or more in a row), never_checked.",
    "health_reasons": "Why it is so, as sentences; why the last crawl was partial, where that is all there is to say.",
    "health_since": "The end of the first crawl since which it is so (UTC).",
    "homepage": "Address of the portal section.",
    "in_force_from": "First day in force; null where unknown.",
    "in_force_to": "Last day in force, inclusive; null where open or unknown.",
    "index_number": "The disclosure catalogue's index number.",
    "instrument_title": "Title of the instrument inside a notice that issues it.",
    "instrument_title_norm": "instrument_title in the form that is compared.",
    "interval_no": "1 for the first interval; more than one where it was suspended.",
    "is_approximate": "True where the day is only the one on which we saw it.",
    "is_late": "True where it became known from a capture that arrived late: kept, but no news.",
    "is_baseline": "True for what the first good run of a source found: not news.",
    "issuers": "The bodies that issued it, in full.",
    "issuers_norm": "issuers in the form that is compared.",
    "issuers_raw": "The issuer field as printed.",
    "joint_issuers": "Bodies that the box names as joint issuers.",
    "jurisdiction": "ISO 3166-2 code.",
    "kind": "What it is.",
    "known_from": "From when on we hold this true (UTC, inclusive).",
    "known_to": "Until when we held this true (UTC, exclusive); null for what we hold true now.",
    "label": "The clause's number as printed.",
    "language": "BCP 47 language: zh, en.",
    "last_answered_at": "When the page last answered (UTC).",
    "last_changed_at": "When the page's reading last changed (UTC).",
    "last_checked_at": "When the page was last asked for (UTC).",
    "last_crawl_at": "When the last crawl ended (UTC).",
    "last_crawl_id": "The last crawl.",
    "last_good_at": "When the last good crawl ended (UTC): the answers are as fresh as this.",
    "last_read_capture_id": "The answer that was read last.",
    "last_verdict": "good, partial, suspect or failed: the last crawl.",
    "level": "Depth of the clause, 1 for the outermost.",
    "measure_id": "The clause, through renumbering and small edits.",
    "missing_count": "Good runs in a row that found the page missing.",
    "missing_since": "When it was first found missing (UTC); null while it answers.",
    "moment": "When all that this run (or day of captures) brought counts as known (UTC).",
    "number": "Document number in normal form, such as 国发〔2021〕5号.",
    "number_raw": "The number as printed.",
    "other_policy_id": "The policy that it leads to (merged, replaced), or that a page of it went to (split, moved).",
    "page_id": "The page, by its canonical address.",
    "page_kind": "What the citing page is: policy, news, press_conference, interpretation and so on.",
    "pages": "Pages that ever answered.",
    "pages_gone": "Pages that are gone.",
    "parser_version": "The reader that read it.",
    "path": "Dotted place of the clause in the document, such as 三.7.",
    "policies": "Policies whose most authoritative page is of this source.",
    "policy_id": "The policy, whatever pages carry it.",
    "position": "Place in the document, from 0.",
    "person": "Who decided it.",
    "published_date": "Day of publication, in the portal's zone.",
    "published_date_raw": "published_date as printed.",
    "publisher": "The body that publishes the page, where it names one.",
    "quote": "The words that say so.",
    "reading_hash": "Hash of the normalised reading: equal means that nothing of meaning changed.",
    "reading_url": "The address that speaks for the page: its own, or a mirror until that has been read.",
    "reason": "Why.",
    "reasons": "Why the run is not good.",
    "rejected": "Answers that could not be read.",
    "relation": "repeals, partially_repeals, amends, extends, suspends, based_on, interprets or mentions.",
    "repealed_date": "First day without force, as the portal prints it.",
    "repealed_date_raw": "repealed_date as printed.",
    "schedule": "When it is crawled: cron, in the source's zone.",
    "scope": "The clause concerned, for partial relations.",
    "script": "ISO 15924 script of the page as printed.",
    "signatories": "The bodies or persons under the text.",
    "signed_date": "Day of signature, in the portal's zone.",
    "signed_date_raw": "signed_date as printed.",
    "source": "The portal section, by the name of its YAML file.",
    "stable_key": "What policy_id was made from: number and issuers, else title, issuers and day, else the address.",
    "stage": "Where it failed: archive or read.",
    "start_quote": "The words that start it.",
    "start_rule": "The rule that gave the start.",
    "started_at": "When the run began (UTC).",
    "starts_on": "First day of what the citation brings about, where it is said.",
    "state": "live, gone (missing in two good runs in a row) or unreachable.",
    "stated_on": "For a policy without a start: the day from which the portal states it in force.",
    "stated_status": "The portal's status word in our vocabulary; null where it states none.",
    "status": "Today's: in_force, not_yet_in_force, expired, repealed, not_in_force, suspended, unknown.",
    "status_raw": "The portal's status word as printed.",
    "status_since": "When the portal was first seen to state that status (UTC).",
    "target_page_id": "The page that carried the policy when it was decided.",
    "targets": "Goals with figures that the clause names: JSON list.",
    "text": "The text in normal form: simplified characters, half-width.",
    "text_hash": "Hash of the body text; joins to body_text.",
    "timezone": "IANA zone of the portal's days.",
    "title": "Title as printed.",
    "title_norm": "title in the form that is compared.",
    "topic": "The portal's subject heading.",
    "url": "Address.",
    "verdict": "good, partial (ended itself early, for quiet hours or a budget), suspect or failed.",
    "version": "Number of the schema.",
    "version_hash": "Hash of all that makes this version distinct.",
    "warnings": "What the reader noticed.",
    "withdrawn_at": "When an earlier capture became known by which this never happened (UTC); null while it stands.",
    "what": "commences, resumes, is suspended, expires or is repealed.",
}

_EVENTS: Final = (
    "issued, revised, silently_edited, amended, repealed, partially_repealed, extended, commenced, expired, expiring, "
    "disappeared, reappeared, reported, interpreted, source_unhealthy or source_recovered."
)
_PAGES: Final = "policy, interpretation, press_conference, news, guide, repost, listing or other."
_REASONS: Final = (
    "empty, not_html, too_large, truncated, challenge, error_page, no_text, undecodable, needs_ocr, encrypted, "
    "unsupported_format, broken_file or reader_failed."
)

OVERRIDES: Final[dict[tuple[str, str], str]] = {
    ("policy_link", "kind"): "merged (two were one), split (one was two), moved (its page holds another document now), "
    "replaced (an earlier capture gave the policy another id).",
    ("policy_link", "rule"): "What showed it.",
    (
        "changes",
        "kind",
    ): _EVENTS,
    (
        "event",
        "kind",
    ): _EVENTS,
    ("pages", "kind"): _PAGES,
    ("page", "kind"): _PAGES,
    ("page_version", "kind"): _PAGES,
    ("citation", "title"): "Title as cited.",
    ("citation", "number"): "Number as cited, in normal form.",
    ("decision", "decision_id"): "The decision.",
    ("decision", "moment"): "Its place in the order of all that became known (UTC).",
    ("decision", "number"): "Number as cited, in normal form.",
    ("decision", "page_id"): "The page that names the document.",
    ("decision", "policy_id"): "The policy that is meant; null where it is none.",
    ("decision", "title"): "Title as cited.",
    ("decision", "url"): "Address of the page that names the document.",
    ("citations", "title"): "Title as cited.",
    ("citations", "number"): "Number as cited, in normal form.",
    ("measures", "in_force_from"): "First day in force by evidence of its own; null: as the policy.",
    ("measures", "in_force_to"): "Last day in force by evidence of its own, inclusive; null: as the policy.",
    ("measure_effect", "in_force_from"): "First day in force by evidence of its own; null: as the policy.",
    ("measure_effect", "in_force_to"): "Last day in force by evidence of its own, inclusive; null: as the policy.",
    ("measure_effect", "evidence"): "All evidence that names this measure, what won and what lost: JSON list.",
    ("effect", "evidence"): "All evidence that was weighed, what won and what lost: JSON list.",
    ("page_version", "in_force_to"): "Last day in force by the document's own words and its box.",
    (
        "policy_version",
        "in_force_to",
    ): "Last day in force by the document's own words; `effect` has what holds.",
    (
        "rejected",
        "reason",
    ): _REASONS,
    ("source", "title"): "Native name of the portal section.",
    ("standing", "ends_on"): "Last day in force, inclusive; infinity while none is known.",
    ("search_text", "text"): "What stands before the first clause; the whole text where there are no clauses.",
    ("search_text", "title"): "Titles and numbers, printed and normal, as `search` compares them.",
    ("sources", "title"): "Native name of the portal section.",
    ("calendar", "reason"): "The rule of the start, or the kind of the end.",
}


def statements(steps: Steps) -> Iterator[str]:
    """The COMMENT ON statements for all that stands in the current database.

    Raises:
        KeyError: a table, column or macro has no word here.
    """
    for row in steps.rows(
        "SELECT table_name, FALSE AS is_view FROM duckdb_tables() WHERE database_name = current_database() UNION ALL"
        " SELECT view_name, TRUE FROM duckdb_views() WHERE database_name = current_database() AND NOT internal"
    ):
        kind = "VIEW" if row["is_view"] else "TABLE"
        yield f"COMMENT ON {kind} {row['table_name']} IS {_literal(TABLES[row['table_name']])}"
    for row in steps.rows(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = current_database() AND NOT internal"
    ):
        place = (row["table_name"], row["column_name"])
        words = OVERRIDES.get(place) or COLUMNS[row["column_name"]]
        yield f'COMMENT ON COLUMN {row["table_name"]}."{row["column_name"]}" IS {_literal(words)}'
    for row in steps.rows(
        "SELECT DISTINCT function_name, function_type = 'table_macro' AS is_table FROM duckdb_functions()"
        " WHERE database_name = current_database() AND function_type IN ('macro', 'table_macro') AND NOT internal"
    ):
        yield macro(row["function_name"], is_table=row["is_table"])


def macro(name: str, *, is_table: bool = False) -> str:
    """The COMMENT ON statement of one macro."""
    return f"COMMENT ON {'MACRO TABLE' if is_table else 'MACRO'} {name} IS {_literal(MACROS[name])}"


_OPENING: Final = """\
# Dictionary

Made from the comments in the published database by `make dictionary`; a test holds the two together. Columns that end
in `_raw` hold what was printed. Times are UTC, days are those of the portal's zone. Start with the views; the tables
under them are what they are made of.
"""


def page(steps: Steps) -> str:
    """The published database that is open, as the page docs/dictionary.md: views, macros, tables."""
    lines = [_OPENING]
    columns: dict[str, list[str]] = {}
    for row in steps.rows(
        "SELECT table_name, column_name, data_type, comment FROM duckdb_columns()"
        " WHERE database_name = current_database() AND NOT internal ORDER BY table_name, column_index"
    ):
        shown = f"| `{row['column_name']}` | {row['data_type']} | {row['comment']} |"
        columns.setdefault(row["table_name"], []).append(shown)
    views = steps.rows(
        "SELECT view_name AS name, comment FROM duckdb_views()"
        " WHERE database_name = current_database() AND NOT internal"
    )
    tables = steps.rows(
        "SELECT table_name AS name, comment FROM duckdb_tables() WHERE database_name = current_database()"
    )
    order = list(TABLES)
    for title, found in (("Views", views), ("Macros", []), ("Tables", tables)):
        lines.append(f"## {title}\n")
        if title == "Macros":
            lines += [f"- `{words.partition(': ')[0]}`: {words.partition(': ')[2]}" for words in MACROS.values()]
            lines.append("")
        for row in sorted(found, key=lambda row: order.index(row["name"])):
            lines += [f"### {row['name']}\n", f"{row['comment']}\n", "| column | type | meaning |", "|---|---|---|"]
            lines += [*columns[row["name"]], ""]
    return "\n".join(lines).rstrip() + "\n"


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
