-- Step identity_join: from here on the one that was known later is the other; what was known before stays as it was.
-- In: r_merge (policy_id, other_policy_id: the surviving one, known_at, page_id, rule). Out: policy_link and, closed under the
-- old id and open under the other: page_version, citation; closed: policy_version, measure_version, effect, measure_effect; page, r_changed.

CREATE OR REPLACE TEMP TABLE r_merged AS
SELECT
    m.*,
    greatest(m.known_at, (SELECT max(v.known_from) FROM policy_version AS v WHERE v.policy_id IN (m.policy_id, m.other_policy_id)))
        AS merged_at
FROM r_merge AS m;

INSERT INTO policy_link BY NAME
SELECT m.policy_id, 'merged' AS kind, m.other_policy_id, m.merged_at AS known_from, m.page_id, m.rule FROM r_merged AS m;

-- What led to it leads on.
INSERT INTO policy_link BY NAME
SELECT l.policy_id, 'merged' AS kind, m.other_policy_id, m.merged_at AS known_from, m.page_id, m.rule
FROM policy_link AS l
INNER JOIN r_merged AS m ON m.policy_id = l.other_policy_id
WHERE l.kind = 'merged';

CREATE OR REPLACE TEMP TABLE r_moving AS
SELECT v.* REPLACE (m.other_policy_id AS policy_id, m.merged_at AS known_from)
FROM page_version AS v
INNER JOIN r_merged AS m ON m.policy_id = v.policy_id
WHERE v.known_to IS NULL AND v.page_id NOT IN (SELECT c.page_id FROM r_changed AS c);

UPDATE page_version SET known_to = v.known_from
FROM r_moving AS v
WHERE page_version.page_id = v.page_id AND page_version.known_to IS NULL;

INSERT INTO page_version BY NAME SELECT v.* FROM r_moving AS v;

UPDATE page SET policy_id = m.other_policy_id
FROM r_merged AS m
WHERE page.policy_id = m.policy_id;

UPDATE r_changed SET policy_id = m.other_policy_id
FROM r_merged AS m
WHERE r_changed.policy_id = m.policy_id;

CREATE OR REPLACE TEMP TABLE r_recited AS
SELECT
    c.* REPLACE (
        coalesce(a.other_policy_id, c.policy_id) AS policy_id,
        coalesce(b.other_policy_id, c.bound_policy_id) AS bound_policy_id,
        greatest(c.known_from, a.merged_at, b.merged_at) AS known_from
    )
FROM citation AS c
LEFT JOIN r_merged AS a ON a.policy_id = c.policy_id
LEFT JOIN r_merged AS b ON b.policy_id = c.bound_policy_id
WHERE c.known_to IS NULL AND (a.policy_id IS NOT NULL OR b.policy_id IS NOT NULL);

UPDATE citation SET known_to = c.known_from
FROM r_recited AS c
WHERE citation.citation_id = c.citation_id AND citation.known_to IS NULL;

-- A document does not mean itself.
INSERT INTO citation BY NAME
SELECT
    c.* REPLACE (
        CASE WHEN c.bound_policy_id IS DISTINCT FROM c.policy_id THEN c.bound_policy_id END AS bound_policy_id,
        CASE WHEN c.bound_policy_id IS DISTINCT FROM c.policy_id THEN c.binding_rule END AS binding_rule,
        CASE WHEN c.bound_policy_id IS DISTINCT FROM c.policy_id THEN c.binding_score END AS binding_score,
        CASE WHEN c.bound_policy_id IS DISTINCT FROM c.policy_id THEN c.bound_at END AS bound_at
    )
FROM r_recited AS c;

UPDATE policy_version SET known_to = m.merged_at
FROM r_merged AS m
WHERE policy_version.policy_id = m.policy_id AND policy_version.known_to IS NULL;

UPDATE measure_version SET known_to = m.merged_at
FROM r_merged AS m
WHERE measure_version.policy_id = m.policy_id AND measure_version.known_to IS NULL;

UPDATE effect SET known_to = m.merged_at
FROM r_merged AS m
WHERE effect.policy_id = m.policy_id AND effect.known_to IS NULL;

UPDATE measure_effect SET known_to = m.merged_at
FROM r_merged AS m
WHERE measure_effect.policy_id = m.policy_id AND measure_effect.known_to IS NULL;
