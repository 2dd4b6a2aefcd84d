-- Step replay_context: the pages that must be there for the others' history to come out right, though their own is not
-- touched: those that name the replayed policies, and those that the replayed pages, or these, name.
-- In: replay_page (core), page_version, citation, reading_citation. Out: replay_page, replay_key, replay_old.

CREATE OR REPLACE TEMP VIEW replay_face AS
SELECT v.page_id, v.policy_id, v.number, v.title_norm, v.instrument_title_norm, v.issuers_norm, v.signed_date
FROM page_version AS v
WHERE v.kind IN ('policy', 'repost') OR (v.kind = 'other' AND v.authority = 'repost')
UNION ALL
SELECT r.page_id, NULL, r.number, r.title_norm, r.instrument_title_norm, r.issuers_norm, r.signed_date
FROM replay_reading AS r
WHERE r.kind IN ('policy', 'repost') OR (r.kind = 'other' AND r.authority = 'repost');

-- By what the replayed policies may be named.
CREATE OR REPLACE TEMP TABLE replay_key AS
WITH face AS (SELECT f.* FROM replay_face AS f WHERE f.page_id IN (SELECT p.page_id FROM replay_page AS p))
SELECT DISTINCT k.what
FROM (
    SELECT unnest([f.number, f.title_norm, f.instrument_title_norm]) AS what FROM face AS f
    UNION ALL
    SELECT substr(f.title_norm, length(i.issuer) + 1)
    FROM face AS f, unnest(f.issuers_norm) AS i(issuer)
    WHERE starts_with(f.title_norm, i.issuer)
) AS k
WHERE k.what IS NOT NULL;

INSERT INTO replay_key
SELECT DISTINCT k.what
FROM (
    SELECT unnest([d.number, d.title_norm]) AS what
    FROM decision AS d
    WHERE d.target_page_id IN (SELECT p.page_id FROM replay_page AS p)
) AS k
WHERE k.what IS NOT NULL AND k.what NOT IN (SELECT r.what FROM replay_key AS r);

CREATE OR REPLACE TEMP TABLE replay_old AS
SELECT DISTINCT o.policy_id
FROM (
    SELECT v.policy_id FROM page_version AS v WHERE v.page_id IN (SELECT p.page_id FROM replay_page AS p)
    UNION ALL
    SELECT g.policy_id FROM page AS g WHERE g.page_id IN (SELECT p.page_id FROM replay_page AS p)
) AS o
WHERE o.policy_id IS NOT NULL;

CREATE OR REPLACE TEMP TABLE replay_content AS
SELECT DISTINCT r.page_id, r.content_id FROM reading AS r WHERE r.page_id IN (SELECT p.page_id FROM replay_page AS p);

CREATE OR REPLACE TEMP TABLE replay_citing AS
SELECT DISTINCT c.page_id, c.number, c.title_norm
FROM citation AS c
WHERE
    (c.number IN (SELECT k.what FROM replay_key AS k) OR c.title_norm IN (SELECT k.what FROM replay_key AS k))
    AND c.page_id NOT IN (SELECT p.page_id FROM replay_page AS p);

CREATE OR REPLACE TEMP TABLE replay_named AS
SELECT DISTINCT n.what
FROM (
    SELECT unnest([c.number, c.title_norm]) AS what FROM replay_citing AS c
    UNION ALL
    SELECT unnest([c.number, c.title_norm])
    FROM reading_citation AS c
    WHERE c.content_id IN (SELECT r.content_id FROM replay_content AS r)
) AS n
WHERE n.what IS NOT NULL;

INSERT INTO replay_page SELECT DISTINCT c.page_id, FALSE FROM replay_citing AS c;

INSERT INTO replay_page
SELECT DISTINCT f.page_id, FALSE
FROM replay_face AS f
WHERE
    f.page_id NOT IN (SELECT p.page_id FROM replay_page AS p)
    AND (
        f.number IN (SELECT n.what FROM replay_named AS n)
        OR f.title_norm IN (SELECT n.what FROM replay_named AS n)
        OR f.instrument_title_norm IN (SELECT n.what FROM replay_named AS n)
        OR list_has_any([substr(f.title_norm, length(i) + 1) FOR i IN f.issuers_norm IF starts_with(f.title_norm, i)],
            (SELECT list(n.what) FROM replay_named AS n))
    );

-- What people decided that the pages mean.
INSERT INTO replay_page
SELECT DISTINCT d.target_page_id, FALSE
FROM decision AS d
INNER JOIN page AS g ON g.page_id = d.target_page_id
WHERE
    d.page_id IN (SELECT p.page_id FROM replay_page AS p)
    AND d.target_page_id NOT IN (SELECT p.page_id FROM replay_page AS p);
