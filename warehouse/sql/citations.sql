-- Step citations: what the changed pages name now; what they named before and no longer do is closed.
-- In: r_changed, in_citations. Out: citation, r_citation (newly known), r_citation_closed,
-- r_citation_before (what stays).
-- A citation is the same as long as page, relation, number or title, scope and days are; its quote may be worded anew.

CREATE OR REPLACE TEMP TABLE r_citation_now AS
SELECT
    'ci_' || substr(sha256(concat_ws('|',
        c.page_id, i.relation, coalesce(i.number, '-'), coalesce(i.title_norm, i.title, '-'), coalesce(i.scope, '-'),
        coalesce(CAST(i.date AS VARCHAR), '-'), coalesce(CAST(i.until AS VARCHAR), '-'),
        CASE WHEN i.number IS NULL AND i.title IS NULL THEN i.quote END
    )), 1, 16) AS citation_id,
    c.page_id,
    c.policy_id,
    c.kind AS page_kind,
    c.known_at AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to,
    c.change_cause,
    i.position,
    i.relation,
    i.title,
    i.title_norm,
    i.number,
    i.number_raw,
    i.quote,
    i.date AS starts_on,
    i.until AS ends_on,
    i.scope
FROM r_changed AS c
INNER JOIN in_citations AS i ON i.capture_id = c.capture_id
-- A list may name the same document twice.
QUALIFY row_number() OVER (PARTITION BY citation_id ORDER BY i.position) = 1;

-- What these pages named until now, by place; what lies elsewhere is not looked at again.
CREATE OR REPLACE TEMP TABLE r_citation_before AS
WITH standing AS MATERIALIZED (
    SELECT o.page_id, o.rowid AS place
    FROM citation AS o
    WHERE o.known_to IS NULL AND o.page_id IN (SELECT c.page_id FROM r_changed AS c)
)
SELECT s.place, s.page_id, o.citation_id, o.page_kind, o.policy_id, o.bound_policy_id, o.relation
FROM standing AS s
INNER JOIN citation AS o ON o.rowid = s.place;

CREATE OR REPLACE TEMP TABLE r_citation_closed AS
SELECT o.place, o.citation_id, o.bound_policy_id, o.relation, c.known_at, c.change_cause
FROM r_citation_before AS o
INNER JOIN r_changed AS c ON c.page_id = o.page_id
WHERE
    o.page_kind IS DISTINCT FROM c.kind
    OR o.policy_id IS DISTINCT FROM c.policy_id
    OR o.citation_id NOT IN (SELECT n.citation_id FROM r_citation_now AS n);

UPDATE citation SET known_to = c.known_at
FROM r_citation_closed AS c
WHERE citation.rowid = c.place;

DELETE FROM r_citation_before WHERE place IN (SELECT c.place FROM r_citation_closed AS c);

CREATE OR REPLACE TEMP TABLE r_citation AS
SELECT n.* FROM r_citation_now AS n WHERE n.citation_id NOT IN (SELECT o.citation_id FROM r_citation_before AS o);

INSERT INTO citation BY NAME SELECT * FROM r_citation;
