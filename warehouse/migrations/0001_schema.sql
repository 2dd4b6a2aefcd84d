-- The schema of the writer's database. Legal dates are DATE in the portal's own zone; knowledge times are
-- TIMESTAMPTZ (UTC), half-open: known_from <= t < known_to, known_to NULL for what is held true now.
-- No keys or indexes on what is updated: the load's own SQL keeps the keys, and the statements run elsewhere as they are.
-- What each column means is said once, in dictionary.py, and travels with the data as comments.

CREATE TABLE source (
    source VARCHAR,
    title VARCHAR,
    jurisdiction VARCHAR,
    authority VARCHAR,
    homepage VARCHAR,
    timezone VARCHAR,
    schedule VARCHAR,
    first_good_run_id VARCHAR,
    first_good_crawl_id VARCHAR,
    last_crawl_id VARCHAR,
    last_crawl_at TIMESTAMPTZ,
    last_verdict VARCHAR,
    last_good_at TIMESTAMPTZ,
    bad_streak INTEGER
);

CREATE TABLE crawl (
    crawl_id VARCHAR,
    source VARCHAR,
    started_at TIMESTAMPTZ,
    finished_at TIMESTAMPTZ,
    verdict VARCHAR,
    reasons VARCHAR[],
    counts VARCHAR
);

CREATE TABLE capture (
    capture_id VARCHAR,
    crawl_id VARCHAR,
    source VARCHAR,
    page_id VARCHAR,
    role VARCHAR,
    url VARCHAR,
    canonical_url VARCHAR,
    fetched_at TIMESTAMPTZ,
    outcome VARCHAR,
    status INTEGER,
    digest VARCHAR,
    content_type VARCHAR,
    warc_file VARCHAR,
    warc_offset BIGINT,
    warc_length BIGINT,
    listed VARCHAR,
    error VARCHAR,
    etag VARCHAR,
    last_modified VARCHAR
);

CREATE TABLE page (
    page_id VARCHAR,
    canonical_url VARCHAR,
    reading_url VARCHAR,
    source VARCHAR,
    policy_id VARCHAR,
    kind VARCHAR,
    state VARCHAR,
    first_seen_at TIMESTAMPTZ,
    last_checked_at TIMESTAMPTZ,
    last_answered_at TIMESTAMPTZ,
    last_changed_at TIMESTAMPTZ,
    missing_count INTEGER,
    missing_since TIMESTAMPTZ,
    last_read_capture_id VARCHAR,
    parser_version VARCHAR
);

CREATE TABLE page_version (
    page_id VARCHAR,
    known_from TIMESTAMPTZ,
    known_to TIMESTAMPTZ,
    change_cause VARCHAR,
    parser_version VARCHAR,
    capture_id VARCHAR,
    reading_hash VARCHAR,
    url VARCHAR,
    source VARCHAR,
    authority VARCHAR,
    policy_id VARCHAR,
    kind VARCHAR,
    title VARCHAR,
    title_norm VARCHAR,
    instrument_title VARCHAR,
    instrument_title_norm VARCHAR,
    number VARCHAR,
    number_raw VARCHAR,
    issuers VARCHAR[],
    issuers_norm VARCHAR[],
    issuers_raw VARCHAR,
    joint_issuers VARCHAR[],
    signatories VARCHAR[],
    publisher VARCHAR,
    topic VARCHAR,
    index_number VARCHAR,
    signed_date DATE,
    signed_date_raw VARCHAR,
    published_date DATE,
    published_date_raw VARCHAR,
    effective_date DATE,
    effective_date_raw VARCHAR,
    repealed_date DATE,
    repealed_date_raw VARCHAR,
    stated_status VARCHAR,
    status_raw VARCHAR,
    in_force_from DATE,
    in_force_to DATE,
    effect VARCHAR,
    attachments VARCHAR,
    language VARCHAR,
    script VARCHAR,
    text_hash VARCHAR,
    warnings VARCHAR[],
    evidence VARCHAR
);

CREATE TABLE body_text (
    text_hash VARCHAR,
    text VARCHAR USING COMPRESSION zstd
);

CREATE TABLE policy (
    policy_id VARCHAR,
    stable_key VARCHAR,
    known_from TIMESTAMPTZ,
    first_page_id VARCHAR,
    source VARCHAR,
    change_cause VARCHAR
);

CREATE TABLE policy_version (
    policy_id VARCHAR,
    known_from TIMESTAMPTZ,
    known_to TIMESTAMPTZ,
    change_cause VARCHAR,
    page_id VARCHAR,
    url VARCHAR,
    source VARCHAR,
    authority VARCHAR,
    content_hash VARCHAR,
    version_hash VARCHAR,
    title VARCHAR,
    title_norm VARCHAR,
    instrument_title VARCHAR,
    instrument_title_norm VARCHAR,
    number VARCHAR,
    number_raw VARCHAR,
    issuers VARCHAR[],
    issuers_norm VARCHAR[],
    issuers_raw VARCHAR,
    joint_issuers VARCHAR[],
    signatories VARCHAR[],
    publisher VARCHAR,
    topic VARCHAR,
    index_number VARCHAR,
    signed_date DATE,
    signed_date_raw VARCHAR,
    published_date DATE,
    published_date_raw VARCHAR,
    effective_date DATE,
    effective_date_raw VARCHAR,
    repealed_date DATE,
    repealed_date_raw VARCHAR,
    stated_status VARCHAR,
    status_raw VARCHAR,
    status_since TIMESTAMPTZ,
    in_force_from DATE,
    in_force_to DATE,
    effect VARCHAR,
    attachments VARCHAR,
    language VARCHAR,
    text_hash VARCHAR,
    evidence VARCHAR
);

CREATE TABLE measure_version (
    measure_id VARCHAR,
    policy_id VARCHAR,
    known_from TIMESTAMPTZ,
    known_to TIMESTAMPTZ,
    change_cause VARCHAR,
    position INTEGER,
    path VARCHAR,
    label VARCHAR,
    heading VARCHAR,
    text VARCHAR USING COMPRESSION zstd,
    level INTEGER,
    bodies VARCHAR[],
    amounts VARCHAR,
    targets VARCHAR
);

CREATE TABLE citation (
    citation_id VARCHAR,
    page_id VARCHAR,
    policy_id VARCHAR,
    page_kind VARCHAR,
    known_from TIMESTAMPTZ,
    known_to TIMESTAMPTZ,
    change_cause VARCHAR,
    position INTEGER,
    relation VARCHAR,
    title VARCHAR,
    title_norm VARCHAR,
    number VARCHAR,
    number_raw VARCHAR,
    quote VARCHAR,
    starts_on DATE,
    ends_on DATE,
    scope VARCHAR,
    bound_policy_id VARCHAR,
    binding_rule VARCHAR,
    binding_score DOUBLE,
    bound_at TIMESTAMPTZ
);

CREATE TABLE effect (
    policy_id VARCHAR,
    interval_no INTEGER,
    known_from TIMESTAMPTZ,
    known_to TIMESTAMPTZ,
    change_cause VARCHAR,
    in_force_from DATE,
    in_force_to DATE,
    stated_on DATE,
    start_rule VARCHAR,
    start_quote VARCHAR,
    end_kind VARCHAR,
    end_rule VARCHAR,
    end_quote VARCHAR,
    end_policy_id VARCHAR,
    is_approximate BOOLEAN,
    disputed BOOLEAN,
    evidence VARCHAR
);

CREATE TABLE event (
    event_id VARCHAR,
    kind VARCHAR,
    policy_id VARCHAR,
    page_id VARCHAR,
    source VARCHAR,
    number VARCHAR,
    title VARCHAR,
    url VARCHAR,
    happened_on DATE,
    detected_at TIMESTAMPTZ,
    before VARCHAR,
    after VARCHAR,
    quote VARCHAR,
    is_baseline BOOLEAN,
    change_cause VARCHAR,
    crawl_id VARCHAR
);

CREATE TABLE event_matched (
    event_id VARCHAR
);

CREATE TABLE delivery (
    idempotency_key VARCHAR,
    event_id VARCHAR,
    subscription VARCHAR,
    channel VARCHAR,
    status VARCHAR,
    attempts INTEGER,
    last_error VARCHAR,
    queued_at TIMESTAMPTZ,
    next_attempt_at TIMESTAMPTZ,
    last_attempt_at TIMESTAMPTZ,
    sent_at TIMESTAMPTZ
);

CREATE TABLE rejected (
    capture_id VARCHAR,
    crawl_id VARCHAR,
    source VARCHAR,
    url VARCHAR,
    canonical_url VARCHAR,
    fetched_at TIMESTAMPTZ,
    stage VARCHAR,
    reason VARCHAR,
    detail VARCHAR
);
