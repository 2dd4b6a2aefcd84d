-- Questions with parameters. Two clocks: `on_date` is the legal day, `as_known_at` the instant of our knowledge.

-- The policies in force on a day, as far as was known at an instant.
CREATE MACRO in_force(on_date, as_known_at := now()) AS TABLE
SELECT
    v.policy_id,
    v.number,
    v.title,
    v.issuers,
    v.source,
    e.in_force_from,
    e.in_force_to,
    CASE WHEN e.end_rule = 'status_stated' AND e.end_kind IS NULL THEN e.end_rule ELSE e.start_rule END AS reason,
    CASE WHEN e.end_rule = 'status_stated' AND e.end_kind IS NULL THEN e.end_quote ELSE e.start_quote END AS quote,
    e.disputed,
    e.end_kind,
    e.end_quote,
    v.topic,
    v.url,
    v.signed_date,
    v.published_date,
    e.known_from
FROM effect AS e
INNER JOIN policy_version AS v ON v.policy_id = e.policy_id
WHERE
    e.known_from <= CAST(as_known_at AS TIMESTAMPTZ) AND (e.known_to IS NULL OR e.known_to > CAST(as_known_at AS TIMESTAMPTZ))
    AND v.known_from <= CAST(as_known_at AS TIMESTAMPTZ) AND (v.known_to IS NULL OR v.known_to > CAST(as_known_at AS TIMESTAMPTZ))
    AND coalesce(e.in_force_from, e.stated_on) <= CAST(on_date AS DATE)
    AND (e.in_force_to IS NULL OR e.in_force_to >= CAST(on_date AS DATE));

-- One policy's status on a day, with the reason; no row for a policy that was not known.
CREATE MACRO status_of(policy_id, on_date, as_known_at := now()) AS TABLE
WITH asked AS (
    SELECT CAST(on_date AS DATE) AS day, CAST(as_known_at AS TIMESTAMPTZ) AS instant
),
held AS (
    SELECT e.*, a.day
    FROM effect AS e
    CROSS JOIN asked AS a
    WHERE e.policy_id = policy_id AND e.known_from <= a.instant AND (e.known_to IS NULL OR e.known_to > a.instant)
)
SELECT
    e.policy_id,
    CASE
        WHEN
            bool_or(
                coalesce(e.in_force_from, e.stated_on) <= e.day
                AND (e.in_force_to IS NULL OR e.in_force_to >= e.day)
            ) THEN 'in_force'
        WHEN first(e.in_force_from ORDER BY e.interval_no) > e.day THEN 'not_yet_in_force'
        WHEN last(e.in_force_to ORDER BY e.interval_no) < e.day
            THEN CASE last(e.end_kind ORDER BY e.interval_no)
                WHEN 'term' THEN 'expired'
                WHEN 'extension' THEN 'expired'
                WHEN 'suspended' THEN 'suspended'
                WHEN 'status_stated' THEN 'not_in_force'
                ELSE 'repealed'
            END
        WHEN max(e.interval_no) > 1 THEN 'suspended'
        ELSE 'unknown'
    END AS status,
    first(e.in_force_from ORDER BY e.interval_no) AS in_force_from,
    last(e.in_force_to ORDER BY e.interval_no) AS in_force_to,
    first(e.start_rule ORDER BY e.interval_no) AS start_rule,
    first(e.start_quote ORDER BY e.interval_no) AS start_quote,
    last(e.end_kind ORDER BY e.interval_no) AS end_kind,
    last(e.end_quote ORDER BY e.interval_no) AS end_quote,
    last(e.end_policy_id ORDER BY e.interval_no) AS end_policy_id,
    bool_or(e.is_approximate) AS is_approximate,
    bool_or(e.disputed) AS disputed,
    any_value(e.evidence) AS evidence,
    max(e.known_from) AS known_from
FROM held AS e
GROUP BY e.policy_id, e.day;

-- The events that became known from instant `a` on and before `b`.
CREATE MACRO changes_between(a, b) AS TABLE
SELECT c.*
FROM changes AS c
WHERE c.detected_at >= CAST(a AS TIMESTAMPTZ) AND c.detected_at < CAST(b AS TIMESTAMPTZ)
ORDER BY c.detected_at, c.kind, c.event_id;

-- One policy's whole life: its versions, its effects and its events, in the order in which they became known.
CREATE MACRO history_of(policy_id) AS TABLE
SELECT h.*
FROM (
    SELECT
        v.known_from AS known_at,
        'version' AS what,
        v.change_cause AS detail,
        v.published_date AS happened_on,
        CAST(to_json({
            'title': v.title, 'number': v.number, 'stated_status': v.stated_status, 'status_raw': v.status_raw, 'text_hash': v.text_hash
        }) AS VARCHAR) AS state,
        CAST(NULL AS VARCHAR) AS quote,
        v.url
    FROM policy_version AS v
    WHERE v.policy_id = policy_id
    UNION ALL
    SELECT
        e.known_from,
        'force',
        coalesce(e.end_kind, 'open'),
        e.in_force_from,
        CAST(to_json({
            'in_force_from': e.in_force_from, 'in_force_to': e.in_force_to, 'end_policy_id': e.end_policy_id, 'disputed': e.disputed
        }) AS VARCHAR),
        coalesce(e.end_quote, e.start_quote),
        NULL
    FROM effect AS e
    WHERE e.policy_id = policy_id
    UNION ALL
    SELECT c.detected_at, 'event', c.kind, c.happened_on, c.after, c.quote, c.url
    FROM event AS c
    WHERE c.policy_id = policy_id
) AS h
ORDER BY h.known_at, list_position(['version', 'force', 'event'], h.what), h.detail;

-- Who repealed, amended, extended or suspended whom, over any number of steps from this policy.
CREATE MACRO repeal_graph(policy_id) AS TABLE
WITH RECURSIVE edge AS (
    SELECT c.policy_id AS from_id, c.bound_policy_id AS to_id, c.relation, c.starts_on, c.ends_on, c.scope, c.quote
    FROM citation AS c
    WHERE
        c.known_to IS NULL AND c.page_kind = 'policy' AND c.policy_id IS NOT NULL AND c.bound_policy_id IS NOT NULL
        AND c.policy_id <> c.bound_policy_id
        AND c.relation IN ('repeals', 'partially_repeals', 'amends', 'extends', 'suspends')
    QUALIFY row_number() OVER (PARTITION BY c.policy_id, c.bound_policy_id, c.relation ORDER BY c.known_from, c.citation_id) = 1
),
reached(node) AS (
    SELECT CAST(policy_id AS VARCHAR)
    UNION
    SELECT CASE WHEN e.from_id = r.node THEN e.to_id ELSE e.from_id END
    FROM reached AS r
    INNER JOIN edge AS e ON e.from_id = r.node OR e.to_id = r.node
)
SELECT
    e.from_id AS policy_id,
    v.number,
    v.title,
    e.relation,
    e.to_id AS bound_policy_id,
    t.number AS bound_number,
    t.title AS bound_title,
    e.starts_on,
    e.ends_on,
    e.scope,
    e.quote
FROM edge AS e
INNER JOIN reached AS r ON r.node = e.from_id
INNER JOIN policy_version AS v ON v.policy_id = e.from_id AND v.known_to IS NULL
INNER JOIN policy_version AS t ON t.policy_id = e.to_id AND t.known_to IS NULL
ORDER BY v.signed_date, e.from_id, e.to_id;

-- Policies that hold all the words (simplified characters, parted by blanks), best first: title, then heading, then text;
-- the words as one phrase before the same words scattered.
CREATE MACRO search(words) AS TABLE
WITH asked AS (
    SELECT lower(trim(CAST(words AS VARCHAR))) AS phrase
),
term AS (
    SELECT DISTINCT t.word
    FROM (SELECT unnest(string_split_regex(a.phrase, '\s+')) AS word FROM asked AS a) AS t
    WHERE t.word <> ''
),
head AS (
    SELECT v.policy_id, v.text_hash, lower(concat_ws(' ', v.title, v.instrument_title, v.number, v.number_raw)) AS title
    FROM policy_version AS v
    WHERE v.known_to IS NULL
),
hit AS (
    SELECT h.policy_id, t.word, contains(h.title, t.word) AS in_title, coalesce(contains(lower(b.text), t.word), FALSE) AS in_text
    FROM head AS h
    CROSS JOIN term AS t
    LEFT JOIN body_text AS b ON b.text_hash = h.text_hash
),
found AS (
    SELECT i.policy_id, sum(CASE WHEN i.in_title THEN 8 ELSE 1 END) AS score
    FROM hit AS i
    WHERE i.in_title OR i.in_text
    GROUP BY i.policy_id
    HAVING count(*) = (SELECT count(*) FROM term)
),
scored AS (
    SELECT
        m.policy_id,
        m.measure_id,
        m.path,
        m.heading,
        m.text,
        m.position,
        sum(
            CASE WHEN contains(lower(coalesce(m.heading, '')), t.word) THEN 4 WHEN contains(lower(m.text), t.word) THEN 2 ELSE 0 END
        ) + max(
            CASE
                WHEN contains(lower(coalesce(m.heading, '')), a.phrase) THEN 6
                WHEN contains(lower(m.text), a.phrase) THEN 3
                ELSE 0
            END
        ) AS score
    FROM measure_version AS m
    INNER JOIN found AS f ON f.policy_id = m.policy_id
    CROSS JOIN term AS t
    CROSS JOIN asked AS a
    WHERE m.known_to IS NULL
    GROUP BY m.policy_id, m.measure_id, m.path, m.heading, m.text, m.position
),
place AS (
    SELECT s.*
    FROM scored AS s
    QUALIFY row_number() OVER (PARTITION BY s.policy_id ORDER BY s.score DESC, s.position) = 1
)
SELECT
    v.policy_id,
    v.number,
    v.title,
    v.issuers,
    v.source,
    v.url,
    v.published_date,
    CASE WHEN p.score > 0 THEN p.measure_id END AS measure_id,
    CASE WHEN p.score > 0 THEN p.path END AS path,
    CASE WHEN p.score > 0 THEN p.heading END AS heading,
    CASE WHEN p.score > 0 THEN p.text END AS text,
    CAST(f.score + coalesce(p.score, 0) + CASE WHEN contains(h.title, a.phrase) THEN 20 ELSE 0 END AS INTEGER) AS score
FROM found AS f
INNER JOIN head AS h ON h.policy_id = f.policy_id
INNER JOIN policy_version AS v ON v.policy_id = f.policy_id AND v.known_to IS NULL
CROSS JOIN asked AS a
LEFT JOIN place AS p ON p.policy_id = f.policy_id
ORDER BY score DESC, v.published_date DESC NULLS LAST, v.policy_id;
