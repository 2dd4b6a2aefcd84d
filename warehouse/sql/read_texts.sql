-- The bodies with the hashes of $wanted.
SELECT b.text_hash, b.text
FROM body_text AS b
WHERE b.text_hash IN (SELECT unnest(CAST($wanted AS VARCHAR[])));
