-- Step identity_leave: changed pages that carry another policy by now than the one that they were counted to: a page that was
-- taken for the same before its number was known (split), and an address that was given to another document (moved).
-- In: r_changed, page_version (as it was). Out: r_left, r_changed.policy_id emptied: the next steps find them a policy.

CREATE OR REPLACE TEMP TABLE r_left AS
SELECT
    c.page_id,
    c.policy_id,
    c.known_at,
    CASE WHEN v.number IS NULL THEN 'split' ELSE 'moved' END AS kind,
    CASE WHEN v.number IS NULL THEN 'another number became known' ELSE 'another number and another title at the same address' END AS rule
FROM r_changed AS c
INNER JOIN page_version AS v ON v.page_id = c.page_id AND v.known_to IS NULL
WHERE
    c.policy_id IS NOT NULL AND c.kind = 'policy' AND v.kind = 'policy' AND c.change_cause = 'source' AND c.number IS NOT NULL
    AND (
        (
            v.number IS NULL
            AND EXISTS (
                SELECT 1
                FROM page_version AS o
                WHERE
                    o.policy_id = c.policy_id AND o.page_id <> c.page_id AND o.known_to IS NULL AND o.kind = 'policy'
                    AND o.authority IN ('issuer', 'portal') AND o.number <> c.number
            )
        )
        OR (
            v.number <> c.number AND v.title_norm <> c.title_norm
            AND coalesce(v.instrument_title_norm <> c.instrument_title_norm, TRUE)
            AND v.signed_date IS DISTINCT FROM c.signed_date
        )
    );

UPDATE r_changed SET policy_id = NULL
WHERE page_id IN (SELECT l.page_id FROM r_left AS l);
