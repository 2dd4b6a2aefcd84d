-- Every event that stands: what changed, when it happened in law, when we learned it, and the words that say so.
CREATE VIEW changes AS
SELECT
    e.event_id,
    e.kind,
    e.policy_id,
    e.number,
    e.title,
    e.source,
    e.url,
    e.happened_on,
    e.detected_at,
    e.before,
    e.after,
    e.quote,
    e.is_baseline,
    e.page_id,
    v.issuers,
    v.topic,
    e.crawl_id,
    e.is_late
FROM event AS e
LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
WHERE e.withdrawn_at IS NULL;
