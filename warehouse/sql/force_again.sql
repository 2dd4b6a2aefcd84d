-- Step force_again: those of r_follow, and they alone, have a place among what is weighed next.
-- In: r_follow, r_ended_now. Out: r_force, r_ended; r_effect and r_act without theirs.

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
