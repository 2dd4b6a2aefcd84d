-- Make messages of the deliveries that are due and in none yet. Which go together is fixed here, before anything is sent: a run
-- that is killed sends the same messages again, under the same keys.
-- In: $places, the subscription/channel that are looked at; $rules, one for each of them that alerts.yaml has: is_digest,
-- is_machine, by_policy, is_quiet, most.
CREATE OR REPLACE TEMP TABLE bundling_rule AS
SELECT unnest(CAST($rules AS STRUCT(
    subscription VARCHAR,
    channel VARCHAR,
    is_digest BOOLEAN,
    is_machine BOOLEAN,
    by_policy BOOLEAN,
    is_quiet BOOLEAN,
    most INTEGER
)[]), recursive := true);

CREATE OR REPLACE TEMP TABLE bundling AS
SELECT
    d.idempotency_key,
    d.subscription,
    d.channel,
    r.is_machine,
    r.most,
    e.kind IN ('source_unhealthy', 'source_recovered') AS is_source,
    CASE
        -- A digest for a machine is parted, not cut.
        WHEN r.is_digest AND r.is_machine
            THEN 'part ' || (row_number() OVER (PARTITION BY d.subscription, d.channel ORDER BY e.detected_at, e.event_id) - 1) // r.most
        -- What waited through the quiet hours is told together.
        WHEN r.is_digest OR (NOT r.is_machine AND d.next_attempt_at > d.queued_at) THEN 'all'
        -- A channel that alerts.yaml has not any more takes no rules.
        WHEN r.is_machine IS NOT FALSE THEN d.idempotency_key
        WHEN e.kind IN ('source_unhealthy', 'source_recovered') THEN 'sources'
        WHEN r.by_policy THEN coalesce(e.policy_id, d.idempotency_key)
        ELSE d.idempotency_key
    END AS bundle
FROM delivery AS d
INNER JOIN event AS e ON e.event_id = d.event_id
LEFT JOIN bundling_rule AS r ON r.subscription = d.subscription AND r.channel = d.channel
WHERE
    d.status = 'pending' AND d.message_key IS NULL AND e.withdrawn_at IS NULL
    AND d.subscription || '/' || d.channel IN (SELECT unnest(CAST($places AS VARCHAR[])))
    AND (d.next_attempt_at IS NULL OR d.next_attempt_at <= CAST($now AS TIMESTAMPTZ))
    AND NOT coalesce(r.is_quiet, FALSE);

-- More messages at once than one may hold events: people get one.
UPDATE bundling
SET bundle = 'all'
FROM (
    SELECT b.subscription, b.channel
    FROM bundling AS b
    WHERE NOT b.is_machine
    GROUP BY b.subscription, b.channel
    HAVING count(DISTINCT b.bundle) > max(b.most)
) AS f
WHERE f.subscription = bundling.subscription AND f.channel = bundling.channel;

CREATE OR REPLACE TEMP TABLE bundled AS
SELECT
    b.subscription,
    b.channel,
    b.bundle,
    CASE
        WHEN count(*) = 1 THEN min(b.idempotency_key)
        ELSE substr(sha256(string_agg(b.idempotency_key, ',' ORDER BY b.idempotency_key)), 1, 32)
    END AS message_key,
    CASE
        WHEN count(*) > 1 AND bool_and(b.is_source) THEN 'outage'
        WHEN count(*) > 1 AND (b.bundle = 'all' OR starts_with(b.bundle, 'part ')) THEN 'digest'
        ELSE 'single'
    END AS message_kind
FROM bundling AS b
GROUP BY b.subscription, b.channel, b.bundle;

UPDATE delivery
SET message_key = m.message_key, message_kind = m.message_kind
FROM bundling AS b
INNER JOIN bundled AS m ON m.subscription = b.subscription AND m.channel = b.channel AND m.bundle = b.bundle
WHERE delivery.idempotency_key = b.idempotency_key;

DROP TABLE bundling;

DROP TABLE bundled;

DROP TABLE bundling_rule;
