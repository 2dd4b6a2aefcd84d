-- Alerts that are more than one event: messages made of several deliveries, and runs whose events a person must release.
-- See docs/decisions/0023-rules-of-alerting.md.

-- Deliveries of one message_key go out together, under that key. Null: no message was made of it yet.
ALTER TABLE delivery ADD COLUMN message_key VARCHAR;
ALTER TABLE delivery ADD COLUMN message_kind VARCHAR;

-- Until now a delivery was a message of its own; what waits goes out as it would have.
UPDATE delivery SET message_key = idempotency_key, message_kind = 'single';

-- One row per run (of one source) whose events are kept back. `state`: held, released, dropped. `is_told`: its message is queued.
CREATE TABLE hold (
    hold_id VARCHAR,
    source VARCHAR,
    crawl_id VARCHAR,
    held_at TIMESTAMPTZ,
    policies INTEGER,
    known INTEGER,
    events INTEGER,
    reason VARCHAR,
    passed DOUBLE,
    is_told BOOLEAN,
    state VARCHAR,
    decided_at TIMESTAMPTZ,
    decided_by VARCHAR,
    why VARCHAR
);

CREATE TABLE held_event (
    hold_id VARCHAR,
    event_id VARCHAR
);
