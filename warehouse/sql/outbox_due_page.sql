-- The next $most due messages after $position.
SELECT d.* FROM outbox_due AS d
WHERE d.position > $position AND d.position <= $position + $most
ORDER BY d.position;
