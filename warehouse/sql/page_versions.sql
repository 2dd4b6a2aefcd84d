-- Step page_versions: close what the changed readings replace, append them, and note what was read last.
-- In: r_changed, r_told, r_reading. Out: page_version, page.

UPDATE page_version SET known_to = c.known_at
FROM r_changed AS c
INNER JOIN r_told AS t ON t.page_id = c.page_id
WHERE page_version.rowid = t.version_place;

INSERT INTO page_version BY NAME
SELECT
    c.* EXCLUDE (canonical_url, fetched_at, known_at, is_new),
    c.known_at AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to
FROM r_changed AS c;

UPDATE page
SET
    policy_id = coalesce(c.policy_id, t.policy_id),
    kind = c.kind,
    last_changed_at = c.known_at,
    first_read_at = coalesce(t.first_read_at, c.known_at)
FROM r_changed AS c
INNER JOIN r_told AS t ON t.page_id = c.page_id
WHERE page.rowid = t.page_place;

UPDATE page
SET reading_url = r.url, last_read_capture_id = r.capture_id, parser_version = r.parser_version
FROM r_reading AS r
WHERE page.rowid = r.page_place;
