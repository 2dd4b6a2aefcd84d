-- Step force_follow: an act of a document that somebody ended before the day of the act is void; so where such an end came or
-- went, the policies that the document acts on are weighed once more.
-- In: r_force, r_effect, r_ended, citation, policy_version. Out: r_follow, r_force, r_ended; r_effect and r_act without theirs.

CREATE OR REPLACE TEMP TABLE r_ended_now AS
SELECT e.policy_id, e.in_force_to FROM r_ended AS e WHERE e.policy_id NOT IN (SELECT n.policy_id FROM r_effect AS n)
UNION ALL
SELECT n.policy_id, max(n.in_force_to) AS in_force_to
FROM r_effect AS n
WHERE n.end_kind IN ('repealed', 'repealed_stated')
GROUP BY n.policy_id;

CREATE OR REPLACE TEMP TABLE r_follow AS
SELECT t.*, row_number() OVER () - 1 AS place
FROM (
    SELECT c.bound_policy_id AS policy_id, max(f.touched_at) AS touched_at, bool_or(f.is_source) AS is_source
    FROM r_force AS f
    INNER JOIN citation AS c ON c.policy_id = f.policy_id AND c.known_to IS NULL AND c.page_kind = 'policy'
    INNER JOIN policy_version AS v ON v.policy_id = f.policy_id AND v.known_to IS NULL
    LEFT JOIN r_ended AS a ON a.policy_id = f.policy_id
    LEFT JOIN r_ended_now AS b ON b.policy_id = f.policy_id
    WHERE
        f.place IS NOT NULL
        AND c.bound_policy_id <> f.policy_id AND c.relation IN ('repeals', 'extends', 'suspends') AND c.scope IS NULL
        AND coalesce(a.in_force_to + 1 < coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date), FALSE)
        <> coalesce(b.in_force_to + 1 < coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date), FALSE)
    GROUP BY c.bound_policy_id
) AS t;

CREATE OR REPLACE TEMP TABLE r_ended AS
SELECT n.* FROM r_ended_now AS n;

UPDATE r_force SET place = NULL;

INSERT INTO r_force BY NAME
SELECT t.* EXCLUDE (place) FROM r_follow AS t WHERE t.policy_id NOT IN (SELECT f.policy_id FROM r_force AS f);

UPDATE r_force
SET
    place = t.place,
    touched_at = greatest(r_force.touched_at, t.touched_at),
    is_source = r_force.is_source OR t.is_source
FROM r_follow AS t
WHERE r_force.policy_id = t.policy_id;

DELETE FROM r_effect WHERE policy_id IN (SELECT t.policy_id FROM r_follow AS t);

DELETE FROM r_act WHERE policy_id IN (SELECT t.policy_id FROM r_follow AS t);
