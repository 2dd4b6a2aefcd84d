-- Step readings_store: every reading with what it says, for histories that are played again.
-- In: load_reading, load_stored, in_clauses, in_citations. Out: reading, reading_clause, reading_citation.

-- As written: the clauses stream past the readings.
SET disabled_optimizers = 'join_order,build_side_probe_side';

INSERT INTO reading_clause BY NAME
SELECT n.content_id, c.* EXCLUDE (capture_id)
FROM in_clauses AS c
INNER JOIN (
    SELECT l.content_id, l.capture_id
    FROM load_reading AS l
    WHERE l.kind = 'policy' AND l.content_id NOT IN (SELECT s.content_id FROM load_stored AS s)
    QUALIFY row_number() OVER (PARTITION BY l.content_id ORDER BY l.known_at, l.capture_id) = 1
) AS n ON n.capture_id = c.capture_id;

RESET disabled_optimizers;

INSERT INTO reading_citation BY NAME
SELECT n.content_id, c.* EXCLUDE (capture_id)
FROM (
    SELECT l.content_id, l.capture_id
    FROM load_reading AS l
    WHERE l.content_id NOT IN (SELECT s.content_id FROM load_stored AS s)
    QUALIFY row_number() OVER (PARTITION BY l.content_id ORDER BY l.known_at, l.capture_id) = 1
) AS n
INNER JOIN in_citations AS c ON c.capture_id = n.capture_id;

INSERT INTO reading BY NAME
SELECT
    l.page_id, l.content_id, l.capture_id, l.change_cause, l.crawl_id, l.moment, l.batch, l.known_at, l.fetched_at, l.url,
    l.source, l.authority, l.parser_version, l.reading_hash, l.digest
FROM load_reading AS l;
