-- What was answered for the pages that are checked late, in order of time.
SELECT c.* FROM late_check AS c ORDER BY c.page_id, c.checked_at, c.finished_at, c.crawl_id;
