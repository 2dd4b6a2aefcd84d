-- Step acts: what documents do to other documents, as it stands: for policies (force_facts, force_follow) and their parts (part_facts).
-- In: citation, policy_version, decision. Out: the macro is_void_act, the view r_deed. is_whole: it is done to the whole document; what is ended or
-- suspended in part still holds.

-- An act of a document whose last day was before the eve of the act: nothing comes of it.
CREATE OR REPLACE TEMP MACRO is_void_act(last_day, act_day) AS coalesce(last_day + 1 < act_day, FALSE);

CREATE OR REPLACE TEMP VIEW r_deed AS
SELECT
    c.citation_id,
    c.known_from,
    c.bound_policy_id AS policy_id,
    c.policy_id AS by_policy_id,
    c.relation,
    c.scope,
    c.relation = 'extends' OR (c.relation IN ('repeals', 'suspends') AND c.scope IS NULL) AS is_whole,
    coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date, CAST(c.known_from AT TIME ZONE 'Asia/Shanghai' AS DATE))
        AS day,
    c.ends_on AS until,
    c.quote,
    c.bound_at,
    CASE WHEN d.decision_id IS NOT NULL THEN concat_ws(': ', d.person, d.reason) END AS bound_by
FROM citation AS c
INNER JOIN policy_version AS v ON v.policy_id = c.policy_id AND v.known_to IS NULL
LEFT JOIN decision AS d ON d.decision_id = c.decision_id
WHERE c.known_to IS NULL AND c.page_kind = 'policy' AND c.bound_policy_id IS NOT NULL AND c.policy_id <> c.bound_policy_id;
