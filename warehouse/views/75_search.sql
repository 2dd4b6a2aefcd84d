-- Search without an index: clauses are scanned as they are stored, once, in parallel. Chinese has no word borders, so a
-- word is any run of characters. What no clause holds (titles, numbers, what stands before the first clause, the texts of
-- documents without clauses) is kept in one place by policy.

CREATE TABLE search_text (policy_id VARCHAR, published_date DATE, title VARCHAR, text VARCHAR USING COMPRESSION uncompressed);

-- What to look for: a bit per word (eight at most, the rest is left out) and 256 for all of them as one phrase. Letters are
-- looked for as typed, small, capital and capitalised: texts keep their case, and folding all of them would take minutes.
CREATE MACRO needles(words) AS TABLE
WITH typed AS (
    SELECT trim(regexp_replace(plain(simplified(coalesce(CAST(words AS VARCHAR), ''))), '\s+', ' ', 'g')) AS line
),
word AS (
    SELECT w.word, w.bit, w.n
    FROM (
        SELECT
            unnest(string_split(t.line, ' ')[:8]) AS word,
            1 << (generate_subscripts(string_split(t.line, ' ')[:8], 1) - 1) AS bit,
            len(string_split(t.line, ' ')) AS n
        FROM typed AS t
        WHERE t.line <> ''
    ) AS w
    UNION ALL
    -- No blank stands beside Chinese in what is stored, so none is looked for in a phrase.
    SELECT
        regexp_replace(regexp_replace(t.line, '([^\x00-\x7F]) ', '\1', 'g'), ' ([^\x00-\x7F])', '\1', 'g'),
        256,
        len(string_split(t.line, ' '))
    FROM typed AS t
    WHERE t.line <> ''
)
SELECT v.needle, CAST(bit_or(v.bit) AS INTEGER) AS bit, CAST((1 << least(max(v.n), 8)) - 1 AS INTEGER) AS every
FROM (
    SELECT unnest([w.word, lower(w.word), upper(w.word), upper(w.word[1]) || lower(w.word[2:])]) AS needle, w.bit, w.n
    FROM word AS w
) AS v
GROUP BY v.needle;

-- Policies that hold all the words, best first: title, then heading, then text; the words as one phrase before the same
-- words scattered. At most `most` policies, each with its best clause.
CREATE MACRO search(words, most := 50) AS TABLE
WITH asked AS MATERIALIZED (
    SELECT n.* FROM needles(words) AS n
),
clause AS (
    SELECT
        c.policy_id,
        bit_or(c.in_heading) AS in_heading,
        bit_or(c.in_text) AS in_text,
        arg_max(c.place, 10000 * (10 * bit_count(c.in_heading) + bit_count(c.in_text)) - c.position) AS place
    FROM (
        SELECT
            m.rowid AS place,
            any_value(m.policy_id) AS policy_id,
            any_value(m.position) AS position,
            bit_or(
                CASE WHEN contains(m.heading, a.needle) THEN a.bit ELSE 0 END
                | CASE WHEN list_bool_or([contains(m.heading, p) FOR p IN a.phrases]) THEN 256 ELSE 0 END
            ) AS in_heading,
            bit_or(
                CASE WHEN contains(m.text, a.needle) THEN a.bit ELSE 0 END
                | CASE WHEN list_bool_or([contains(m.text, p) FOR p IN a.phrases]) THEN 256 ELSE 0 END
            ) AS in_text
        FROM measure_version AS m
        -- Where the phrase stands, so does its first word: the many clauses are scanned for words alone.
        INNER JOIN (
            SELECT w.needle, w.bit, (SELECT list(q.needle) FROM asked AS q WHERE q.bit = 256) AS phrases
            FROM asked AS w
            WHERE w.bit <> 256
        ) AS a ON contains(m.text, a.needle) OR contains(m.heading, a.needle)
        WHERE m.known_to IS NULL
        GROUP BY m.rowid
    ) AS c
    GROUP BY c.policy_id
),
head AS (
    SELECT
        s.policy_id,
        bit_or(CASE WHEN contains(s.title, a.needle) THEN a.bit ELSE 0 END) AS in_title,
        bit_or(CASE WHEN contains(s.text, a.needle) THEN a.bit ELSE 0 END) AS in_text
    FROM search_text AS s
    INNER JOIN asked AS a ON contains(s.title, a.needle) OR contains(s.text, a.needle)
    GROUP BY s.policy_id
),
hit AS (
    SELECT
        coalesce(h.policy_id, c.policy_id) AS policy_id,
        coalesce(h.in_title, 0) AS in_title,
        coalesce(c.in_heading, 0) AS in_heading,
        coalesce(h.in_text, 0) | coalesce(c.in_text, 0) AS in_text,
        c.place
    FROM head AS h
    FULL OUTER JOIN clause AS c ON c.policy_id = h.policy_id
),
best AS (
    -- Each line outweighs all that follow it.
    SELECT
        h.policy_id,
        10000 * CAST(h.in_title >= 256 AS INTEGER)
        + 1000 * CAST(bit_count(h.in_title & e.every) AS INTEGER)
        + 200 * CAST(h.in_heading >= 256 AS INTEGER)
        + 20 * CAST(bit_count(h.in_heading & e.every) AS INTEGER)
        + 10 * CAST(h.in_text >= 256 AS INTEGER)
        + CAST(bit_count(h.in_text & e.every) AS INTEGER) AS score,
        s.published_date,
        h.place
    FROM hit AS h
    INNER JOIN search_text AS s ON s.policy_id = h.policy_id
    CROSS JOIN (SELECT max(a.every) AS every FROM asked AS a) AS e
    WHERE ((h.in_title | h.in_heading | h.in_text) & e.every) = e.every
    ORDER BY score DESC, s.published_date DESC NULLS LAST, h.policy_id
    LIMIT most
)
SELECT
    v.policy_id,
    v.number,
    v.title,
    v.issuers,
    v.source,
    v.url,
    v.published_date,
    m.measure_id,
    m.path,
    m.heading,
    m.text,
    b.score
FROM best AS b
INNER JOIN policy_version AS v ON v.policy_id = b.policy_id AND v.known_to IS NULL
LEFT JOIN measure_version AS m ON m.rowid = b.place
ORDER BY b.score DESC, v.published_date DESC NULLS LAST, v.policy_id;
