-- Step identity_plain: no page leaves its policy, no two policies turn out to be one.
-- Out: r_left, r_split, r_merged, all empty.
CREATE OR REPLACE TEMP TABLE r_left AS
SELECT p.page_id, p.policy_id, p.first_seen_at AS known_at, '' AS kind, '' AS rule FROM page AS p LIMIT 0;

CREATE OR REPLACE TEMP TABLE r_split AS
SELECT p.policy_id FROM page AS p LIMIT 0;

CREATE OR REPLACE TEMP TABLE r_merged AS
SELECT l.policy_id, l.other_policy_id, l.known_from AS merged_at FROM policy_link AS l LIMIT 0;
