-- Policies that turn out to be one, pair by pair, and since when each is known.
SELECT p.page_id, p.known_at, p.policy_id, p.other_policy_id, p.rule, a.known_from, b.known_from AS other_known_from
FROM r_pair AS p
INNER JOIN policy AS a ON a.policy_id = p.policy_id
INNER JOIN policy AS b ON b.policy_id = p.other_policy_id
ORDER BY p.known_at, p.page_id, p.policy_id, p.other_policy_id;
