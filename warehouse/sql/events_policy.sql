-- Step events_policy: issued, for every policy first known in this round; one that was split off was known as another.
-- In: r_policy, r_effect. Out: load_event.

INSERT INTO load_event BY NAME
SELECT
    'issued' AS kind,
    p.policy_id AS fact,
    0 AS rank,
    p.policy_id,
    p.page_id,
    p.source,
    p.number,
    p.title,
    p.url,
    coalesce(p.published_date, p.signed_date, CAST(p.version_from AT TIME ZONE p.timezone AS DATE)) AS happened_on,
    p.version_from AS detected_at,
    CAST(to_json({
        'number': p.number, 'title': p.title, 'issuers': p.issuers, 'signed_date': p.signed_date,
        'published_date': p.published_date, 'in_force_from': e.in_force_from, 'in_force_to': e.in_force_to
    }) AS VARCHAR) AS after,
    p.source AS cause_source
FROM r_policy AS p
LEFT JOIN r_effect AS e ON e.policy_id = p.policy_id AND e.interval_no = 1
WHERE p.is_new AND p.version_cause = 'source' AND p.policy_id NOT IN (SELECT s.policy_id FROM r_split AS s);
