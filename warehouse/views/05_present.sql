-- What every question starts from: the present instant, and the forms in which words are compared.

-- Now, unless the session says otherwise: SET VARIABLE policywatch_now = '2023-06-30T12:00:00+08:00'.
CREATE MACRO present() AS coalesce(CAST(getvariable('policywatch_now') AS TIMESTAMPTZ), now());

-- The present day in the portals' zone.
CREATE MACRO present_day() AS CAST(present() AT TIME ZONE 'Asia/Shanghai' AS DATE);

-- The instant of knowledge that a question asks of; the present one where it names none. A macro's default is worked out when
-- the macro is made, so that a default of now() would stay the day of publishing for ever.
CREATE MACRO known_at(as_known_at) AS coalesce(CAST(as_known_at AS TIMESTAMPTZ), present());
