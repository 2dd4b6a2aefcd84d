-- Step decide: citations that are bound otherwise than was just decided are closed and stand again unbound, for bind.
-- In: r_decided, citation. Out: citation, r_citation_closed.

CREATE OR REPLACE TEMP TABLE r_reopened AS
SELECT c.*, greatest(d.decided_at, c.known_from, c.bound_at) AS reopened_at
FROM citation AS c
INNER JOIN r_decided AS d ON d.citation_id = c.citation_id
WHERE
    d.is_now AND c.known_to IS NULL AND c.bound_policy_id IS NOT NULL
    AND NOT (d.action = 'bind' AND d.target_id IS NOT DISTINCT FROM c.bound_policy_id);

UPDATE citation SET known_to = r.reopened_at
FROM r_reopened AS r
WHERE citation.citation_id = r.citation_id AND citation.known_to IS NULL;

INSERT INTO citation BY NAME
SELECT
    r.* EXCLUDE (reopened_at, bound_policy_id, binding_rule, binding_score, bound_at, decision_id)
    REPLACE (r.reopened_at AS known_from)
FROM r_reopened AS r;

INSERT INTO r_citation_closed BY NAME
SELECT r.citation_id, r.bound_policy_id, r.relation, r.reopened_at AS known_at, 'source' AS change_cause
FROM r_reopened AS r;
