-- Step events_pages: news and press conferences about a policy, interpretations of it; once per page and policy.
-- In: r_bound, citation. Out: load_event (reported, interpreted).

INSERT INTO load_event BY NAME
SELECT
    CASE WHEN c.page_kind = 'interpretation' THEN 'interpreted' ELSE 'reported' END AS kind,
    concat_ws('|', c.page_id, b.bound_policy_id) AS fact,
    0 AS rank,
    b.bound_policy_id AS policy_id,
    c.page_id,
    v.source,
    t.number,
    t.title,
    v.url,
    v.published_date AS happened_on,
    b.bound_at AS detected_at,
    CAST(to_json({'page_title': v.title, 'relation': c.relation}) AS VARCHAR) AS after,
    c.quote,
    CASE WHEN b.is_new THEN v.source ELSE t.source END AS cause_source
FROM r_bound AS b
INNER JOIN citation AS c ON c.citation_id = b.citation_id AND c.known_to IS NULL
INNER JOIN page_version AS v ON v.page_id = c.page_id AND v.known_to IS NULL
INNER JOIN policy_version AS t ON t.policy_id = b.bound_policy_id AND t.known_to IS NULL
WHERE b.bound_cause = 'source' AND c.page_kind IN ('news', 'press_conference', 'interpretation');
