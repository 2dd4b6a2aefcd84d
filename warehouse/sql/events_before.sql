-- Step events_before: lists that the whole load fills.
-- Events that were known before and are told anew; policies whose force was known otherwise when the calendar was looked at.
CREATE OR REPLACE TEMP TABLE load_known (event_id VARCHAR, is_late BOOLEAN);

CREATE OR REPLACE TEMP TABLE load_touched (policy_id VARCHAR);
