-- Step calendar_late: all looks at the calendar that were taken already, for policies whose force was known otherwise then.
-- In: load_touched, replay_old where something was replayed. Out: load_look, load_concerned.
CREATE OR REPLACE TEMP TABLE load_look AS
SELECT c.* FROM calendar_run AS c;

CREATE OR REPLACE TEMP TABLE load_concerned AS
SELECT DISTINCT t.policy_id FROM load_touched AS t;
