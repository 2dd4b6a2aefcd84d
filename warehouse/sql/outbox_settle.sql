-- Release or drop what is kept back: who decided, when and why. A message about it that is not out yet is not sent any more.
UPDATE delivery
SET status = 'withdrawn', next_attempt_at = NULL
WHERE event_id IN (SELECT unnest(CAST($hold_ids AS VARCHAR[]))) AND message_kind = 'held' AND status = 'pending';

UPDATE hold
SET state = $state, decided_at = CAST($at AS TIMESTAMPTZ), decided_by = $by, why = $why
WHERE hold_id IN (SELECT unnest(CAST($hold_ids AS VARCHAR[]))) AND state = 'held';
