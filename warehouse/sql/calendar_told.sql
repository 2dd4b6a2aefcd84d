-- Step calendar_told: what the looks tell now of the policies concerned, and what they told before.
-- In: load_event, load_concerned. Out: load_told, load_held.
CREATE OR REPLACE TEMP TABLE load_told AS
SELECT e.* FROM load_event AS e WHERE e.kind IN ('commenced', 'expired', 'expiring');

DELETE FROM load_event WHERE kind IN ('commenced', 'expired', 'expiring');

CREATE OR REPLACE TEMP TABLE load_held AS
SELECT e.event_id, e.is_late
FROM event AS e
WHERE e.kind IN ('commenced', 'expired', 'expiring') AND e.policy_id IN (SELECT c.policy_id FROM load_concerned AS c);
