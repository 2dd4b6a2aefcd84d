-- Step replay_unshadow: the stored tables come back; what the rounds made of the empty ones is kept under another name.

ALTER TABLE page RENAME TO replayed_page;

ALTER TABLE page_version RENAME TO replayed_page_version;

ALTER TABLE policy RENAME TO replayed_policy;

ALTER TABLE policy_link RENAME TO replayed_policy_link;

ALTER TABLE policy_version RENAME TO replayed_policy_version;

ALTER TABLE measure_version RENAME TO replayed_measure_version;

ALTER TABLE citation RENAME TO replayed_citation;

ALTER TABLE effect RENAME TO replayed_effect;

ALTER TABLE measure_effect RENAME TO replayed_measure_effect;

ALTER TABLE load_event RENAME TO replayed_event;

ALTER TABLE replay_event_before RENAME TO load_event;
