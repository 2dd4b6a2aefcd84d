-- Step decision: what a person decided of a citation.
INSERT INTO decision BY NAME
SELECT
    $decision_id AS decision_id,
    CAST($decided_at AS TIMESTAMPTZ) AS decided_at,
    CAST($moment AS TIMESTAMPTZ) AS moment,
    $person AS person,
    $action AS action,
    $reason AS reason,
    'pg_' || substr(sha256($url), 1, 16) AS page_id,
    $url AS url,
    $number AS number,
    $title AS title,
    $title_norm AS title_norm,
    $policy_id AS policy_id,
    'pg_' || substr(sha256($target_url), 1, 16) AS target_page_id;
