-- Step publish_derived: what only readers have, for the chosen policies: what search looks through besides the clauses, and
-- the force of each version in one row.
-- In: chosen, policy_version, measure_version, body_text, effect. Out: search_text, standing.

CREATE OR REPLACE TEMP TABLE chosen_text AS
SELECT
    v.policy_id,
    v.published_date,
    folded(concat_ws(' ', v.title, v.instrument_title, v.number, v.number_raw, v.title_norm, v.instrument_title_norm)) AS title,
    v.text_hash,
    m.text AS first_clause
FROM policy_version AS v
LEFT JOIN (
    SELECT n.policy_id, arg_min(n.text, n.position) AS text
    FROM measure_version AS n
    WHERE n.known_to IS NULL AND n.policy_id IN (SELECT c.policy_id FROM chosen AS c)
    GROUP BY n.policy_id
) AS m ON m.policy_id = v.policy_id
WHERE v.known_to IS NULL AND v.policy_id IN (SELECT c.policy_id FROM chosen AS c);

-- As written: the texts stream past the policies. Left to itself, the engine gathers all texts first.
SET disabled_optimizers = 'join_order,build_side_probe_side';

INSERT INTO search_text
SELECT
    v.policy_id,
    v.published_date,
    v.title,
    CASE WHEN position(v.first_clause IN b.text) > 0 THEN left(b.text, position(v.first_clause IN b.text) - 1) ELSE b.text END
FROM body_text AS b
INNER JOIN chosen_text AS v ON v.text_hash = b.text_hash
-- By place: only where the chosen texts lie is anything read.
WHERE b.rowid IN (
    SELECT a.rowid
    FROM body_text AS a
    WHERE a.text_hash IN (SELECT w.text_hash FROM chosen_text AS w)
);

RESET disabled_optimizers;

INSERT INTO search_text
SELECT v.policy_id, v.published_date, v.title, NULL
FROM chosen_text AS v
WHERE v.text_hash IS NULL OR v.text_hash NOT IN (SELECT b.text_hash FROM body_text AS b);

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
