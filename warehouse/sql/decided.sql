-- Step decided: what people decided, up to this batch, of the citations that stand. A decision holds for every page of the
-- same document, from then on, until it is decided otherwise; it is about what is named, not about where it stands.
-- In: decision, load_now, page, policy_version, citation. Out: r_decided (citation_id, action, target_id, is_now: just decided).

CREATE OR REPLACE TEMP TABLE r_decided AS
WITH made AS (
    SELECT d.*, d.decision_id = n.batch AS is_now
    FROM decision AS d
    CROSS JOIN load_now AS n
    WHERE (d.moment, d.decision_id) <= (n.moment, n.batch)
),
place AS (
    SELECT m.decision_id, m.page_id FROM made AS m
    UNION
    SELECT m.decision_id, o.page_id
    FROM made AS m
    INNER JOIN page AS p ON p.page_id = m.page_id
    INNER JOIN page AS o ON o.policy_id = p.policy_id
)
SELECT
    c.citation_id,
    m.decision_id,
    m.decided_at,
    m.action,
    m.is_now,
    -- Ids may change with what is found later; the page that carried the policy tells which it is now.
    coalesce(v.policy_id, g.policy_id) AS target_id
FROM place AS p
INNER JOIN made AS m ON m.decision_id = p.decision_id
INNER JOIN citation AS c
    ON
        c.page_id = p.page_id AND c.known_to IS NULL
        AND c.number IS NOT DISTINCT FROM m.number AND c.title_norm IS NOT DISTINCT FROM m.title_norm
LEFT JOIN policy_version AS v ON v.policy_id = m.policy_id AND v.known_to IS NULL
LEFT JOIN page AS g ON g.page_id = m.target_page_id
QUALIFY row_number() OVER (PARTITION BY c.citation_id ORDER BY m.moment DESC, m.decision_id DESC) = 1;
