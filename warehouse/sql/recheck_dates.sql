-- Per page of $source: the days by which a crawler can tell how soon it is worth asking again.
SELECT
    p.canonical_url,
    v.published_date,
    v.in_force_from,
    v.in_force_to,
    -- The first reading is no change, and neither is what another parser reads differently.
    CASE WHEN h.last_from > h.first_from THEN h.last_from END AS changed_at
FROM page AS p
INNER JOIN page_version AS v ON v.page_id = p.page_id AND v.known_to IS NULL
INNER JOIN (
    SELECT
        page_id,
        min(known_from) AS first_from,
        max(known_from) FILTER (WHERE change_cause = 'source') AS last_from
    FROM page_version
    GROUP BY page_id
) AS h ON h.page_id = p.page_id
WHERE p.source = $source
ORDER BY p.canonical_url;
