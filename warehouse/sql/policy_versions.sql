-- Step policy_versions: the state of a policy is what its most authoritative page says; a distinct state is a version.
-- In: r_changed, r_left, page, page_version, policy_version. Out: policy_version, r_policy (one row per policy that the round
-- touched).

-- Only pages that carry the document itself can speak for it.
CREATE OR REPLACE TEMP TABLE r_speaker AS
WITH touched AS MATERIALIZED (
    SELECT c.policy_id, max(c.known_at) AS known_at
    FROM (
        SELECT a.policy_id, a.known_at FROM r_changed AS a WHERE a.kind = 'policy'
        UNION ALL
        -- Another page may speak for a policy that a page left.
        SELECT l.policy_id, l.known_at FROM r_left AS l
    ) AS c
    WHERE c.policy_id IS NOT NULL
    GROUP BY c.policy_id
),
version_place AS MATERIALIZED (
    SELECT v.policy_id, v.rowid AS place
    FROM page_version AS v
    WHERE v.known_to IS NULL AND v.policy_id IN (SELECT t.policy_id FROM touched AS t)
)
SELECT v.page_id, l.policy_id, v.authority, t.known_at, count(*) OVER (PARTITION BY l.policy_id) > 1 AS has_rival
FROM version_place AS l
INNER JOIN page_version AS v ON v.rowid = l.place
INNER JOIN touched AS t ON t.policy_id = l.policy_id
WHERE v.kind = 'policy';

CREATE OR REPLACE TEMP TABLE r_winner AS
WITH rival AS (
    SELECT p.page_id, p.first_read_at, p.canonical_url
    FROM page AS p
    WHERE p.page_id IN (SELECT s.page_id FROM r_speaker AS s WHERE s.has_rival)
)
SELECT s.page_id, s.policy_id, s.known_at AS touched_at, s.page_id IN (SELECT c.page_id FROM r_changed AS c) AS is_read
FROM r_speaker AS s
LEFT JOIN rival AS r ON r.page_id = s.page_id
QUALIFY row_number() OVER (
    PARTITION BY s.policy_id
    ORDER BY list_position(['issuer', 'portal', 'media', 'repost'], s.authority), r.first_read_at, r.canonical_url
) = 1;

CREATE OR REPLACE TEMP TABLE r_policy AS
WITH spoken AS (
    -- Most often the page that was just read: wide rows are not looked for among all versions where they are at hand.
    SELECT
        c.* EXCLUDE (canonical_url, fetched_at, known_at, is_new, warnings, script),
        c.known_at AS known_from,
        CAST(NULL AS TIMESTAMPTZ) AS known_to,
        t.touched_at,
        t.is_read
    FROM r_changed AS c
    INNER JOIN r_winner AS t ON t.page_id = c.page_id
    UNION ALL BY NAME
    SELECT v.* EXCLUDE (warnings, script), t.touched_at, t.is_read
    FROM page_version AS v
    INNER JOIN (SELECT o.* FROM r_winner AS o WHERE NOT o.is_read) AS t ON t.page_id = v.page_id
    WHERE v.known_to IS NULL
),
stood_place AS MATERIALIZED (
    SELECT v.policy_id, v.rowid AS place
    FROM policy_version AS v
    WHERE v.known_to IS NULL AND v.policy_id IN (SELECT w.policy_id FROM r_winner AS w)
),
stood AS (
    SELECT
        l.policy_id, l.place, v.known_from, v.content_hash, v.version_hash, v.page_id, v.url, v.stated_status, v.status_raw, v.status_since
    FROM stood_place AS l
    INNER JOIN policy_version AS v ON v.rowid = l.place
),
stated AS (
    SELECT
        w.*,
        -- What the document says; a change here is a revision or a silent edit.
        sha256(CAST(to_json({
            'title': w.title_norm, 'instrument': w.instrument_title_norm, 'number': w.number,
            'issuers': list_sort(w.issuers_norm), 'joint': list_sort(w.joint_issuers), 'topic': w.topic,
            'index': w.index_number, 'signed': w.signed_date, 'published': w.published_date,
            'effective': w.effective_date, 'attachments': w.attachments, 'text': w.text_hash
        }) AS VARCHAR)) AS content_hash,
        -- What is said of its force.
        sha256(CAST(to_json({
            'status': w.stated_status, 'printed': w.status_raw, 'repealed': w.repealed_date,
            'from': w.in_force_from, 'to': w.in_force_to, 'effect': w.effect
        }) AS VARCHAR)) AS force_hash
    FROM spoken AS w
),
hashed AS (
    SELECT
        s.*,
        sha256(concat_ws('|', s.content_hash, s.force_hash, s.page_id, s.url, s.authority)) AS version_hash
    FROM stated AS s
)
SELECT
    h.*,
    v.policy_id IS NULL AS is_new,
    h.version_hash IS DISTINCT FROM v.version_hash AS has_changed,
    v.policy_id IS NOT NULL AND h.content_hash <> v.content_hash AS has_new_content,
    v.policy_id IS NOT NULL AND (h.page_id <> v.page_id OR h.url <> v.url) AS has_new_winner,
    -- Reading it again, or another page speaking for it, is no act of the issuer.
    CASE WHEN h.page_id IN (SELECT c.page_id FROM r_changed AS c WHERE c.change_cause = 'parser') THEN 'parser' ELSE 'source' END
        AS version_cause,
    greatest(CASE WHEN v.policy_id IS NULL THEN h.known_from ELSE h.touched_at END, v.known_from) AS version_from,
    CASE
        WHEN v.stated_status IS NOT DISTINCT FROM h.stated_status AND v.status_raw IS NOT DISTINCT FROM h.status_raw
            THEN coalesce(v.status_since, h.known_from)
        ELSE h.known_from
    END AS status_since,
    v.known_from AS before_from,
    v.content_hash AS before_hash,
    v.place AS before_place,
    s.timezone,
    s.is_baseline
FROM hashed AS h
LEFT JOIN stood AS v ON v.policy_id = h.policy_id
LEFT JOIN load_source AS s ON s.source = h.source;

-- The state before, for the events.
CREATE OR REPLACE TEMP TABLE r_policy_before AS
SELECT
    v.policy_id, v.title, v.instrument_title, v.number, v.issuers, v.joint_issuers, v.topic, v.index_number,
    v.signed_date, v.published_date, v.effective_date, v.attachments, v.text_hash
FROM policy_version AS v
INNER JOIN r_policy AS p ON p.before_place = v.rowid
WHERE p.has_new_content;

UPDATE policy_version SET known_to = p.version_from
FROM r_policy AS p
WHERE policy_version.rowid = p.before_place AND p.has_changed;

INSERT INTO policy_version BY NAME
SELECT
    p.* EXCLUDE (
        known_from, known_to, change_cause, parser_version, capture_id, reading_hash, kind, touched_at, is_read,
        force_hash, is_new, has_changed, has_new_content, has_new_winner, version_cause, version_from, before_from,
        before_hash, before_place, timezone, is_baseline
    ),
    p.version_from AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to,
    p.version_cause AS change_cause
FROM r_policy AS p
WHERE p.has_changed;
