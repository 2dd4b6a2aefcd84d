-- Every page that ever answered: what it is, whose it is, whether it is still there.
CREATE VIEW pages AS
SELECT
    p.page_id,
    p.canonical_url AS url,
    p.source,
    w.authority,
    p.kind,
    w.title,
    p.policy_id,
    p.state,
    w.published_date,
    p.first_seen_at,
    p.last_checked_at,
    p.last_answered_at,
    p.last_changed_at,
    p.missing_since,
    p.parser_version,
    w.language,
    w.script,
    w.warnings,
    w.text_hash
FROM page AS p
LEFT JOIN page_version AS w ON w.page_id = p.page_id AND w.known_to IS NULL;
