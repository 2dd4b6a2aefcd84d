-- Step calendar: what the calendar alone brings, look by look, by what was known at each. A policy must have been known before
-- the day itself.
-- In: load_look (today, now, warn_days), load_concerned, effect. Out: load_event (commenced, expired, expiring).

CREATE OR REPLACE TEMP TABLE load_term AS
SELECT
    e.policy_id,
    first_value(e.in_force_from) OVER (PARTITION BY e.policy_id, k.today, k.now ORDER BY e.interval_no) AS in_force_from,
    e.in_force_to,
    e.end_kind,
    e.end_quote,
    e.start_quote,
    e.disputed,
    v.page_id,
    v.source,
    v.number,
    v.title,
    v.url,
    k.now AS detected_at,
    k.today,
    k.warn_days,
    CAST(p.known_from AT TIME ZONE coalesce(s.timezone, 'Asia/Shanghai') AS DATE) AS known_on
FROM load_look AS k
INNER JOIN effect AS e ON e.known_from <= k.now AND (e.known_to IS NULL OR e.known_to > k.now)
INNER JOIN load_concerned AS c ON c.policy_id = e.policy_id
INNER JOIN policy AS p ON p.policy_id = e.policy_id
INNER JOIN policy_version AS v ON v.policy_id = e.policy_id AND v.known_from <= k.now AND (v.known_to IS NULL OR v.known_to > k.now)
LEFT JOIN source AS s ON s.source = v.source
QUALIFY row_number() OVER (PARTITION BY e.policy_id, k.today, k.now ORDER BY e.interval_no DESC) = 1;

INSERT INTO load_event BY NAME
SELECT
    'commenced' AS kind,
    concat_ws('|', t.policy_id, t.in_force_from) AS fact,
    0 AS rank,
    t.* EXCLUDE (in_force_from, in_force_to, end_kind, end_quote, start_quote, disputed, known_on, today, warn_days),
    t.in_force_from AS happened_on,
    '{"status":"not_yet_in_force"}' AS before,
    CAST(to_json({'status': 'in_force', 'in_force_from': t.in_force_from, 'in_force_to': t.in_force_to}) AS VARCHAR) AS after,
    t.start_quote AS quote
FROM load_term AS t
WHERE
    t.in_force_from <= t.today AND t.known_on < t.in_force_from
    AND (t.in_force_to IS NULL OR t.in_force_to >= t.in_force_from);

INSERT INTO load_event BY NAME
SELECT
    'expired' AS kind,
    concat_ws('|', t.policy_id, t.in_force_to) AS fact,
    0 AS rank,
    t.* EXCLUDE (in_force_from, in_force_to, end_kind, end_quote, start_quote, disputed, known_on, today, warn_days),
    CAST(t.in_force_to + INTERVAL 1 DAY AS DATE) AS happened_on,
    '{"status":"in_force"}' AS before,
    CAST(to_json({'status': 'expired', 'in_force_to': t.in_force_to, 'reason': t.end_kind}) AS VARCHAR) AS after,
    t.end_quote AS quote
FROM load_term AS t
WHERE t.end_kind IN ('term', 'extension', 'default_term') AND t.in_force_to < t.today AND t.known_on <= t.in_force_to;

-- Only the tightest threshold that is reached; a looser one is not made up for.
INSERT INTO load_event BY NAME
WITH ending AS (
    SELECT t.*, date_diff('day', t.today, t.in_force_to) + 1 AS days_left
    FROM load_term AS t
    WHERE
        t.end_kind IN ('term', 'extension', 'default_term') AND NOT t.disputed AND t.in_force_to >= t.today
        AND (t.in_force_from IS NULL OR t.in_force_from <= t.today)
),
warned AS (
    SELECT e.*, list_min([d FOR d IN e.warn_days IF d >= e.days_left]) AS days
    FROM ending AS e
)
SELECT
    'expiring' AS kind,
    concat_ws('|', t.policy_id, t.in_force_to, t.days) AS fact,
    0 AS rank,
    t.* EXCLUDE (
        in_force_from, in_force_to, end_kind, end_quote, start_quote, disputed, known_on, today, warn_days, days_left, days
    ),
    CAST(t.in_force_to + INTERVAL 1 DAY AS DATE) AS happened_on,
    CAST(to_json({'in_force_to': t.in_force_to, 'days_left': t.days_left, 'within_days': t.days}) AS VARCHAR) AS after,
    t.end_quote AS quote
FROM warned AS t
WHERE t.days IS NOT NULL;
