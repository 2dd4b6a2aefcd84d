-- The bodies with the hashes of $wanted, by place: only where they lie is a text unpacked, and what lies between the first and
-- the last. What this load brought lies apart from all that was stored before.
WITH place AS MATERIALIZED (
    SELECT a.rowid AS place, a.text_hash, a.text_hash IN (SELECT n.text_hash FROM load_text AS n) AS is_new
    FROM body_text AS a
    WHERE a.text_hash IN (SELECT unnest(CAST($wanted AS VARCHAR[])))
)
SELECT p.text_hash, b.text FROM body_text AS b INNER JOIN place AS p ON p.place = b.rowid WHERE NOT p.is_new
UNION ALL
SELECT p.text_hash, b.text FROM body_text AS b INNER JOIN place AS p ON p.place = b.rowid WHERE p.is_new;
