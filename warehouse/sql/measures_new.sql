-- Step measures_new: the measures of policies that are new.
-- In: r_policy, in_clauses. Out: measure_version.

-- As written: clauses stream past the policies, so that those of one policy lie side by side, to be found together later.
SET disabled_optimizers = 'join_order,build_side_probe_side';

INSERT INTO measure_version BY NAME
SELECT
    'me_' || substr(sha256(concat_ws('|', p.policy_id, c.path, c.position)), 1, 16) AS measure_id,
    p.policy_id,
    p.version_from AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to,
    p.version_cause AS change_cause,
    c.* EXCLUDE (capture_id)
FROM in_clauses AS c
INNER JOIN (
    SELECT q.policy_id, q.capture_id, q.version_from, q.version_cause FROM r_policy AS q WHERE q.is_new
) AS p ON p.capture_id = c.capture_id;

RESET disabled_optimizers;
