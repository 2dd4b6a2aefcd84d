-- The latest $most events that a feed shows: of $subscription those that were queued for it, of all (null) those that are news:
-- nothing that was there before, came late, was withdrawn, waits for a person or was dropped by one.
SELECT e.*, v.issuers, v.topic, s.title AS source_title, s.jurisdiction, s.last_good_at AS source_checked_at
FROM event AS e
LEFT JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_to IS NULL
LEFT JOIN source AS s ON s.source = e.source
WHERE
    e.withdrawn_at IS NULL
    AND CASE
        WHEN CAST($subscription AS VARCHAR) IS NOT NULL
            THEN e.event_id IN (SELECT d.event_id FROM delivery AS d WHERE d.subscription = $subscription)
        ELSE
            NOT e.is_baseline AND NOT coalesce(e.is_late, FALSE) AND coalesce(e.change_cause, 'source') <> 'parser'
            AND e.event_id IN (SELECT m.event_id FROM event_matched AS m)
            AND e.event_id NOT IN (
                SELECT h.event_id FROM held_event AS h INNER JOIN hold AS o ON o.hold_id = h.hold_id WHERE o.state <> 'released'
            )
    END
ORDER BY e.detected_at DESC, e.event_id
LIMIT CAST($most AS BIGINT);
