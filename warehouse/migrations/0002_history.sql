-- What a history needs to come out the same whatever the order of arrival: every reading with what it says, every look
-- of the calendar, and where policies were found to be one or two. See docs/decisions/0017-late-captures.md.

-- One row per capture that was read (once per reader). `moment` and `batch` order them: what one run learned, or what was
-- captured on one day by hand, became known together.
CREATE TABLE reading (
    page_id VARCHAR,
    content_id VARCHAR,
    capture_id VARCHAR,
    change_cause VARCHAR,
    crawl_id VARCHAR,
    moment TIMESTAMPTZ,
    batch VARCHAR,
    known_at TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ,
    url VARCHAR,
    source VARCHAR,
    authority VARCHAR,
    parser_version VARCHAR,
    reading_hash VARCHAR,
    digest VARCHAR
);

CREATE TABLE reading_clause (
    content_id VARCHAR,
    position INTEGER,
    path VARCHAR,
    label VARCHAR,
    heading VARCHAR,
    text VARCHAR USING COMPRESSION zstd,
    level INTEGER,
    bodies VARCHAR[],
    amounts VARCHAR,
    targets VARCHAR,
    expiries VARCHAR
);

CREATE TABLE reading_citation (
    content_id VARCHAR,
    position INTEGER,
    relation VARCHAR,
    title VARCHAR,
    title_norm VARCHAR,
    number VARCHAR,
    number_raw VARCHAR,
    quote VARCHAR,
    date DATE,
    until DATE,
    scope VARCHAR
);

CREATE TABLE policy_link (
    policy_id VARCHAR,
    kind VARCHAR,
    other_policy_id VARCHAR,
    known_from TIMESTAMPTZ,
    page_id VARCHAR,
    rule VARCHAR
);

CREATE TABLE calendar_run (
    today DATE,
    now TIMESTAMPTZ,
    warn_days INTEGER[]
);

ALTER TABLE measure_version ADD COLUMN expiries VARCHAR;
ALTER TABLE page ADD COLUMN first_read_at TIMESTAMPTZ;
ALTER TABLE source ADD COLUMN first_good_run_at TIMESTAMPTZ;
ALTER TABLE source ADD COLUMN first_good_crawl_at TIMESTAMPTZ;
ALTER TABLE event ADD COLUMN cause_source VARCHAR;
ALTER TABLE event ADD COLUMN moment TIMESTAMPTZ;
ALTER TABLE event ADD COLUMN is_late BOOLEAN;
ALTER TABLE event ADD COLUMN withdrawn_at TIMESTAMPTZ;

-- What an older warehouse knows of all this, as well as it can be said now.
UPDATE page SET first_read_at = v.known_from
FROM (SELECT w.page_id, min(w.known_from) AS known_from FROM page_version AS w GROUP BY w.page_id) AS v
WHERE page.page_id = v.page_id;

UPDATE source SET first_good_run_at = c.finished_at FROM crawl AS c WHERE c.crawl_id = source.first_good_run_id;

UPDATE source SET first_good_crawl_at = c.finished_at FROM crawl AS c WHERE c.crawl_id = source.first_good_crawl_id;

INSERT INTO reading BY NAME
SELECT
    v.page_id,
    'rd_' || substr(sha256(concat_ws('|', v.page_id, v.reading_hash)), 1, 16) AS content_id,
    v.capture_id,
    v.change_cause,
    c.crawl_id,
    coalesce(r.finished_at, v.known_from) AS moment,
    coalesce(c.crawl_id, '') AS batch,
    v.known_from AS known_at,
    coalesce(c.fetched_at, v.known_from) AS fetched_at,
    v.url,
    v.source,
    v.authority,
    v.parser_version,
    v.reading_hash,
    c.digest
FROM page_version AS v
LEFT JOIN capture AS c ON c.capture_id = v.capture_id
LEFT JOIN crawl AS r ON r.crawl_id = c.crawl_id AND r.source IS NOT NULL;

INSERT INTO reading_clause BY NAME
SELECT
    'rd_' || substr(sha256(concat_ws('|', w.page_id, w.reading_hash)), 1, 16) AS content_id,
    m.position, m.path, m.label, m.heading, m.text, m.level, m.bodies, m.amounts, m.targets
FROM (
    SELECT v.page_id, v.reading_hash, v.known_from, p.policy_id
    FROM page_version AS v
    INNER JOIN policy_version AS p ON p.page_id = v.page_id AND p.known_from = v.known_from
    QUALIFY row_number() OVER (PARTITION BY v.page_id, v.reading_hash ORDER BY v.known_from) = 1
) AS w
INNER JOIN measure_version AS m
    ON m.policy_id = w.policy_id AND m.known_from <= w.known_from AND (m.known_to IS NULL OR m.known_to > w.known_from);

INSERT INTO reading_citation BY NAME
SELECT
    'rd_' || substr(sha256(concat_ws('|', w.page_id, w.reading_hash)), 1, 16) AS content_id,
    c.position, c.relation, c.title, c.title_norm, c.number, c.number_raw, c.quote, c.starts_on AS date, c.ends_on AS until, c.scope
FROM (
    SELECT v.page_id, v.reading_hash, v.known_from
    FROM page_version AS v
    QUALIFY row_number() OVER (PARTITION BY v.page_id, v.reading_hash ORDER BY v.known_from) = 1
) AS w
INNER JOIN citation AS c
    ON c.page_id = w.page_id AND c.known_from <= w.known_from AND (c.known_to IS NULL OR c.known_to > w.known_from);

INSERT INTO calendar_run
SELECT DISTINCT CAST(e.detected_at AT TIME ZONE 'Asia/Shanghai' AS DATE), e.detected_at, [30, 7]
FROM event AS e
WHERE e.kind IN ('commenced', 'expired', 'expiring');

CREATE TABLE measure_effect (
    measure_id VARCHAR,
    policy_id VARCHAR,
    known_from TIMESTAMPTZ,
    known_to TIMESTAMPTZ,
    change_cause VARCHAR,
    in_force_from DATE,
    in_force_to DATE,
    start_rule VARCHAR,
    start_quote VARCHAR,
    end_kind VARCHAR,
    end_rule VARCHAR,
    end_quote VARCHAR,
    end_policy_id VARCHAR,
    disputed BOOLEAN,
    evidence VARCHAR
);
