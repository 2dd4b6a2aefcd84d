-- Step replay_close: what was replayed takes the place of what was held, for the core and nothing else.
-- In: replayed_*, replay_page, replay_key, replay_old, replay_seen. Out: page, page_version, policy, policy_link, policy_version,
-- measure_version, citation, effect, measure_effect.

CREATE OR REPLACE TEMP TABLE replay_new AS
SELECT DISTINCT v.policy_id
FROM replayed_page_version AS v
INNER JOIN replay_page AS p ON p.page_id = v.page_id AND p.is_core
WHERE v.policy_id IS NOT NULL;

-- Ids that a policy no longer has lead to the one that it has now.
CREATE OR REPLACE TEMP TABLE replay_renamed AS
SELECT o.policy_id, n.policy_id AS other_policy_id, o.known_from
FROM (
    SELECT v.policy_id, min(v.known_from) AS known_from, arg_min(v.page_id, (v.known_from, v.page_id)) AS page_id
    FROM page_version AS v
    WHERE v.policy_id IN (SELECT r.policy_id FROM replay_old AS r) AND v.policy_id NOT IN (SELECT n.policy_id FROM replay_new AS n)
    GROUP BY v.policy_id
) AS o
INNER JOIN replayed_page AS n ON n.page_id = o.page_id
WHERE n.policy_id IS NOT NULL;

DELETE FROM policy_link
WHERE
    policy_id IN (SELECT n.policy_id FROM replay_new AS n)
    OR (kind <> 'replaced' AND policy_id IN (SELECT o.policy_id FROM replay_old AS o));

UPDATE policy_link SET other_policy_id = r.other_policy_id
FROM replay_renamed AS r
WHERE policy_link.kind = 'replaced' AND policy_link.other_policy_id = r.policy_id;

INSERT INTO policy_link BY NAME
SELECT r.*, 'replaced' AS kind, 'an earlier capture became known' AS rule FROM replay_renamed AS r;

INSERT INTO policy_link BY NAME
SELECT l.* FROM replayed_policy_link AS l WHERE l.policy_id IN (SELECT n.policy_id FROM replay_new AS n);

INSERT INTO replay_old SELECT n.policy_id FROM replay_new AS n WHERE n.policy_id NOT IN (SELECT o.policy_id FROM replay_old AS o);

DELETE FROM policy WHERE policy_id IN (SELECT o.policy_id FROM replay_old AS o);

INSERT INTO policy BY NAME
SELECT r.* FROM replayed_policy AS r WHERE r.policy_id IN (SELECT n.policy_id FROM replay_new AS n);

DELETE FROM policy_version WHERE policy_id IN (SELECT o.policy_id FROM replay_old AS o);

INSERT INTO policy_version BY NAME
SELECT r.* FROM replayed_policy_version AS r WHERE r.policy_id IN (SELECT n.policy_id FROM replay_new AS n);

DELETE FROM measure_version WHERE policy_id IN (SELECT o.policy_id FROM replay_old AS o);

INSERT INTO measure_version BY NAME
SELECT r.* FROM replayed_measure_version AS r WHERE r.policy_id IN (SELECT n.policy_id FROM replay_new AS n);

DELETE FROM effect WHERE policy_id IN (SELECT o.policy_id FROM replay_old AS o);

INSERT INTO effect BY NAME
SELECT r.* FROM replayed_effect AS r WHERE r.policy_id IN (SELECT n.policy_id FROM replay_new AS n);

DELETE FROM measure_effect WHERE policy_id IN (SELECT o.policy_id FROM replay_old AS o);

INSERT INTO measure_effect BY NAME
SELECT r.* FROM replayed_measure_effect AS r WHERE r.policy_id IN (SELECT n.policy_id FROM replay_new AS n);

DELETE FROM citation
WHERE
    page_id IN (SELECT p.page_id FROM replay_page AS p WHERE p.is_core)
    OR (
        page_id IN (SELECT p.page_id FROM replay_page AS p)
        AND (number IN (SELECT k.what FROM replay_key AS k) OR title_norm IN (SELECT k.what FROM replay_key AS k))
    );

INSERT INTO citation BY NAME SELECT r.* FROM replayed_citation AS r;

DELETE FROM page_version WHERE page_id IN (SELECT p.page_id FROM replay_page AS p WHERE p.is_core);

INSERT INTO page_version BY NAME
SELECT r.* REPLACE (split_part(r.capture_id, '#', 1) AS capture_id)
FROM replayed_page_version AS r
INNER JOIN replay_page AS p ON p.page_id = r.page_id AND p.is_core;

UPDATE page
SET
    policy_id = r.policy_id,
    kind = r.kind,
    last_changed_at = r.last_changed_at,
    first_read_at = r.first_read_at,
    reading_url = s.url,
    last_read_capture_id = s.capture_id,
    parser_version = s.parser_version
FROM replayed_page AS r, replay_page AS p, (
    SELECT x.* FROM replay_seen AS x QUALIFY row_number() OVER (PARTITION BY x.page_id ORDER BY x.place DESC) = 1
) AS s
WHERE page.page_id = r.page_id AND p.page_id = r.page_id AND p.is_core AND s.page_id = r.page_id;
