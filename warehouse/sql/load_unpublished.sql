-- Step load_unpublished: what the load as a whole changed, for the next publication.
-- In: load_run, load_seen, load_check, load_text, load_first_moved. Out: unpublished.
INSERT INTO unpublished
SELECT u.kind, u.id
FROM (
    SELECT 'crawl' AS kind, l.crawl_id AS id FROM load_run AS l
    UNION ALL
    SELECT 'checked', s.page_id FROM load_seen AS s
    UNION ALL
    SELECT 'checked', c.page_id FROM load_check AS c WHERE c.page_id NOT IN (SELECT s.page_id FROM load_seen AS s)
    UNION ALL
    SELECT 'text', t.text_hash FROM load_text AS t
    UNION ALL
    SELECT 'all', NULL FROM load_first_moved AS f WHERE f.is_known
) AS u;
