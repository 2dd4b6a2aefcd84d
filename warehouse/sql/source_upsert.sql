-- Note the declared sources, all at once.
-- In: in_sources. Out: source.

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
