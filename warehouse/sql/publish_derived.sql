-- Step publish_derived: what only readers have, for the chosen policies: what search looks through besides the clauses, and
-- the force of each version in one row.
-- In: chosen, policy_version, measure_version, body_text, effect. Out: search_text, standing.

CREATE OR REPLACE TEMP TABLE chosen_clause AS
SELECT m.policy_id, min(m.position) AS position
FROM measure_version AS m
WHERE m.known_to IS NULL AND m.policy_id IN (SELECT c.policy_id FROM chosen AS c)
GROUP BY m.policy_id;

INSERT INTO search_text
SELECT
    v.policy_id,
    v.published_date,
    folded(concat_ws(' ', v.title, v.instrument_title, v.number, v.number_raw, v.title_norm, v.instrument_title_norm)),
    CASE WHEN position(m.text IN b.text) > 0 THEN left(b.text, position(m.text IN b.text) - 1) ELSE b.text END
FROM policy_version AS v
LEFT JOIN (
    -- By place: only where the chosen texts lie is anything read.
    SELECT t.text_hash, t.text
    FROM body_text AS t
    WHERE t.rowid IN (
        SELECT a.rowid
        FROM body_text AS a
        WHERE a.text_hash IN (
            SELECT w.text_hash FROM policy_version AS w
            WHERE w.known_to IS NULL AND w.policy_id IN (SELECT c.policy_id FROM chosen AS c)
        )
    )
) AS b ON b.text_hash = v.text_hash
LEFT JOIN (
    SELECT f.policy_id, n.text
    FROM chosen_clause AS f
    INNER JOIN measure_version AS n ON n.policy_id = f.policy_id AND n.position = f.position AND n.known_to IS NULL
) AS m ON m.policy_id = v.policy_id
WHERE v.known_to IS NULL AND v.policy_id IN (SELECT c.policy_id FROM chosen AS c);

INSERT INTO standing BY NAME
SELECT
    v.policy_id,
    v.number,
    v.title,
    v.issuers,
    v.source,
    e.in_force_from,
    e.in_force_to,
    CASE WHEN e.end_rule = 'status_stated' AND e.end_kind IS NULL THEN e.end_rule ELSE e.start_rule END AS reason,
    CASE WHEN e.end_rule = 'status_stated' AND e.end_kind IS NULL THEN e.end_quote ELSE e.start_quote END AS quote,
    e.disputed,
    e.end_kind,
    e.end_quote,
    v.topic,
    v.url,
    v.signed_date,
    v.published_date,
    e.known_from,
    coalesce(e.in_force_from, e.stated_on) AS begins_on,
    coalesce(e.in_force_to, DATE 'infinity') AS ends_on,
    greatest(e.known_from, v.known_from) AS held_from,
    least(coalesce(e.known_to, TIMESTAMPTZ 'infinity'), coalesce(v.known_to, TIMESTAMPTZ 'infinity')) AS held_to
FROM effect AS e
INNER JOIN policy_version AS v ON v.policy_id = e.policy_id
WHERE
    e.policy_id IN (SELECT c.policy_id FROM chosen AS c)
    AND coalesce(e.in_force_from, e.stated_on) IS NOT NULL
    AND greatest(e.known_from, v.known_from)
    < least(coalesce(e.known_to, TIMESTAMPTZ 'infinity'), coalesce(v.known_to, TIMESTAMPTZ 'infinity'));
