-- Step force_apply: the intervals that differ from what was held true replace it.
-- In: r_effect (computed), r_effect_before, r_force. Out: effect, r_effect_changed, load_touched.

CREATE OR REPLACE TEMP TABLE r_effect_changed AS
WITH now_held AS (SELECT r.* FROM r_effect AS r),
before_held AS (SELECT b.* EXCLUDE (known_from, known_to, change_cause) FROM r_effect_before AS b),
differing AS (
    SELECT d.policy_id FROM (SELECT * FROM now_held EXCEPT SELECT * FROM before_held) AS d
    UNION
    SELECT d.policy_id FROM (SELECT * FROM before_held EXCEPT SELECT * FROM now_held) AS d
)
SELECT
    d.policy_id,
    f.is_source,
    greatest(f.touched_at, (SELECT max(b.known_from) FROM r_effect_before AS b WHERE b.policy_id = d.policy_id)) AS known_at
FROM differing AS d
INNER JOIN r_force AS f ON f.policy_id = d.policy_id;

UPDATE effect SET known_to = c.known_at
FROM r_effect_changed AS c
WHERE effect.policy_id = c.policy_id AND effect.known_to IS NULL;

INSERT INTO effect BY NAME
SELECT
    r.*,
    c.known_at AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to,
    CASE WHEN c.is_source THEN 'source' ELSE coalesce(p.version_cause, 'source') END AS change_cause
FROM r_effect AS r
INNER JOIN r_effect_changed AS c ON c.policy_id = r.policy_id
LEFT JOIN r_policy AS p ON p.policy_id = r.policy_id;

-- The calendar was looked at since.
INSERT INTO load_touched
SELECT c.policy_id FROM r_effect_changed AS c WHERE c.known_at < (SELECT max(k.now) FROM calendar_run AS k);
