-- Events that are news, that no matching has seen and that nobody keeps back, oldest first, at most $most; with what
-- subscriptions choose by and how fresh their source is. told_days: the days that were left when the same end was announced before.
WITH first AS (
    SELECT e.rowid AS place
    FROM event AS e
    WHERE
        NOT coalesce(e.is_late, FALSE) AND e.withdrawn_at IS NULL
        AND e.event_id NOT IN (SELECT m.event_id FROM event_matched AS m)
        AND e.event_id NOT IN (
            SELECT h.event_id FROM held_event AS h INNER JOIN hold AS o ON o.hold_id = h.hold_id WHERE o.state <> 'released'
        )
    ORDER BY e.detected_at, e.event_id
    LIMIT CAST($most AS BIGINT)
),
-- Their texts are read of these only: reading them of all that wait would keep them all in memory.
fresh AS (
    SELECT e.* FROM event AS e WHERE e.rowid IN (SELECT f.place FROM first AS f)
),
told AS (
    SELECT f.event_id, list(CAST(json_extract_string(b.after, '$.days_left') AS INTEGER) ORDER BY b.detected_at) AS told_days
    FROM fresh AS f
    INNER JOIN event AS b
        ON
            b.kind = 'expiring' AND b.policy_id = f.policy_id AND b.happened_on = f.happened_on
            AND b.detected_at < f.detected_at AND b.withdrawn_at IS NULL
    WHERE f.kind = 'expiring'
    GROUP BY f.event_id
)
SELECT f.*, v.issuers, v.topic, s.title AS source_title, s.jurisdiction, s.last_good_at AS source_checked_at, t.told_days
FROM fresh AS f
LEFT JOIN policy_version AS v ON v.policy_id = f.policy_id AND v.known_to IS NULL
LEFT JOIN source AS s ON s.source = f.source
LEFT JOIN told AS t ON t.event_id = f.event_id
ORDER BY f.detected_at, f.event_id;
