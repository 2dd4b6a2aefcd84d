-- Step texts: the bodies of what was read, once per distinct text.
-- In: load_reading, in_texts (the staging file). Out: body_text, load_text (the new ones).

CREATE OR REPLACE TEMP TABLE load_text AS
SELECT r.text_hash, min(r.capture_id) AS capture_id
FROM load_reading AS r
WHERE r.text_hash NOT IN (SELECT b.text_hash FROM body_text AS b)
GROUP BY r.text_hash;

-- As written: the texts stream past the list, and stay in their order. Left to itself, the engine gathers all of them first.
SET disabled_optimizers = 'join_order,build_side_probe_side';

INSERT INTO body_text
SELECT t.text_hash, t.text
FROM in_texts AS t
SEMI JOIN load_text AS n ON n.capture_id = t.capture_id AND n.text_hash = t.text_hash;

RESET disabled_optimizers;
