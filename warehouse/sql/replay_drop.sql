-- Step replay_drop: nothing of a replay stays behind.
DROP VIEW replay_face;

DROP TABLE replayed_page;

DROP TABLE replayed_page_version;

DROP TABLE replayed_policy;

DROP TABLE replayed_policy_link;

DROP TABLE replayed_policy_version;

DROP TABLE replayed_measure_version;

DROP TABLE replayed_citation;

DROP TABLE replayed_effect;

DROP TABLE replayed_measure_effect;

DROP TABLE replayed_event;
