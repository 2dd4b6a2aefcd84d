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
LEFT JOIN (SELECT j.source, count(*) AS rejected FROM rejected AS j GROUP BY j.source) AS r ON r.source = s.source;
