-- Step publish_chosen: which policies the tables that only readers have are made for: those that changed, or all of them.
-- In: $is_all, unpublished, policy. Out: chosen.
CREATE OR REPLACE TEMP TABLE chosen AS
SELECT DISTINCT u.id AS policy_id FROM unpublished AS u WHERE NOT $is_all AND u.kind = 'policy'
UNION ALL
SELECT p.policy_id FROM policy AS p WHERE $is_all;
