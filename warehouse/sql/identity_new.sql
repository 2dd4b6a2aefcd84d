-- Step identity_new: a policy for every group of pages that carries none yet.
-- In: r_label, r_changed. Out: policy, r_new_policy, r_changed.policy_id filled.
-- The key is that of the group's most authoritative page: number and issuers, else title, issuers and signed date, else the URL.

CREATE OR REPLACE TEMP TABLE r_new_policy AS
WITH member AS (
    SELECT
        l.label,
        c.page_id,
        c.canonical_url,
        c.source,
        c.change_cause,
        CASE
            WHEN c.number IS NOT NULL AND len(c.issuers_norm) > 0
                THEN 'number|' || c.number || '|' || array_to_string(list_sort(c.issuers_norm), '、')
            WHEN c.number IS NOT NULL AND c.title_norm IS NOT NULL THEN 'number|' || c.number || '||' || c.title_norm
            WHEN c.title_norm IS NOT NULL AND len(c.issuers_norm) > 0 AND c.signed_date IS NOT NULL
                THEN 'title|' || c.title_norm || '|' || array_to_string(list_sort(c.issuers_norm), '、') || '|' || c.signed_date
            ELSE 'url|' || c.canonical_url
        END AS stable_key,
        min(c.known_at) OVER (PARTITION BY l.label) AS known_from,
        row_number() OVER (
            PARTITION BY l.label
            ORDER BY list_position(['issuer', 'portal', 'media', 'repost'], c.authority), c.known_at, c.canonical_url
        ) AS place
    FROM r_label AS l
    INNER JOIN r_changed AS c ON c.page_id = l.page_id
),
lead_page AS (
    SELECT
        m.*,
        'po_' || substr(sha256(m.stable_key), 1, 16) AS plain_id,
        row_number() OVER (PARTITION BY m.stable_key ORDER BY m.known_from, m.canonical_url) AS turn
    FROM member AS m
    WHERE m.place = 1
)
SELECT
    p.label,
    p.page_id AS first_page_id,
    p.source,
    p.change_cause,
    p.known_from,
    p.stable_key,
    -- Two policies may share a key (a number corrected later, bare numbers): the second is told apart by its URL.
    CASE
        WHEN p.turn > 1 OR k.policy_id IS NOT NULL THEN 'po_' || substr(sha256(p.stable_key || '|' || p.canonical_url), 1, 16)
        ELSE p.plain_id
    END AS policy_id
FROM lead_page AS p
LEFT JOIN policy AS k ON k.policy_id = p.plain_id;

INSERT INTO policy BY NAME
SELECT n.policy_id, n.stable_key, n.known_from, n.first_page_id, n.source, n.change_cause FROM r_new_policy AS n;

UPDATE r_changed SET policy_id = n.policy_id
FROM r_label AS l, r_new_policy AS n
WHERE r_changed.page_id = l.page_id AND n.label = l.label;
