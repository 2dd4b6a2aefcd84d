-- What readers have not seen yet: the keys of what changed since the last publication, so that publishing costs what
-- changed and not what is stored. A row of kind 'all' stands for everything, one of kind 'edition' names the edition that the
-- rest counts from. See docs/decisions/0022-publishing-what-changed.md.
CREATE TABLE unpublished (
    kind VARCHAR,
    id VARCHAR
);

INSERT INTO unpublished VALUES ('all', NULL);
