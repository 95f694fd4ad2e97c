-- Passkeys, and identity providers of organisations (docs/decisions/0025-people-and-sessions.md). Out of the reach of requests,
-- like all that people prove themselves with.
create table passkey (
  -- As the authenticator names it, in base64url.
  credential_id text primary key,
  person_id text not null references person,
  label text not null,
  public_key bytea not null,
  -- Signatures made with it, where the authenticator counts; one that does not grow is refused.
  counter bigint not null,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index on passkey (person_id);

create table identity_provider (
  organisation_id text primary key references organisation,
  issuer text not null,
  client_id text not null,
  -- Sealed; null for a client without one.
  client_secret text
);

-- Who somebody is to the provider of the organisation: its name for the person, from the first sign-in on.
create table provider_subject (
  organisation_id text not null,
  issuer text not null,
  subject text not null,
  person_id text not null unique references person,
  primary key (organisation_id, issuer, subject)
);

-- What the next step needs of the one before, sealed.
alter table ticket add column detail text;

do $$
declare name text;
begin
  foreach name in array array['passkey', 'identity_provider', 'provider_subject'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
  end loop;
end $$;
