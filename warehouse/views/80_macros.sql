-- Questions with parameters. Two clocks: `on_date` is the legal day, `as_known_at` the instant of our knowledge,
-- the present one by default.

-- The policy that an id leads to, as far as was known at an instant: what turned out to be another leads to that one.
CREATE MACRO surviving(id, as_known_at := NULL) AS coalesce(
    (
        SELECT max_by(l.other_policy_id, l.known_from)
        FROM policy_link AS l
        WHERE l.policy_id = id AND l.kind IN ('merged', 'replaced') AND l.known_from <= known_at(as_known_at)
    ),
    id
);

-- The force of every version of a policy, one row per span of time in which both were held true; what `in_force` asks. Ends that
-- are open are `infinity`, so that a question is four comparisons and no join.
CREATE TABLE standing (
    policy_id VARCHAR,
    number VARCHAR,
    title VARCHAR,
    issuers VARCHAR[],
    source VARCHAR,
    in_force_from DATE,
    in_force_to DATE,
    reason VARCHAR,
    quote VARCHAR,
    disputed BOOLEAN,
    end_kind VARCHAR,
    end_quote VARCHAR,
    topic VARCHAR,
    url VARCHAR,
    signed_date DATE,
    published_date DATE,
    known_from TIMESTAMPTZ,
    begins_on DATE,
    ends_on DATE,
    held_from TIMESTAMPTZ,
    held_to TIMESTAMPTZ
);

-- The policies in force on a day, as far as was known at an instant.
CREATE MACRO in_force(on_date, as_known_at := NULL) AS TABLE
SELECT s.* EXCLUDE (begins_on, ends_on, held_from, held_to)
FROM standing AS s
WHERE
    s.held_from <= known_at(as_known_at) AND s.held_to > known_at(as_known_at)
    AND s.begins_on <= CAST(on_date AS DATE) AND s.ends_on >= CAST(on_date AS DATE);

-- One policy's status on a day, with the reason; no row for a policy that was not known.
CREATE MACRO status_of(policy_id, on_date, as_known_at := NULL) AS TABLE
SELECT
    v.policy_id,
    coalesce(f.status, 'unknown') AS status,
    f.in_force_from,
    f.in_force_to,
    f.start_rule,
    f.start_quote,
    f.end_kind,
    f.end_quote,
    f.end_policy_id,
    f.is_approximate,
    f.disputed,
    f.evidence,
    greatest(f.known_from, v.known_from) AS known_from
FROM policy_version AS v
LEFT JOIN force_on(on_date, as_known_at := as_known_at) AS f ON f.policy_id = v.policy_id
WHERE
    v.policy_id = surviving(policy_id, as_known_at := as_known_at) AND v.known_from <= known_at(as_known_at)
    AND (v.known_to IS NULL OR v.known_to > known_at(as_known_at));

-- The measures of one policy that hold on a day: those of the text as it was known, while the policy is in force, but for those
-- that a part of a document, or the document's own words, start or end on other days.
CREATE MACRO measures_in_force(policy_id, on_date, as_known_at := NULL) AS TABLE
SELECT m.measure_id, m.policy_id, m.path, m.label, m.heading, m.text, p.in_force_from, p.in_force_to, p.end_kind, p.end_quote, p.disputed
FROM measure_version AS m
LEFT JOIN measure_effect AS p
    ON
        p.measure_id = m.measure_id AND p.known_from <= known_at(as_known_at)
        AND (p.known_to IS NULL OR p.known_to > known_at(as_known_at))
WHERE
    m.policy_id = surviving(policy_id, as_known_at := as_known_at)
    AND m.known_from <= known_at(as_known_at) AND (m.known_to IS NULL OR m.known_to > known_at(as_known_at))
    AND (p.in_force_from IS NULL OR p.in_force_from <= CAST(on_date AS DATE))
    AND (p.in_force_to IS NULL OR p.in_force_to >= CAST(on_date AS DATE))
    AND m.policy_id IN (SELECT f.policy_id FROM in_force(on_date, as_known_at := as_known_at) AS f)
ORDER BY m.position;

-- The events that became known from instant `a` on and before `b`.
CREATE MACRO changes_between(a, b) AS TABLE
SELECT c.*
FROM changes AS c
WHERE c.detected_at >= CAST(a AS TIMESTAMPTZ) AND c.detected_at < CAST(b AS TIMESTAMPTZ)
ORDER BY c.detected_at, c.kind, c.event_id;

-- One policy's whole life: its versions, its effects and its events, in the order in which they became known.
CREATE MACRO history_of(policy_id) AS TABLE
WITH mine AS (
    SELECT CAST(policy_id AS VARCHAR) AS id
    UNION
    SELECT surviving(CAST(policy_id AS VARCHAR))
)
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
    WHERE v.policy_id IN (SELECT m.id FROM mine AS m)
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
    WHERE e.policy_id IN (SELECT m.id FROM mine AS m)
    UNION ALL
    SELECT c.detected_at, 'event', c.kind, c.happened_on, c.after, c.quote, c.url
    FROM event AS c
    WHERE c.policy_id IN (SELECT m.id FROM mine AS m) AND c.withdrawn_at IS NULL
    UNION ALL
    SELECT l.known_from, 'identity', l.kind, NULL, CAST(to_json({'policy_id': l.other_policy_id}) AS VARCHAR), l.rule, NULL
    FROM policy_link AS l
    WHERE l.policy_id IN (SELECT m.id FROM mine AS m)
) AS h
ORDER BY h.known_at, list_position(['identity', 'version', 'force', 'event'], h.what), h.detail;

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
    SELECT surviving(CAST(policy_id AS VARCHAR))
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
