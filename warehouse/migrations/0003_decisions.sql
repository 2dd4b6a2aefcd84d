-- What people decided of namings that could not be bound, or were bound wrongly: a row per decision, in order of `moment`
-- (and id), which is never before anything that was loaded when it was made. See docs/decisions/0019-bound-by-hand.md.
CREATE TABLE decision (
    decision_id VARCHAR,
    decided_at TIMESTAMPTZ,
    moment TIMESTAMPTZ,
    person VARCHAR,
    action VARCHAR,
    reason VARCHAR,
    page_id VARCHAR,
    url VARCHAR,
    number VARCHAR,
    title VARCHAR,
    title_norm VARCHAR,
    policy_id VARCHAR,
    target_page_id VARCHAR
);

-- The decision that a citation is bound by.
ALTER TABLE citation ADD COLUMN decision_id VARCHAR;

-- Terms that hold where a document states none: the rows of default_terms.yaml while they are switched on, else none.
-- See docs/decisions/0020-default-terms.md.
CREATE TABLE default_term (
    rank INTEGER,
    jurisdiction VARCHAR,
    issuers VARCHAR,
    issued_from DATE,
    issued_to DATE,
    title_has VARCHAR[],
    years INTEGER,
    rule VARCHAR
);
