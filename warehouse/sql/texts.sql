-- Step texts: the bodies of what was read, once per distinct text.
-- In: load_reading, in_texts (the staging file). Out: body_text.
INSERT INTO body_text
SELECT t.text_hash, any_value(t.text)
FROM in_texts AS t
WHERE
    t.text_hash IN (SELECT r.text_hash FROM load_reading AS r)
    AND t.text_hash NOT IN (SELECT b.text_hash FROM body_text AS b)
GROUP BY t.text_hash;
