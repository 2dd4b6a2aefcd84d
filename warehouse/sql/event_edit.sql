-- Step event_edit: one event per policy whose document changed, with what changed.
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
    $before AS before,
    $after AS after,
    coalesce(e.quote, $quote) AS quote,
    e.source AS cause_source
FROM r_edited AS e
WHERE e.policy_id = $policy_id;
