-- Step events_edited: the policies whose document changed, and whether the change declares itself; told one by one (event_edit).
-- In: r_policy, r_policy_before. Out: r_edited.

-- An edit is a revision if it says so (number, dates), or if a document that amends this one became known meanwhile.
CREATE OR REPLACE TEMP TABLE r_edited AS
WITH amendment AS (
    SELECT
        c.bound_policy_id AS policy_id,
        arg_max(coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date), c.known_from) AS day,
        arg_max(c.quote, c.known_from) AS quote
    FROM citation AS c
    INNER JOIN r_policy AS p ON p.policy_id = c.bound_policy_id
    INNER JOIN policy_version AS v ON v.policy_id = c.policy_id AND v.known_to IS NULL
    WHERE
        c.known_to IS NULL AND c.bound_policy_id IS NOT NULL AND c.relation IN ('amends', 'extends') AND c.page_kind = 'policy'
        AND c.policy_id <> c.bound_policy_id AND c.known_from > p.before_from
    GROUP BY c.bound_policy_id
)
SELECT
    p.policy_id,
    p.page_id,
    p.source,
    p.number,
    p.title,
    p.url,
    p.version_from,
    p.content_hash,
    b.text_hash AS text_hash_before,
    p.text_hash,
    a.quote,
    CASE
        WHEN p.published_date IS DISTINCT FROM b.published_date AND p.published_date IS NOT NULL THEN p.published_date
        WHEN p.signed_date IS DISTINCT FROM b.signed_date AND p.signed_date IS NOT NULL THEN p.signed_date
        ELSE a.day
    END AS happened_on,
    p.number IS DISTINCT FROM b.number
    OR p.signed_date IS DISTINCT FROM b.signed_date
    OR p.published_date IS DISTINCT FROM b.published_date
    OR a.policy_id IS NOT NULL AS is_revised
FROM r_policy AS p
INNER JOIN r_policy_before AS b ON b.policy_id = p.policy_id
LEFT JOIN amendment AS a ON a.policy_id = p.policy_id
WHERE p.has_new_content AND NOT p.has_new_winner AND p.version_cause = 'source';
