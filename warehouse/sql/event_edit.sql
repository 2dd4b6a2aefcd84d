-- Step event_edit: one event per policy whose document changed, with what changed.
-- In: r_edited, computed (policy_id, before, after, quote). Out: load_event.
INSERT INTO load_event BY NAME
SELECT
    CASE WHEN e.is_revised THEN 'revised' ELSE 'silently_edited' END AS kind,
    concat_ws('|', e.policy_id, e.content_hash, epoch_us(e.version_from)) AS fact,
    0 AS rank,
    e.policy_id,
    e.page_id,
    e.source,
    e.number,
    e.title,
    e.url,
    CASE WHEN e.is_revised THEN e.happened_on END AS happened_on,
    e.version_from AS detected_at,
    c.before,
    c.after,
    coalesce(e.quote, c.quote) AS quote,
    e.source AS cause_source
FROM r_edited AS e
INNER JOIN computed AS c ON c.policy_id = e.policy_id;
