-- Step identity_spread: every page takes the smallest label among its pairs; run until nothing changes.
UPDATE r_label SET label = m.label
FROM (
    SELECT e.page_id, min(l.label) AS label
    FROM r_edge AS e
    INNER JOIN r_label AS l ON l.page_id = e.other_id
    GROUP BY e.page_id
) AS m
WHERE r_label.page_id = m.page_id AND m.label < r_label.label;
