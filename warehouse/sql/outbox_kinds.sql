-- How many events of each kind the messages $keys stand for.
SELECT d.message_key, e.kind, count(*) AS events
FROM delivery AS d
INNER JOIN event AS e ON e.event_id = d.event_id
WHERE d.status = 'pending' AND e.withdrawn_at IS NULL AND d.message_key IN (SELECT unnest(CAST($keys AS VARCHAR[])))
GROUP BY d.message_key, e.kind
ORDER BY d.message_key, e.kind;
