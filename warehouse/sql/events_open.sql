-- Step events_open: the list that the event steps fill. `fact` tells one event of a kind from every other; `rank` prefers
-- the better told of two tellings of the same in one batch; `cause_source` is the source whose run brought it. What comes
-- last is filled in when the batch is closed: until then `moment` is null.
CREATE OR REPLACE TEMP TABLE load_event (
    kind VARCHAR,
    fact VARCHAR,
    rank INTEGER,
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
    cause_source VARCHAR,
    moment TIMESTAMPTZ,
    batch_no BIGINT,
    crawl_id VARCHAR,
    is_baseline BOOLEAN,
    is_replayed BOOLEAN
);
