-- Step readings_mirrors: which address speaks for a page.
-- In: load_reading, reading. Out: load_reading.

-- A page may answer under mirror addresses too. Its canonical address speaks for it as soon as it has been read there;
-- until then one mirror does. The others are witnesses: their captures are kept, nothing else.
DELETE FROM load_reading
WHERE capture_id IN (
    SELECT r.capture_id
    FROM load_reading AS r
    INNER JOIN (
        SELECT l.page_id, l.url, l.moment, l.batch FROM load_reading AS l
        UNION ALL
        SELECT s.page_id, s.url, s.moment, s.batch FROM reading AS s
        WHERE s.page_id IN (SELECT n.page_id FROM load_reading AS n)
    ) AS o ON o.page_id = r.page_id AND o.url <> r.url
    WHERE (o.url <> r.canonical_url, o.url) < (r.url <> r.canonical_url, r.url) AND (o.moment, o.batch) <= (r.moment, r.batch)
);
