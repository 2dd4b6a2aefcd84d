-- Step events_force: repealed and extended are differences between the force held true before and now, whoever said so.
-- In: r_effect_changed, r_effect_before, r_effect. Out: load_event.

INSERT INTO load_event BY NAME
WITH before_end AS (
    SELECT e.* FROM r_effect_before AS e
    QUALIFY row_number() OVER (PARTITION BY e.policy_id ORDER BY e.interval_no DESC) = 1
),
now_end AS (
    SELECT e.* FROM r_effect AS e
    QUALIFY row_number() OVER (PARTITION BY e.policy_id ORDER BY e.interval_no DESC) = 1
),
difference AS (
    SELECT
        n.*,
        b.in_force_to AS before_to,
        c.known_at,
        CASE
            WHEN
                n.end_kind IN ('repealed', 'repealed_stated', 'status_stated')
                AND coalesce(b.end_kind, '') NOT IN ('repealed', 'repealed_stated', 'status_stated')
                THEN 'repealed'
            WHEN
                b.end_kind IN ('term', 'extension') AND coalesce(n.end_kind, 'extension') IN ('term', 'extension')
                AND (n.in_force_to > b.in_force_to OR n.in_force_to IS NULL)
                THEN 'extended'
        END AS kind
    FROM r_effect_changed AS c
    INNER JOIN before_end AS b ON b.policy_id = c.policy_id
    INNER JOIN now_end AS n ON n.policy_id = c.policy_id
    WHERE c.is_source
),
named AS (
    SELECT v.policy_id, v.page_id, v.source, v.number, v.title, v.url, v.status_raw
    FROM policy_version AS v
    WHERE
        v.known_to IS NULL
        AND v.policy_id IN (
            SELECT unnest([d.policy_id, d.end_policy_id]) FROM difference AS d WHERE d.kind IS NOT NULL
        )
)
SELECT
    d.kind,
    CASE d.kind
        WHEN 'repealed' THEN concat_ws('|', d.policy_id, epoch_us(d.known_at))
        ELSE concat_ws('|', d.policy_id, coalesce(CAST(d.in_force_to AS VARCHAR), 'open after ' || d.before_to))
    END AS fact,
    2 AS rank,
    d.policy_id,
    v.page_id,
    v.source,
    v.number,
    v.title,
    v.url,
    CASE
        WHEN d.is_approximate THEN NULL
        WHEN d.kind = 'repealed' THEN CAST(d.in_force_to + INTERVAL 1 DAY AS DATE)
        ELSE CAST(d.before_to + INTERVAL 1 DAY AS DATE)
    END AS happened_on,
    d.known_at AS detected_at,
    CAST(to_json({'in_force_to': d.before_to}) AS VARCHAR) AS before,
    CAST(json_merge_patch(
        to_json({
            'in_force_to': d.in_force_to, 'reason': d.end_kind, 'by_policy_id': w.policy_id, 'by_number': w.number, 'by_title': w.title,
            'is_approximate': d.is_approximate, 'disputed': d.disputed
        }),
        -- Nothing is added where no person bound it.
        CASE WHEN a.bound_by IS NULL THEN '{}' ELSE to_json({'bound_by': a.bound_by}) END
    ) AS VARCHAR) AS after,
    coalesce(d.end_quote, v.status_raw) AS quote,
    coalesce(w.source, v.source) AS cause_source
FROM difference AS d
INNER JOIN named AS v ON v.policy_id = d.policy_id
LEFT JOIN named AS w ON w.policy_id = d.end_policy_id
LEFT JOIN (
    SELECT r.policy_id, r.by_policy_id, min(r.bound_by) AS bound_by
    FROM r_act AS r
    WHERE r.bound_by IS NOT NULL
    GROUP BY r.policy_id, r.by_policy_id
) AS a ON a.policy_id = d.policy_id AND a.by_policy_id = d.end_policy_id
WHERE
    d.kind IS NOT NULL
    -- A document that extends without naming a day has told its own story already.
    AND NOT (
        d.kind = 'extended' AND d.in_force_to IS NULL
        AND EXISTS (SELECT 1 FROM load_event AS l WHERE l.kind = 'extended' AND l.policy_id = d.policy_id AND l.moment IS NULL)
    );
