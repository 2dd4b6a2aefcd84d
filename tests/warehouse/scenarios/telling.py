"""The form in which histories are written: captures in, what must come out of them; and the worlds they are played in.

A scenario tells of an invented city, 云江 (numbers of 云政…, pages below http://city/). All scenarios are played in one
warehouse, each with a place of its own instead of 云江: they must not touch each other, and a load of many costs little
more than a load of one. Scenarios that need a source to themselves name it; `{n}` in any text is the scenario's number.
"""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from warehouse import folding
from warehouse.steps import Steps, names_in

PLACES = [chr(0x6C34 + place) for place in range(400)]
ISSUER = "云江市人民政府"
# Standard days on which the portal is crawled; scenarios share them so that they share loads.
D1, D2, D3, D4, D5, D6 = (f"2021-{month:02}-02" for month in range(1, 7))
TEXTS = {
    "一": "给予最高200万元的一次性建设补助。",
    "二": "按购置额的百分之二十给予补助。",
    "三": "引进的高级技师享受人才待遇。",
}


@dataclass
class Doc:
    """One answer at `url`: a page read, or an outcome without a reading."""

    url: str
    outcome: str = "changed"
    about: dict = field(default_factory=dict)
    fields: dict = field(default_factory=dict)


@dataclass
class Run:
    """One crawl of `source`; source None: captures taken in by hand; `is_calendar`: a look at the calendar."""

    when: str
    docs: tuple = ()
    source: str | None = "city"
    verdict: str = "good"
    is_calendar: bool = False


@dataclass
class Scenario:
    """A history: `runs` in, the rest out. What is not given is not asked."""

    name: str
    runs: list
    events: list | None = None
    force: dict = field(default_factory=dict)
    ask: dict = field(default_factory=dict)
    pages: list | None = None
    versions: dict = field(default_factory=dict)
    measures: dict = field(default_factory=dict)
    parts: dict = field(default_factory=dict)
    links: list | None = None
    bound: list | None = None
    rows: dict = field(default_factory=dict)
    number: int = 0

    def __post_init__(self):
        if self.events is not None:
            self.events = sorted(self.events)

    def own(self, value):
        """`value` with this scenario's place instead of 云江."""
        if isinstance(value, str):
            place = PLACES[self.number]
            text = value.replace("{n}", str(self.number)).replace("云江", f"{place}江").replace("云政", f"{place}政")
            return text.replace("http://city/", f"http://city/{self.number}/")
        if isinstance(value, dict):
            return {key: self.own(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return type(value)(self.own(item) for item in value)
        return value

    def told(self, value):
        """The reverse of `own`, for what the warehouse answers."""
        place = PLACES[self.number]
        if isinstance(value, str):
            return (
                value.replace(f"{place}江", "云江")
                .replace(f"{place}政", "云政")
                .replace(f"http://city/{self.number}/", "http://city/")
            )
        return value


# --- captures --------------------------------------------------------------------------------------------------------


def doc(page, title="云江市甲办法", number="云政发〔2020〕1号", **more):
    """A page that carries a policy of 2020, with the days below unless `more` says else."""
    about = {name: more.pop(name) for name in ("cause", "when", "asked", "reject", "source") if name in more}
    outcome = more.pop("outcome", "changed")
    fields = {
        "title": title, "number": number, "issuers": [ISSUER], "signed_date": "2020-01-02",
        "published_date": "2020-01-05", "effective_date": "2020-02-01", "clauses": clauses(),
    }  # fmt: skip
    return Doc(f"http://city/{page}", outcome, about, fields | more)


def later(page, title="云江市乙办法", number="云政发〔2021〕9号", *acts, **more):
    """A document of 2021, in force from May 2021, that does `acts` to others."""
    fields = {"signed_date": "2021-01-20", "published_date": "2021-01-25", "effective_date": "2021-05-01"}
    return doc(page, title, number, **(fields | {"citations": list(acts)} | more))


def news(page, *acts, kind="news", published="2021-03-04", **more):
    """A page that is no policy and names some."""
    about = {name: more.pop(name) for name in ("cause", "when", "source") if name in more}
    fields = {"kind": kind, "title": f"云江 {kind} {page}", "published_date": published, "citations": list(acts)}
    return Doc(f"http://city/{page}", more.pop("outcome", "changed"), about, fields | more)


def gone(page, outcome="missing", **about):
    """The page was asked for and did not answer so."""
    return Doc(f"http://city/{page}", outcome, about)


def act(relation, title=None, number=None, **more):
    """A citation."""
    days = {name: date.fromisoformat(more.pop(name)) if name in more else None for name in ("date", "until")}
    row = {"relation": relation, "title": title, "title_norm": title, "number": number, "number_raw": number}
    return {"quote": f"{relation} {title or number}"} | row | days | more


def clauses(**texts):
    """Numbered clauses by path; those of TEXTS where none is given."""
    rows = texts or TEXTS
    return [{"path": p, "label": f"第{p}条", "heading": None, "text": text, "level": 1} for p, text in rows.items()]


def headed(*rows):
    """Clauses as (path, heading, text)."""
    return [{"path": p, "label": p, "heading": h, "text": t, "level": 1} for p, h, t in rows]


def says(rule, when=None, quote="原文", where="body", term=None):
    """A statement of the document about its own force."""
    return {"rule": rule, "date": when, "quote": quote, "where": where, "term": term}


def crawl(when, *docs, source="city", verdict="good"):
    """One crawl."""
    return Run(when, docs, source, verdict)


def by_hand(*docs):
    """Captures taken in by hand, each at its own `when`; each arrives by itself."""
    return [Run(item.about["when"], (item,), None) for item in docs]


def look(day):
    """The calendar is asked on this day."""
    return Run(day, is_calendar=True)


# --- worlds ----------------------------------------------------------------------------------------------------------


def runs_of(scenarios):
    """All runs in order of what they know: the same day, source and verdict is one run for all scenarios."""
    groups = defaultdict(list)
    for scenario in scenarios:
        for item in scenario.runs:
            for run in item if isinstance(item, list) else [item]:
                kind = "~look" if run.is_calendar else scenario.own(run.source) if run.source else "~"
                groups[run.when[:10], kind, run.when, run.verdict].append((scenario, run))
    return [groups[key] for key in sorted(groups)]


def play(world, groups):
    """Load the runs in this order of arrival."""
    for group in groups:
        scenario, run = group[0]
        if run.is_calendar:
            world.calendar(run.when)
            continue
        pages = []
        for teller, part in group:
            for item in part.docs:
                about = {**teller.own(item.about)}
                asked = teller.own(item.url)
                fields = {**teller.own(item.fields)}
                issuers = fields.get("issuers")
                fields |= {"issuers": list(issuers)} if issuers is not None else {}
                pages.append(world.page(asked, item.outcome, **about, **fields))
        source = scenario.own(run.source) if run.source else None
        crawl_id = f"{source or 'ingest'}-{run.when}-{run.verdict}"
        world.crawl(run.when, *pages, source=source, verdict=run.verdict, crawl_id=crawl_id)
    steps = Steps(world.ledger._connection)
    for statement in folding.statements():
        steps.execute(statement)
    for name in names_in("views"):
        steps.run(name)
    return world


def orders(groups, seeds=(1,)):
    """The orders of arrival that are tried: as it was, and shuffled."""
    yield "in order", groups
    for seed in seeds:
        shuffled = list(groups)
        random.Random(seed).shuffle(shuffled)
        yield f"shuffled {seed}", shuffled


# --- answers ---------------------------------------------------------------------------------------------------------

_DAY = "strftime({} AT TIME ZONE 'Asia/Shanghai', '%Y-%m-%d')"
_ASKED = {
    "events": f"""SELECT e.url, e.kind, e.title, CAST(e.happened_on AS VARCHAR), {_DAY.format("e.detected_at")}
        FROM changes AS e ORDER BY e.detected_at, e.kind, e.title, e.happened_on""",
    "force": """SELECT v.title, CAST(coalesce(e.in_force_from, e.stated_on) AS VARCHAR), CAST(e.in_force_to AS VARCHAR),
            e.end_kind, e.disputed, e.is_approximate
        FROM effect AS e INNER JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
        WHERE e.known_to IS NULL ORDER BY v.policy_id, e.interval_no""",
    "pages": "SELECT canonical_url, policy_id FROM page WHERE policy_id IS NOT NULL",
    "ids": "SELECT DISTINCT title, policy_id FROM policy_version",
    "versions": f"""SELECT policy_id, {_DAY.format("known_from")} AS known, change_cause FROM policy_version
        WHERE known_to IS DISTINCT FROM known_from ORDER BY policy_id, known_from""",
    "measures": """SELECT policy_id, measure_id, path, known_to IS NULL FROM measure_version
        ORDER BY policy_id, known_from, position""",
    "parts": """SELECT m.policy_id, m.path, CAST(m.in_force_from AS VARCHAR), CAST(m.in_force_to AS VARCHAR), m.end_kind
        FROM measures AS m WHERE m.in_force_from IS NOT NULL OR m.end_kind IS NOT NULL ORDER BY policy_id, position""",
    "links": f"""SELECT a.title, l.kind, b.title AS other, {_DAY.format("l.known_from")}
        FROM policy_link AS l
        LEFT JOIN (SELECT policy_id, arg_max(title, known_from) AS title FROM policy_version GROUP BY policy_id) AS a
            ON a.policy_id = l.policy_id
        LEFT JOIN (SELECT policy_id, arg_max(title, known_from) AS title FROM policy_version GROUP BY policy_id) AS b
            ON b.policy_id = l.other_policy_id
        WHERE l.kind <> 'replaced' ORDER BY l.known_from, a.title""",
    "bound": """SELECT p.canonical_url, c.relation, coalesce(c.title, c.number), v.title
        FROM citation AS c INNER JOIN page AS p ON p.page_id = c.page_id
        LEFT JOIN policy_version AS v ON v.policy_id = c.bound_policy_id AND v.known_to IS NULL
        WHERE c.known_to IS NULL ORDER BY p.canonical_url, c.position""",
}
_BY_URL = ("events", "pages", "bound")


class Told:
    """What a world says, each table asked once: rows by scenario (pages' addresses) or by title or id."""

    def __init__(self, world):
        self.world = world
        self.rows = {name: defaultdict(list) for name in _ASKED}
        for name, sql in _ASKED.items():
            for key, *row in world.rows(sql):
                self.rows[name][
                    (key or "").removeprefix("http://city/").split("/")[0] if name in _BY_URL else key
                ].append((key, *row))

    def answers(self, scenario):
        """What it says of one scenario."""
        return Answers(self, scenario)


class Answers:
    """What a world says of one scenario, in the words of the expectations."""

    def __init__(self, told, scenario):
        self.told, self.scenario = told, scenario

    def _mine(self, name, key=None):
        rows = self.told.rows[name][str(self.scenario.number) if key is None else self.scenario.own(key)]
        return [tuple(self.scenario.told(item) for item in row) for row in rows]

    def _ids(self, title):
        return sorted(policy_id for _, policy_id in self.told.rows["ids"][self.scenario.own(title)])

    def events(self):
        """`kind title happened_on @day known`, sorted; `-`: nobody knows. What commences is told where asked for."""
        told = sorted(f"{kind} {title} {day or '-'} @{known}" for _, kind, title, day, known in self._mine("events"))
        wanted = any(text.startswith("commenced") for text in self.scenario.events or ())
        return [text for text in told if wanted or not text.startswith("commenced")]

    def force(self, title):
        """`from..to end_kind`, with `disputed` and `about` (a day that is only that of our seeing it)."""
        return [
            f"{start or ''}..{end or ''}"
            + (f" {kind}" if kind else "")
            + (" disputed" if disputed else "")
            + (" about" if about else "")
            for _, start, end, kind, disputed, about in self._mine("force", title)
        ]

    def status(self, question):
        """The status for `title on day [known day]`."""
        title, _, rest = question.partition(" on ")
        day, _, known = rest.partition(" known ")
        world = self.told.world
        found = set()
        for policy_id in self._ids(title):
            values = [policy_id, world.day(day), world.at(known or "2030-01-01")]
            found |= set(world.rows("SELECT status FROM status_of(?, ?, as_known_at := ?)", values))
        return ", ".join(sorted(row[0] for row in found)) or "not known"

    def pages(self):
        """The pages by policy, as sets of their names; pages without a policy are left out."""
        groups = defaultdict(set)
        for url, policy_id in self._mine("pages"):
            groups[policy_id].add(url.removeprefix("http://city/"))
        return sorted(" ".join(sorted(group)) for group in groups.values())

    def versions(self, title):
        """`day cause` per version of the policy."""
        return [f"{day} {cause}" for key in self._ids(title) for _, day, cause in self.told.rows["versions"][key]]

    def measures(self, title):
        """Per measure its places, `一 > 二`, and `x` where it ended; in order of first place."""
        lives = defaultdict(list)
        for key in self._ids(title):
            for _, measure_id, path, is_now in self.told.rows["measures"][key]:
                lives[measure_id].append((path, is_now))
        return [" > ".join(path for path, _ in life) + ("" if life[-1][1] else " x") for life in lives.values()]

    def parts(self, title):
        """`place from..to kind` of the measures that have a force of their own."""
        rows = [row for key in self._ids(title) for row in self.told.rows["parts"][key]]
        return [f"{path} {start or ''}..{end or ''} {kind or ''}".strip() for _, path, start, end, kind in rows]

    def links(self):
        """`kind one -> other @day`, by the titles that they last had."""
        titles = [title for title in self.told.rows["links"] if title and PLACES[self.scenario.number] in title]
        return [
            f"{kind} {one} -> {other} @{day}"
            for title in titles
            for one, kind, other, day in self._mine("links", self.scenario.told(title))
        ]

    def bound(self):
        """`relation cited -> title of the bound policy` of the standing citations."""
        return [f"{relation} {cited} -> {title or '?'}" for _, relation, cited, title in self._mine("bound")]


CONTENT = {
    "page": "EXCLUDE (last_checked_at, last_answered_at) ",
    "page_version": "",
    "policy": "",
    "policy_version": "",
    "measure_version": "",
    "citation": "",
    "effect": "",
    "measure_effect": "",
    "event": "EXCLUDE (is_late, withdrawn_at, crawl_id)",
    "policy_link": "",
    "source": "",
    "body_text": "",
    "capture": "",
    "rejected": "",
}
_ONLY = {"event": "WHERE withdrawn_at IS NULL", "policy_link": "WHERE kind <> 'replaced'"}


def content(world, table):
    """Every row of a table that must not depend on the order of arrival."""
    return sorted(map(repr, world.rows(f"SELECT * {CONTENT[table]} FROM {table} {_ONLY.get(table, '')}")))
