-- What a key may do and until when, on the database's own clock; the operator's calendar may stand in the past.
alter table api_key
  add column scopes text[] not null default '{read,write}'
    check (cardinality(scopes) > 0 and scopes <@ '{read,write}'::text[]),
  add column expires_at timestamptz,
  -- Within an hour or so.
  add column last_used_at timestamptz;
alter table api_key alter column scopes drop default;
