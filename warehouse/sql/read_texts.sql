-- The bodies of the edited policies, before and now.
SELECT b.text_hash, b.text
FROM body_text AS b
WHERE b.text_hash IN (SELECT e.text_hash FROM r_edited AS e UNION ALL SELECT e.text_hash_before FROM r_edited AS e);
