-- Note one declared source.
INSERT INTO source (source, bad_streak) SELECT $source, 0 WHERE $source NOT IN (SELECT s.source FROM source AS s);

UPDATE source
SET
    title = $title,
    jurisdiction = $jurisdiction,
    authority = $authority,
    homepage = $homepage,
    timezone = coalesce($timezone, 'Asia/Shanghai'),
    schedule = $schedule
WHERE source = $source;
