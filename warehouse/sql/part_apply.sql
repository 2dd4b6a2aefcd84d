-- Step part_apply: the force of measures that differs from what was held true replaces it, measure by measure.
-- In: r_part_effect (computed), r_part_before, r_part. Out: measure_effect, unpublished.

CREATE OR REPLACE TEMP TABLE r_part_changed AS
WITH before_held AS (SELECT b.* EXCLUDE (known_from, known_to, change_cause) FROM r_part_before AS b),
differing AS (
    SELECT d.policy_id, d.measure_id FROM (SELECT * FROM r_part_effect EXCEPT SELECT * FROM before_held) AS d
    UNION
    SELECT d.policy_id, d.measure_id FROM (SELECT * FROM before_held EXCEPT SELECT * FROM r_part_effect) AS d
)
SELECT
    d.measure_id,
    d.policy_id,
    f.is_source,
    greatest(f.touched_at, (SELECT max(b.known_from) FROM r_part_before AS b WHERE b.measure_id = d.measure_id)) AS known_at
FROM differing AS d
INNER JOIN r_part AS f ON f.policy_id = d.policy_id;

UPDATE measure_effect SET known_to = c.known_at
FROM r_part_changed AS c
WHERE measure_effect.measure_id = c.measure_id AND measure_effect.known_to IS NULL;

INSERT INTO measure_effect BY NAME
SELECT
    r.*,
    c.known_at AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to,
    CASE WHEN c.is_source THEN 'source' ELSE 'parser' END AS change_cause
FROM r_part_effect AS r
INNER JOIN r_part_changed AS c ON c.measure_id = r.measure_id;

INSERT INTO unpublished
SELECT DISTINCT 'policy', c.policy_id
FROM r_part_changed AS c
WHERE NOT EXISTS (SELECT 1 FROM unpublished AS a WHERE a.kind = 'all');
