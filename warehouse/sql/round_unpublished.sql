-- Step round_unpublished: what this round changed, for the next publication.
-- In: r_changed, r_match, r_policy, r_force, r_citation_closed, r_bound, r_merged, r_left. Out: unpublished.
INSERT INTO unpublished
SELECT u.kind, u.id
FROM (
    SELECT 'page' AS kind, c.page_id AS id FROM r_changed AS c
    UNION
    SELECT 'page', m.page_id FROM r_match AS m
    UNION
    SELECT 'policy', p.policy_id FROM r_policy AS p
    UNION
    SELECT 'policy', f.policy_id FROM r_force AS f
    UNION
    SELECT 'policy', d.bound_policy_id FROM r_citation_closed AS d WHERE d.bound_policy_id IS NOT NULL
    UNION
    SELECT unnest(['citation', 'policy']), unnest([b.citation_id, b.bound_policy_id]) FROM r_bound AS b
    UNION
    -- Who is whose may have changed anywhere.
    SELECT 'all', NULL FROM r_merged
    UNION
    SELECT 'all', NULL FROM r_left
) AS u;
