-- What every question starts from: the present instant, and the forms in which words are compared.

-- Now, unless the session says otherwise: SET VARIABLE policywatch_now = '2023-06-30T12:00:00+08:00'.
CREATE MACRO present() AS coalesce(CAST(getvariable('policywatch_now') AS TIMESTAMPTZ), now());
