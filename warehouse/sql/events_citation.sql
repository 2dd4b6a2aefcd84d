-- Step events_citation: what a newly bound citation of a policy page brings to a policy that was known before.
-- What somebody ended before the day of its act brings nothing.
-- In: r_bound, r_ended_now, citation, r_new_policy. Out: load_event (amended, partially_repealed, extended).

INSERT INTO load_event BY NAME
SELECT
    k.kind,
    concat_ws('|', t.policy_id, CASE WHEN k.kind = 'extended' AND c.ends_on IS NOT NULL THEN CAST(c.ends_on AS VARCHAR) ELSE c.policy_id END)
        AS fact,
    1 AS rank,
    t.policy_id,
    t.page_id,
    t.source,
    t.number,
    t.title,
    t.url,
    coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date) AS happened_on,
    b.bound_at AS detected_at,
    CASE WHEN k.kind = 'extended' THEN CAST(to_json({'in_force_to': e.in_force_to}) AS VARCHAR) END AS before,
    CAST(json_merge_patch(
        to_json({
            'by_policy_id': v.policy_id, 'by_number': v.number, 'by_title': v.title, 'scope': c.scope, 'in_force_to': c.ends_on
        }),
        -- Nothing is added where no person bound it.
        CASE WHEN d.decision_id IS NULL THEN '{}' ELSE to_json({'bound_by': concat_ws(': ', d.person, d.reason)}) END
    ) AS VARCHAR) AS after,
    c.quote,
    v.source AS cause_source
FROM r_bound AS b
INNER JOIN citation AS c ON c.citation_id = b.citation_id AND c.known_to IS NULL
INNER JOIN (
    VALUES ('amends', 'amended'), ('partially_repeals', 'partially_repealed'), ('repeals', 'partially_repealed'), ('extends', 'extended')
) AS k(relation, kind) ON k.relation = c.relation
INNER JOIN policy_version AS v ON v.policy_id = c.policy_id AND v.known_to IS NULL
INNER JOIN policy_version AS t ON t.policy_id = b.bound_policy_id AND t.known_to IS NULL
LEFT JOIN r_effect_before AS e ON e.policy_id = t.policy_id AND e.interval_no = 1
LEFT JOIN decision AS d ON d.decision_id = b.decision_id
LEFT JOIN r_ended_now AS n ON n.policy_id = c.policy_id
WHERE
    b.bound_cause = 'source'
    AND c.page_kind = 'policy'
    AND (c.relation <> 'repeals' OR c.scope IS NOT NULL)
    AND t.policy_id <> c.policy_id
    AND NOT is_void_act(
        n.in_force_to, coalesce(c.starts_on, v.in_force_from, v.effective_date, v.signed_date, v.published_date)
    )
    AND t.policy_id NOT IN (SELECT n.policy_id FROM r_new_policy AS n)
    AND c.policy_id NOT IN (SELECT s.policy_id FROM r_split AS s);
