-- Keep back the events of every run that changed more than $over policies of its source, or more than $percent of those that
-- were known before (and at least $at_least). What the calendar brings, what stood there before, and the health of sources never
-- count. A hold's id is made from what it holds: the same events always give the same.
CREATE OR REPLACE TEMP VIEW holding_event AS
SELECT
    e.event_id,
    e.kind,
    coalesce(e.cause_source, e.source) AS source,
    e.crawl_id,
    e.policy_id,
    coalesce(e.policy_id, e.page_id, e.event_id) AS what
FROM event AS e
WHERE
    NOT coalesce(e.is_late, FALSE) AND e.withdrawn_at IS NULL AND NOT coalesce(e.is_baseline, FALSE)
    AND e.crawl_id IS NOT NULL
    AND e.kind NOT IN ('commenced', 'expired', 'expiring', 'source_unhealthy', 'source_recovered')
    AND e.event_id NOT IN (SELECT m.event_id FROM event_matched AS m)
    AND e.event_id NOT IN (SELECT h.event_id FROM held_event AS h);

CREATE OR REPLACE TEMP TABLE holding AS
WITH run AS (
    SELECT
        h.source,
        h.crawl_id,
        count(DISTINCT h.what) AS policies,
        count(DISTINCT h.policy_id) FILTER (WHERE h.kind = 'issued') AS issued,
        count(*) AS events,
        min(h.event_id) AS first_event
    FROM holding_event AS h
    GROUP BY h.source, h.crawl_id
),
now_known AS (
    SELECT v.source, count(*) AS policies FROM policy_version AS v WHERE v.known_to IS NULL GROUP BY v.source
)
SELECT
    'ho_' || substr(sha256(concat_ws('|', r.source, r.crawl_id, r.first_event)), 1, 16) AS hold_id,
    r.source,
    r.crawl_id,
    r.policies,
    greatest(coalesce(k.policies, 0) - r.issued, 0) AS known,
    r.events,
    r.policies > CAST($over AS BIGINT) AS is_many
FROM run AS r
LEFT JOIN now_known AS k ON k.source = r.source
WHERE
    r.policies > CAST($over AS BIGINT)
    OR (
        r.policies >= CAST($at_least AS BIGINT)
        AND 100.0 * r.policies > CAST($percent AS DOUBLE) * greatest(coalesce(k.policies, 0) - r.issued, 0)
    );

INSERT INTO held_event
SELECT o.hold_id, h.event_id
FROM holding AS o
INNER JOIN holding_event AS h ON h.source = o.source AND h.crawl_id = o.crawl_id;

INSERT INTO hold BY NAME
SELECT
    o.hold_id,
    o.source,
    o.crawl_id,
    CAST($now AS TIMESTAMPTZ) AS held_at,
    o.policies,
    o.known,
    o.events,
    CASE WHEN o.is_many THEN 'number' ELSE 'share' END AS reason,
    CASE WHEN o.is_many THEN CAST($over AS DOUBLE) ELSE CAST($percent AS DOUBLE) END AS passed,
    FALSE AS is_told,
    'held' AS state
FROM holding AS o;

DROP VIEW holding_event;

DROP TABLE holding;
