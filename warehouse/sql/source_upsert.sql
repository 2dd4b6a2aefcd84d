-- Note the declared sources, all at once.
CREATE OR REPLACE TEMP TABLE in_sources AS
SELECT unnest(CAST($sources AS STRUCT(
    source VARCHAR,
    title VARCHAR,
    jurisdiction VARCHAR,
    authority VARCHAR,
    homepage VARCHAR,
    timezone VARCHAR,
    schedule VARCHAR
)[]), recursive := true);

INSERT INTO source (source, bad_streak)
SELECT d.source, 0 FROM in_sources AS d WHERE d.source NOT IN (SELECT s.source FROM source AS s);

UPDATE source
SET
    title = d.title,
    jurisdiction = d.jurisdiction,
    authority = d.authority,
    homepage = d.homepage,
    timezone = coalesce(d.timezone, 'Asia/Shanghai'),
    schedule = d.schedule
FROM in_sources AS d
WHERE source.source = d.source;
