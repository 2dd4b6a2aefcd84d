-- How fresh every answer is: per source, the last good check and what is known from it.
CREATE VIEW sources AS
SELECT
    s.source,
    s.title,
    s.jurisdiction,
    s.authority,
    s.homepage,
    s.timezone,
    s.schedule,
    s.last_good_at,
    s.last_crawl_at,
    s.last_verdict,
    CASE
        WHEN s.last_crawl_at IS NULL THEN 'never_checked'
        WHEN s.bad_streak >= 2 THEN 'unhealthy'
        WHEN s.bad_streak = 1 THEN 'suspect'
        ELSE 'healthy'
    END AS health,
    h.health_since,
    coalesce(h.health_reasons, []) AS health_reasons,
    coalesce(g.pages, 0) AS pages,
    coalesce(g.pages_gone, 0) AS pages_gone,
    coalesce(v.policies, 0) AS policies,
    coalesce(r.rejected, 0) AS rejected
FROM source AS s
LEFT JOIN (
    SELECT p.source, count(*) AS pages, count(*) FILTER (WHERE p.state = 'gone') AS pages_gone FROM page AS p GROUP BY p.source
) AS g ON g.source = s.source
LEFT JOIN (
    SELECT q.source, count(*) AS policies FROM policy_version AS q WHERE q.known_to IS NULL GROUP BY q.source
) AS v ON v.source = s.source
LEFT JOIN (
    -- The runs since the health last turned; the last of them says why. Partial runs turn nothing, and are the reason
    -- only where all is well.
    SELECT
        c.source,
        min(c.finished_at) FILTER (WHERE c.verdict <> 'partial') AS health_since,
        arg_max(c.reasons, c.finished_at) FILTER (WHERE c.verdict <> 'partial' OR t.is_good) AS health_reasons
    FROM crawl AS c
    INNER JOIN (
        SELECT
            a.source,
            o.bad_streak = 0 AS is_good,
            max(a.finished_at) FILTER (WHERE (a.verdict = 'good') <> (o.bad_streak = 0) AND a.verdict <> 'partial') AS turned_at
        FROM crawl AS a
        INNER JOIN source AS o ON o.source = a.source
        GROUP BY a.source, o.bad_streak
    ) AS t ON t.source = c.source
    WHERE t.turned_at IS NULL OR c.finished_at > t.turned_at
    GROUP BY c.source
) AS h ON h.source = s.source
LEFT JOIN (SELECT j.source, count(*) AS rejected FROM rejected AS j GROUP BY j.source) AS r ON r.source = s.source;
