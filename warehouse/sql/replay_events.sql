-- Step replay_events: the events of the replayed policies, as told now and before.
-- In: replayed_event, replay_page, replay_old (the new ids too, by now), replay_new. Out: load_told, load_held, load_touched,
-- load_event without them.

CREATE OR REPLACE TEMP TABLE load_told AS
SELECT e.*
FROM replayed_event AS e
WHERE
    e.policy_id IN (SELECT n.policy_id FROM replay_new AS n)
    OR (e.kind IN ('reported', 'interpreted') AND e.page_id IN (SELECT p.page_id FROM replay_page AS p WHERE p.is_core));

CREATE OR REPLACE TEMP TABLE load_held AS
SELECT e.event_id, e.is_late
FROM event AS e
WHERE
    e.kind IN (
        'issued', 'revised', 'silently_edited', 'amended', 'repealed', 'partially_repealed', 'extended', 'reported', 'interpreted'
    )
    AND (
        e.policy_id IN (SELECT o.policy_id FROM replay_old AS o)
        OR (e.kind IN ('reported', 'interpreted') AND e.page_id IN (SELECT p.page_id FROM replay_page AS p WHERE p.is_core))
    );

-- What the rounds before told of the same policies was told too early.
DELETE FROM load_event
WHERE
    kind NOT IN ('disappeared', 'reappeared', 'source_unhealthy', 'source_recovered')
    AND (
        policy_id IN (SELECT o.policy_id FROM replay_old AS o)
        OR (kind IN ('reported', 'interpreted') AND page_id IN (SELECT p.page_id FROM replay_page AS p WHERE p.is_core))
    );

INSERT INTO load_touched SELECT o.policy_id FROM replay_old AS o WHERE EXISTS (SELECT 1 FROM calendar_run);
