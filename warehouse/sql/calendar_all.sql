-- Step calendar_all: a look that is older than others: what came first is told by all of them together.
-- Out: load_look.
CREATE OR REPLACE TEMP TABLE load_look AS
SELECT c.* FROM calendar_run AS c;
