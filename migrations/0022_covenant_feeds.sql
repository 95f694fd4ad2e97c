-- Addresses under which calendar programs fetch an organisation's dates: they cannot send a key, so the address holds a
-- secret of its own, which opens nothing else.
create table covenant_feed (
  id text primary key,
  organisation_id text not null references organisation,
  secret_sha256 bytea not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index on covenant_feed (organisation_id);
