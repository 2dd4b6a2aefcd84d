-- Search without an index: what is short (titles, numbers, headings) is folded once, here; texts are scanned as they are
-- stored, in one pass over `body_text`, in parallel. Chinese has no word borders, so a word is any run of characters.

CREATE TABLE search_text AS
SELECT
    v.policy_id,
    v.text_hash,
    v.published_date,
    folded(concat_ws(' ', v.title, v.instrument_title, v.number, v.number_raw, v.title_norm, v.instrument_title_norm)) AS title,
    folded(coalesce(h.headings, '')) AS headings
FROM policy_version AS v
LEFT JOIN (
    SELECT m.policy_id, string_agg(m.heading, chr(10)) AS headings
    FROM measure_version AS m
    WHERE m.known_to IS NULL AND m.heading IS NOT NULL
    GROUP BY m.policy_id
) AS h ON h.policy_id = v.policy_id
WHERE v.known_to IS NULL;

-- Whether `text` holds `word`. Only words with letters need the slower look that takes both cases.
CREATE MACRO holds(text, word, cased) AS
coalesce(CASE WHEN cased THEN regexp_matches(text, '(?i)' || regexp_escape(word)) ELSE contains(text, word) END, FALSE);

-- Policies that hold all the words, best first: title, then heading, then text; the words as one phrase before the same
-- words scattered. Up to eight words count towards the order, all must be there. At most `most` policies, each with its
-- best clause.
CREATE MACRO search(words, most := 50) AS TABLE
WITH typed AS MATERIALIZED (
    -- No blank stands beside Chinese in what is stored, so none is looked for in a phrase.
    SELECT
        regexp_replace(
            regexp_replace(t.line, '([^\x00-\x7F]) ', '\1', 'g'), ' ([^\x00-\x7F])', '\1', 'g'
        ) AS phrase,
        list_filter(list_distinct(string_split(t.line, ' ')), lambda w: w <> '') AS word
    FROM (
        SELECT trim(regexp_replace(folded(simplified(coalesce(CAST(words AS VARCHAR), ''))), '\s+', ' ', 'g')) AS line
    ) AS t
),
asked AS MATERIALIZED (
    SELECT
        t.phrase,
        t.word[1] AS w1,
        t.word[2] AS w2,
        t.word[3] AS w3,
        t.word[4] AS w4,
        t.word[5] AS w5,
        t.word[6] AS w6,
        t.word[7] AS w7,
        t.word[8] AS w8,
        t.word[9:] AS others,
        regexp_matches(t.phrase, '[a-z\x{C0}-\x{52F}]') AS cased,
        CAST((1 << least(len(t.word), 8)) - 1 AS INTEGER) AS every
    FROM typed AS t
    WHERE len(t.word) > 0
),
head AS (
    SELECT
        s.policy_id,
        s.text_hash,
        s.published_date,
        s.title,
        s.headings,
        holds(s.title, a.w1, FALSE)::INTEGER + 2 * holds(s.title, a.w2, FALSE)::INTEGER
        + 4 * holds(s.title, a.w3, FALSE)::INTEGER + 8 * holds(s.title, a.w4, FALSE)::INTEGER
        + 16 * holds(s.title, a.w5, FALSE)::INTEGER + 32 * holds(s.title, a.w6, FALSE)::INTEGER
        + 64 * holds(s.title, a.w7, FALSE)::INTEGER + 128 * holds(s.title, a.w8, FALSE)::INTEGER AS in_title,
        holds(s.headings, a.w1, FALSE)::INTEGER + 2 * holds(s.headings, a.w2, FALSE)::INTEGER
        + 4 * holds(s.headings, a.w3, FALSE)::INTEGER + 8 * holds(s.headings, a.w4, FALSE)::INTEGER
        + 16 * holds(s.headings, a.w5, FALSE)::INTEGER + 32 * holds(s.headings, a.w6, FALSE)::INTEGER
        + 64 * holds(s.headings, a.w7, FALSE)::INTEGER + 128 * holds(s.headings, a.w8, FALSE)::INTEGER AS in_headings
    FROM search_text AS s
    CROSS JOIN asked AS a
),
body AS (
    SELECT
        i.text_hash,
        i.in_text,
        i.in_text = i.every AND holds(i.text, i.phrase, i.cased) AS has_phrase,
        list_filter(i.others, lambda w: holds(i.text, w, i.cased)) AS others
    FROM (
        SELECT
            b.text_hash,
            b.text,
            a.phrase,
            a.cased,
            a.every,
            a.others,
            holds(b.text, a.w1, a.cased)::INTEGER + 2 * holds(b.text, a.w2, a.cased)::INTEGER
            + 4 * holds(b.text, a.w3, a.cased)::INTEGER + 8 * holds(b.text, a.w4, a.cased)::INTEGER
            + 16 * holds(b.text, a.w5, a.cased)::INTEGER + 32 * holds(b.text, a.w6, a.cased)::INTEGER
            + 64 * holds(b.text, a.w7, a.cased)::INTEGER + 128 * holds(b.text, a.w8, a.cased)::INTEGER AS in_text
        FROM body_text AS b
        CROSS JOIN asked AS a
    ) AS i
    WHERE i.in_text > 0
),
best AS MATERIALIZED (
    SELECT
        h.policy_id,
        10000 * holds(h.title, a.phrase, FALSE)::INTEGER + 1000 * CAST(bit_count(h.in_title) AS INTEGER)
        + 200 * holds(h.headings, a.phrase, FALSE)::INTEGER + 20 * CAST(bit_count(h.in_headings) AS INTEGER)
        + 10 * coalesce(b.has_phrase, FALSE)::INTEGER + CAST(bit_count(coalesce(b.in_text, 0)) AS INTEGER) AS score
    FROM head AS h
    CROSS JOIN asked AS a
    LEFT JOIN body AS b ON b.text_hash = h.text_hash
    WHERE
        (h.in_title | h.in_headings | coalesce(b.in_text, 0)) = a.every
        AND len(
            list_filter(a.others, lambda w: NOT contains(h.title, w) AND NOT coalesce(list_contains(b.others, w), FALSE))
        ) = 0
    ORDER BY score DESC, h.published_date DESC NULLS LAST, h.policy_id
    LIMIT most
),
place AS (
    SELECT s.*
    FROM (
        SELECT
            m.policy_id,
            m.measure_id,
            m.path,
            m.heading,
            m.text,
            m.position,
            40 * holds(lower(m.heading), a.phrase, FALSE)::INTEGER + 20 * holds(m.text, a.phrase, a.cased)::INTEGER
            + list_sum(
                list_transform(
                    t.word,
                    lambda w: 2 * holds(lower(m.heading), w, FALSE)::INTEGER + holds(m.text, w, a.cased)::INTEGER
                )
            ) AS score
        FROM measure_version AS m
        INNER JOIN best AS b ON b.policy_id = m.policy_id
        CROSS JOIN asked AS a
        CROSS JOIN typed AS t
        WHERE m.known_to IS NULL
    ) AS s
    WHERE s.score > 0
    QUALIFY row_number() OVER (PARTITION BY s.policy_id ORDER BY s.score DESC, s.position) = 1
)
SELECT
    v.policy_id,
    v.number,
    v.title,
    v.issuers,
    v.source,
    v.url,
    v.published_date,
    p.measure_id,
    p.path,
    p.heading,
    p.text,
    CAST(b.score AS INTEGER) AS score
FROM best AS b
INNER JOIN policy_version AS v ON v.policy_id = b.policy_id AND v.known_to IS NULL
LEFT JOIN place AS p ON p.policy_id = b.policy_id
ORDER BY score DESC, v.published_date DESC NULLS LAST, v.policy_id;
