-- Per page ($source, or all): the capture of its last reading, and who read it.
SELECT c.*, p.parser_version, v.reading_hash
FROM page AS p
INNER JOIN capture AS c ON c.capture_id = p.last_read_capture_id
LEFT JOIN page_version AS v ON v.page_id = p.page_id AND v.known_to IS NULL
WHERE $source IS NULL OR p.source = $source
ORDER BY p.canonical_url;
