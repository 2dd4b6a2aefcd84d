-- Step measures_new: the measures of policies that are new.
-- In: r_policy, in_clauses. Out: measure_version.

INSERT INTO measure_version BY NAME
SELECT
    'me_' || substr(sha256(concat_ws('|', p.policy_id, c.path, c.position)), 1, 16) AS measure_id,
    p.policy_id,
    p.version_from AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to,
    p.version_cause AS change_cause,
    c.* EXCLUDE (capture_id)
FROM r_policy AS p
INNER JOIN in_clauses AS c ON c.capture_id = p.capture_id
WHERE p.is_new;
