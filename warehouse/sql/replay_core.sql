-- Step replay_core: whose history is computed anew: the late pages, the documents that they act on, and all pages that may
-- carry the same policies (replay_spread.sql runs until nothing is added).
-- In: late_page, late_names, page_version, load_reading. Out: replay_page (page_id, is_core), replay_face, replay_titled.

CREATE OR REPLACE TEMP TABLE replay_page AS
SELECT l.page_id, TRUE AS is_core FROM late_page AS l;

-- Every form in which every page that could carry a policy was ever known.
CREATE OR REPLACE TEMP VIEW replay_face AS
SELECT v.page_id, v.policy_id, v.number, v.title_norm, v.instrument_title_norm, v.issuers_norm, v.signed_date
FROM page_version AS v
WHERE v.kind IN ('policy', 'repost') OR (v.kind = 'other' AND v.authority = 'repost')
UNION ALL
SELECT r.page_id, NULL, r.number, r.title_norm, r.instrument_title_norm, r.issuers_norm, r.signed_date
FROM load_reading AS r
WHERE r.kind IN ('policy', 'repost') OR (r.kind = 'other' AND r.authority = 'repost');

-- Titles by which documents are named: who bears one of them bears on what that naming means.
CREATE OR REPLACE TEMP TABLE replay_titled AS
SELECT DISTINCT c.title_norm AS title FROM citation AS c WHERE length(c.title_norm) >= 4
UNION
SELECT c.title_norm FROM in_citations AS c WHERE length(c.title_norm) >= 4;

CREATE OR REPLACE TEMP TABLE replay_named AS
SELECT DISTINCT n.what FROM late_names AS n WHERE n.is_act AND n.page_id IN (SELECT l.page_id FROM late_page AS l);

INSERT INTO replay_page
SELECT DISTINCT f.page_id, TRUE
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

INSERT INTO replay_page
SELECT DISTINCT d.target_page_id, TRUE
FROM decision AS d
INNER JOIN page AS p ON p.page_id = d.target_page_id
WHERE d.page_id IN (SELECT l.page_id FROM late_page AS l) AND d.target_page_id NOT IN (SELECT p.page_id FROM replay_page AS p);
