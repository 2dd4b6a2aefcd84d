-- What the edition before the last lacks of the last one, in the form of `unpublished`: its file can be brought up to date as
-- well, without a copy. Empty where that file was not kept. See docs/decisions/0028-two-files-in-turn.md.
CREATE TABLE unpublished_before (
    kind VARCHAR,
    id VARCHAR
);
