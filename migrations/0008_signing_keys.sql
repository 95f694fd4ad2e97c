-- The installation's own ed25519 keys, which sign every delivery beside its endpoint's secret (Standard Webhooks v1a).
create table signing_key (
  -- The kid of its JWK (RFC 7638).
  id text primary key,
  private_key text not null check (private_key like 'whsk\_%'),
  public_key text not null check (public_key like 'whpk\_%'),
  created_at timestamptz not null default now(),
  -- Null for the key of today; an older one signs beside it until then.
  signs_until timestamptz
);
create unique index on signing_key ((true)) where signs_until is null;
