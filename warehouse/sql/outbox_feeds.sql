-- What the feeds hold, to tell which are behind: per subscription ('' is the feed of all) how many events, and the latest.
SELECT d.subscription, count(DISTINCT d.event_id) AS events, max(e.detected_at) AS latest
FROM delivery AS d
INNER JOIN event AS e ON e.event_id = d.event_id
WHERE e.withdrawn_at IS NULL
GROUP BY d.subscription
UNION ALL
SELECT '' AS subscription, count(*) AS events, max(e.detected_at) AS latest
FROM event_matched AS m
INNER JOIN event AS e ON e.event_id = m.event_id
WHERE e.withdrawn_at IS NULL;
