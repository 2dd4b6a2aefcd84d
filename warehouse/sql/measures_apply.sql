-- Step measures_apply: close the measures that are gone or read differently, append what replaces them.
-- In: r_measure_id (policy_id, position, measure_id: the matching), r_clause, r_measure_before. Out: measure_version.

CREATE OR REPLACE TEMP TABLE r_measure_now AS
SELECT i.measure_id, c.* EXCLUDE (version_from), c.version_from
FROM r_clause AS c
INNER JOIN r_measure_id AS i ON i.policy_id = c.policy_id AND i.position = c.position;

-- Words alone: blanks, widths, quotes and brackets as one page prints them and another does not are no change of a measure.
CREATE OR REPLACE TEMP MACRO words_of(text) AS translate(
    replace(nfc_normalize(text), ' ', ''),
    '，：；（）！？％．＋－／“”„«»「」『』‘’〈〉—–〔【［〕】］～',
    ',:;()!?%.+-/"""""""""''''<>--[[[]]]~'
);

CREATE OR REPLACE TEMP TABLE r_measure_kept AS
SELECT n.measure_id, n.position
FROM r_measure_now AS n
INNER JOIN r_measure_before AS b ON b.measure_id = n.measure_id
INNER JOIN r_policy AS p ON p.policy_id = n.policy_id
WHERE
    b.path IS NOT DISTINCT FROM n.path
    AND b.level IS NOT DISTINCT FROM n.level
    AND CASE
        WHEN p.version_cause = 'source' AND b.text IS DISTINCT FROM n.text
            THEN
                words_of(b.text) = words_of(n.text)
                AND words_of(coalesce(b.label, '')) = words_of(coalesce(n.label, ''))
                AND words_of(coalesce(b.heading, '')) = words_of(coalesce(n.heading, ''))
        ELSE
            b.label IS NOT DISTINCT FROM n.label
            AND b.heading IS NOT DISTINCT FROM n.heading
            AND b.text IS NOT DISTINCT FROM n.text
            AND b.bodies IS NOT DISTINCT FROM n.bodies
            AND b.amounts IS NOT DISTINCT FROM n.amounts
            AND b.targets IS NOT DISTINCT FROM n.targets
            AND coalesce(b.expiries, '[]') = coalesce(n.expiries, '[]')
    END;

UPDATE measure_version SET known_to = p.version_from
FROM r_policy AS p, r_measure_before AS b
WHERE
    b.policy_id = p.policy_id
    AND measure_version.measure_id = b.measure_id
    AND measure_version.known_to IS NULL
    AND b.measure_id NOT IN (SELECT k.measure_id FROM r_measure_kept AS k);

-- What only moved keeps its version; its place is that of the newest text.
UPDATE measure_version SET position = k.position
FROM r_measure_kept AS k
WHERE measure_version.measure_id = k.measure_id AND measure_version.known_to IS NULL AND measure_version.position <> k.position;

INSERT INTO measure_version BY NAME
SELECT
    n.* EXCLUDE (version_from),
    n.version_from AS known_from,
    CAST(NULL AS TIMESTAMPTZ) AS known_to,
    p.version_cause AS change_cause
FROM r_measure_now AS n
INNER JOIN r_policy AS p ON p.policy_id = n.policy_id
WHERE n.measure_id NOT IN (SELECT k.measure_id FROM r_measure_kept AS k);
