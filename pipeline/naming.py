"""Who names whom: citations as they stand, and of those that no policy could be bound to, why, and what comes near.

What belongs here: the questions to the published database. What does not: binding (`warehouse/sql/bind.sql`), deciding
(`pipeline.deciding`), printing (`pipeline.cli_citations`).
"""

from collections.abc import Sequence
from typing import Any, Final

from pipeline import asking
from policywatch.home import Home

COLUMNS: Final = (
    "citation_id", "url", "policy_id", "citing_number", "citing_title", "relation", "title", "number", "quote", "scope",
    "bound_policy_id", "bound_number", "bound_title", "binding_rule", "binding_score", "bound_by", "why", "candidates",
)  # fmt: skip
NEAR: Final = 0.6
"""The least likeness of two titles, as a share of what they have in common, of what is shown as a candidate."""
CANDIDATES: Final = 3
COMMON: Final = 3000
"""A pair of characters that stands in more titles than this tells none of them apart."""
LOOKED_AT: Final = 50
"""How many titles are compared with each that is cited."""

_ORDER: Final = (
    "['repeals', 'partially_repeals', 'extends', 'suspends', 'amends', 'interprets', 'based_on', 'mentions']"
)
_LISTED: Final = f"""
SELECT
    c.*,
    d.action,
    CASE WHEN d.decision_id IS NOT NULL THEN concat_ws(': ', d.person, nullif(d.reason, '')) END AS bound_by
FROM citations AS c
LEFT JOIN (
    SELECT n.citation_id, e.* EXCLUDE (page_id, number, title, title_norm, policy_id, url)
    FROM citation AS n
    INNER JOIN decision AS e
        ON
            e.page_id = n.page_id AND e.number IS NOT DISTINCT FROM n.number
            AND e.title_norm IS NOT DISTINCT FROM n.title_norm
    WHERE n.known_to IS NULL
    QUALIFY row_number() OVER (PARTITION BY n.citation_id ORDER BY e.moment DESC, e.decision_id DESC) = 1
) AS d ON d.citation_id = c.citation_id AND d.action <> 'undo'
WHERE
    ($relations IS NULL OR list_contains($relations, c.relation))
    AND CASE $which
        WHEN 'unbound' THEN c.bound_policy_id IS NULL AND d.decision_id IS NULL
        WHEN 'decided' THEN d.decision_id IS NOT NULL
        ELSE TRUE
    END
ORDER BY list_position({_ORDER}, c.relation) NULLS LAST, c.known_from DESC, c.page_id, c.citation_id
LIMIT $limit
"""  # noqa: S608 - our own text

_CANDIDATES: Final = """
WITH asked AS (
    SELECT
        c.citation_id, c.policy_id, c.number, c.title_norm, concat_ws(' ', c.number_raw, c.title, c.quote) AS words,
        w.issuers_norm, CASE WHEN c.page_kind = 'policy' THEN coalesce(w.signed_date, w.published_date) END AS issued_on
    FROM citation AS c
    LEFT JOIN page_version AS w ON w.page_id = c.page_id AND w.known_to IS NULL
    WHERE c.known_to IS NULL AND list_contains($ids, c.citation_id)
),
held AS (
    SELECT v.*, coalesce(v.signed_date, v.published_date) AS issued_on FROM policy_version AS v WHERE v.known_to IS NULL
),
face AS (
    SELECT DISTINCT f.policy_id, f.name
    FROM (
        SELECT h.policy_id, unnest([h.title_norm, h.instrument_title_norm]) AS name FROM held AS h
        UNION ALL
        SELECT h.policy_id, substr(h.title_norm, length(i.issuer) + 1)
        FROM held AS h, unnest(h.issuers_norm) AS i(issuer)
        WHERE starts_with(h.title_norm, i.issuer)
    ) AS f
    WHERE f.name IS NOT NULL
),
-- Which titles are worth a closer look: those that share the rarest pairs of characters.
asked_pair AS (
    SELECT DISTINCT a.citation_id, substr(a.title_norm, CAST(i.place AS BIGINT), 2) AS pair
    FROM asked AS a, range(1, length(a.title_norm)) AS i(place)
),
face_pair AS MATERIALIZED (
    SELECT p.*
    FROM (
        SELECT f.policy_id, f.name, substr(f.name, CAST(i.place AS BIGINT), 2) AS pair
        FROM face AS f, range(1, length(f.name)) AS i(place)
    ) AS p
    WHERE p.pair IN (SELECT a.pair FROM asked_pair AS a)
),
rare AS (
    SELECT p.pair, count(*) AS places FROM face_pair AS p GROUP BY p.pair HAVING count(*) <= $common
),
looked_at AS (
    SELECT a.citation_id, f.policy_id, f.name
    FROM asked_pair AS a
    INNER JOIN rare AS r ON r.pair = a.pair
    INNER JOIN face_pair AS f ON f.pair = a.pair
    GROUP BY a.citation_id, f.policy_id, f.name
    QUALIFY row_number() OVER (PARTITION BY a.citation_id ORDER BY sum(1 / r.places) DESC, f.policy_id) <= $most
    UNION
    SELECT a.citation_id, f.policy_id, f.name FROM asked AS a INNER JOIN face AS f ON f.name = a.title_norm
),
near AS (
    SELECT
        a.citation_id,
        f.policy_id,
        1 - levenshtein(a.title_norm, f.name) / greatest(strlen(a.title_norm), strlen(f.name)) AS likeness
    FROM asked AS a
    INNER JOIN looked_at AS f ON f.citation_id = a.citation_id
    UNION ALL
    SELECT a.citation_id, h.policy_id, 1
    FROM asked AS a
    INNER JOIN held AS h ON h.number = a.number
    UNION ALL
    -- A number that differs by one figure.
    SELECT a.citation_id, h.policy_id, 0.9
    FROM asked AS a
    INNER JOIN held AS h
        ON
            strlen(h.number) = strlen(a.number) AND left(h.number, 2) = left(a.number, 2) AND h.number <> a.number
            AND levenshtein(h.number, a.number) <= 1
),
best AS (
    SELECT n.citation_id, n.policy_id, max(n.likeness) AS likeness
    FROM near AS n
    WHERE n.likeness >= $near
    GROUP BY n.citation_id, n.policy_id
)
SELECT
    b.citation_id, b.policy_id, h.number, h.title, round(0.79 * b.likeness, 2) AS score,
    CASE
        WHEN b.policy_id = a.policy_id THEN 'it is the citing document itself'
        WHEN h.number = a.number AND count(*) FILTER (WHERE h.number = a.number) OVER peers > 1
            THEN 'several policies have this number, and no issuer is named with it'
        WHEN h.number = a.number THEN 'the number names no organ, and its issuer is not named with it'
        WHEN b.likeness < 1 THEN 'its title or number only resembles what is cited'
        WHEN h.number <> a.number THEN 'it has another number than the one cited'
        WHEN h.issued_on > a.issued_on THEN 'it is younger than the document that cites it'
        WHEN length(a.title_norm) < 4 THEN 'what is cited is too short to name it'
        WHEN count(*) FILTER (WHERE b.likeness = 1) OVER peers > 1
            THEN 'several policies bear this title, and no issuer tells them apart'
        ELSE 'nothing else speaks against it'
    END AS why
FROM best AS b
INNER JOIN asked AS a ON a.citation_id = b.citation_id
INNER JOIN held AS h ON h.policy_id = b.policy_id
WINDOW peers AS (PARTITION BY b.citation_id)
ORDER BY b.citation_id, b.likeness DESC, h.issued_on DESC NULLS LAST, b.policy_id
"""


def citations(home: Home, which: str, relations: Sequence[str], limit: int) -> list[dict[str, Any]]:
    """Citations that stand now, those first that end something.

    Args:
        home: the home folder.
        which: `unbound` (and not decided by a person), `decided`, or `all`.
        relations: only these; all where it is empty.
        limit: at most so many.

    Returns:
        Rows of COLUMNS. `why` and `candidates` (policy_id, number, title, score, why) are those of unbound ones; scores
        are below 0.8, at which a citation would be bound.
    """
    values = {"which": which, "relations": list(relations) or None, "limit": limit}
    rows = asking.ask(home, _LISTED, values)
    unbound = [row["citation_id"] for row in rows if row["bound_policy_id"] is None]
    near: dict[str, list[dict[str, Any]]] = {}
    if unbound:
        for row in asking.ask(home, _CANDIDATES, {"ids": unbound, "near": NEAR, "common": COMMON, "most": LOOKED_AT}):
            near.setdefault(row.pop("citation_id"), []).append(row)
    for row in rows:
        row["candidates"] = near.get(row["citation_id"], [])[:CANDIDATES]
        row["why"] = _why(row) if row["bound_policy_id"] is None else None
    return [{name: row[name] for name in COLUMNS} for row in rows]


def _why(row: dict[str, Any]) -> str:
    if row["action"] == "none":
        return f"it refers to nothing that we hold, says {row['bound_by']}"
    if row["title"] is None and row["number"] is None:
        return "it names neither a title nor a number"
    if not row["candidates"]:
        return "nothing that we hold bears this number or title, or one like it"
    return str(row["candidates"][0]["why"])


def nearest(row: dict[str, Any]) -> str | None:
    """The best candidate of a row in a few words; None where nothing comes near."""
    best = next(iter(row["candidates"]), None)
    return best and f"{best['score']:.2f} {best['policy_id']} {best['number'] or best['title'] or ''}".strip()
