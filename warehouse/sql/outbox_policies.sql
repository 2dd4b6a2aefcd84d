-- Which policies the references of subscriptions mean: an id, a number or a title in normal form, the address of a page. All that
-- fit; an id that leads to another stands for both.
WITH wanted AS (
    SELECT unnest(CAST($wanted AS STRUCT(reference VARCHAR, number VARCHAR, title VARCHAR)[]), recursive := true)
),
fits AS (
    SELECT w.reference, v.policy_id FROM wanted AS w
    INNER JOIN policy_version AS v
        ON v.known_to IS NULL AND (v.policy_id = w.reference OR v.number = w.number OR w.title IN (v.title_norm, v.instrument_title_norm))
    UNION
    SELECT w.reference, p.policy_id FROM wanted AS w
    INNER JOIN page AS p ON w.reference IN (p.canonical_url, p.reading_url)
    WHERE p.policy_id IS NOT NULL
    UNION
    SELECT w.reference, l.policy_id FROM wanted AS w INNER JOIN policy_link AS l ON l.policy_id = w.reference
)
SELECT f.reference, f.policy_id FROM fits AS f
UNION
SELECT f.reference, l.other_policy_id FROM fits AS f
INNER JOIN policy_link AS l ON l.policy_id = f.policy_id AND l.kind IN ('merged', 'replaced')
ORDER BY ALL;
