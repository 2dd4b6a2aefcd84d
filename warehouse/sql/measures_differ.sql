-- Step measures_differ: of the policies known before, those whose clauses differ now.
-- In: r_policy, in_clauses, reading_clause, measure_version. Out: r_measure_before and r_clause (to be matched).

CREATE OR REPLACE TEMP TABLE r_clause AS
SELECT p.policy_id, p.version_from, c.* EXCLUDE (capture_id)
FROM r_policy AS p
INNER JOIN in_clauses AS c ON c.capture_id = p.capture_id
WHERE NOT p.is_new AND p.is_read
UNION ALL BY NAME
-- A page that was read before speaks for the policy now.
SELECT p.policy_id, p.version_from, c.* EXCLUDE (content_id)
FROM (
    SELECT
        w.policy_id, w.version_from,
        'rd_' || substr(sha256(concat_ws('|', w.page_id, w.reading_hash)), 1, 16) AS content_id
    FROM r_policy AS w
    WHERE NOT w.is_new AND NOT w.is_read AND w.has_new_winner
) AS p
INNER JOIN reading_clause AS c ON c.content_id = p.content_id;

CREATE OR REPLACE TEMP TABLE r_measure_before AS
SELECT m.* EXCLUDE (known_from, known_to, change_cause)
FROM measure_version AS m
INNER JOIN r_policy AS p ON p.policy_id = m.policy_id
WHERE m.known_to IS NULL AND NOT p.is_new AND (p.is_read OR p.has_new_winner);

-- Policies whose clauses are what they were need no matching.
CREATE OR REPLACE TEMP TABLE r_measure_same AS
WITH old AS (
    SELECT
        m.policy_id,
        sha256(string_agg(sha256(CAST(to_json(
            {'p': m.path, 'l': m.label, 'h': m.heading, 't': m.text, 'n': m.level, 'b': m.bodies, 'a': m.amounts, 'g': m.targets,
            'e': coalesce(m.expiries, '[]')}
        ) AS VARCHAR)), '' ORDER BY m.position)) AS content
    FROM r_measure_before AS m
    GROUP BY m.policy_id
),
new AS (
    SELECT
        c.policy_id,
        sha256(string_agg(sha256(CAST(to_json(
            {'p': c.path, 'l': c.label, 'h': c.heading, 't': c.text, 'n': c.level, 'b': c.bodies, 'a': c.amounts, 'g': c.targets,
            'e': coalesce(c.expiries, '[]')}
        ) AS VARCHAR)), '' ORDER BY c.position)) AS content
    FROM r_clause AS c
    GROUP BY c.policy_id
)
SELECT o.policy_id FROM old AS o INNER JOIN new AS n ON n.policy_id = o.policy_id AND n.content = o.content;

DELETE FROM r_clause WHERE policy_id IN (SELECT s.policy_id FROM r_measure_same AS s);

DELETE FROM r_measure_before WHERE policy_id IN (SELECT s.policy_id FROM r_measure_same AS s);
