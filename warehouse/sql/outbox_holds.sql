-- What is kept back, with its source's title and its events by kind: all of it where $decided, else what nobody decided on yet.
WITH kinds AS (
    SELECT h.hold_id, e.kind, count(*) AS events
    FROM held_event AS h
    INNER JOIN event AS e ON e.event_id = h.event_id
    GROUP BY h.hold_id, e.kind
)
SELECT o.*, s.title AS source_title, map_from_entries(list((k.kind, k.events) ORDER BY k.kind)) AS counts
FROM hold AS o
LEFT JOIN source AS s ON s.source = o.source
INNER JOIN kinds AS k ON k.hold_id = o.hold_id
WHERE CAST($decided AS BOOLEAN) OR o.state = 'held'
GROUP BY ALL
ORDER BY o.held_at, o.source, o.hold_id;
