-- What this round did, in counts: the fields of LoadReport.
SELECT
    (SELECT count(*) FROM r_changed AS c WHERE c.is_new) AS pages_new,
    (SELECT count(*) FROM r_changed AS c WHERE NOT c.is_new) AS pages_changed,
    (SELECT count(*) FROM r_reading) - (SELECT count(*) FROM r_changed) AS pages_unchanged,
    (SELECT count(*) FROM r_policy AS p WHERE p.is_new) AS policies_new,
    (SELECT count(*) FROM r_policy AS p WHERE p.has_changed AND NOT p.is_new) AS policies_changed,
    (SELECT count(*) FROM r_policy AS p INNER JOIN in_clauses AS c ON c.capture_id = p.capture_id WHERE p.is_new)
    + (SELECT count(*) FROM r_measure_now) - (SELECT count(*) FROM r_measure_kept) AS measures,
    (SELECT count(*) FROM r_bound) AS citations_bound,
    (SELECT count(*) FROM r_citation AS c WHERE c.citation_id NOT IN (SELECT b.citation_id FROM r_bound AS b))
        AS citations_unbound;
