-- Step identity_left: where the pages that left a policy went.
-- In: r_left, r_changed. Out: policy_link, r_split (policies that were split off).
INSERT INTO policy_link BY NAME
SELECT l.policy_id, l.kind, c.policy_id AS other_policy_id, l.known_at AS known_from, l.page_id, l.rule
FROM r_left AS l
INNER JOIN r_changed AS c ON c.page_id = l.page_id
WHERE c.policy_id IS NOT NULL;

CREATE OR REPLACE TEMP TABLE r_split AS
SELECT DISTINCT c.policy_id
FROM r_left AS l
INNER JOIN r_changed AS c ON c.page_id = l.page_id
WHERE l.kind = 'split';
