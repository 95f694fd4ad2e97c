-- People who sign in (docs/decisions/0025-people-and-sessions.md). What tells who somebody is stands in one table, sealed; what
-- somebody proves it with is out of the reach of requests, which act as pledgewatch_app.
create table person (
  id text primary key,
  organisation_id text not null references organisation,
  -- One that src/people/roles.ts has for the kind of organisation.
  role text not null,
  -- A key, a person or a command.
  invited_by text not null,
  created_at timestamptz not null,
  -- Nobody signs in any more, and no session goes on.
  closed_at timestamptz,
  unique (organisation_id, id)
);

create table person_detail (
  person_id text primary key,
  organisation_id text not null,
  name text not null,
  email text not null,
  -- Keyed hash of the address in small letters, by which it is found while it is sealed.
  email_mac text not null unique,
  foreign key (organisation_id, person_id) references person (organisation_id, id)
);

create table invitation (
  id text primary key,
  organisation_id text not null references organisation,
  role text not null,
  email text not null,
  token_sha256 bytea not null unique,
  invited_by text not null,
  created_at timestamptz not null,
  -- On the database's own clock, like all of this.
  expires_at timestamptz not null,
  ended_at timestamptz,
  -- Null when it was taken back.
  person_id text,
  foreign key (organisation_id, person_id) references person (organisation_id, id)
);

create table person_login (
  person_id text primary key references person,
  -- Argon2id in the PHC string format.
  password text not null,
  totp_secret text,
  -- Null until a first code has shown that the secret arrived.
  totp_since timestamptz,
  -- The newest step of a code that counted; only later ones count.
  totp_step bigint not null default 0
);

create table recovery_code (
  person_id text not null references person,
  code_sha256 bytea not null,
  primary key (person_id, code_sha256)
);

create table session (
  id text primary key,
  token_sha256 bytea not null unique,
  person_id text not null references person,
  begun_at timestamptz not null default now(),
  -- When the person last showed who it is.
  proved_at timestamptz not null default now(),
  -- Within a minute or so.
  used_at timestamptz not null default now(),
  ends_at timestamptz not null
);
create index on session (person_id);

-- A step of signing in that was taken, for the next: a secret that counts once, for a few minutes.
create table ticket (
  token_sha256 bytea primary key,
  purpose text not null,
  person_id text references person,
  failures integer not null default 0,
  expires_at timestamptz not null
);
create index on ticket (person_id);

alter table api_key add column issued_by text;

do $$
declare name text;
begin
  foreach name in array array['person', 'person_detail', 'invitation', 'person_login', 'recovery_code', 'session', 'ticket'] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
  end loop;
  foreach name in array array['person', 'person_detail'] loop
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%2$s)', name,
      'organisation_id = (select current_organisation())');
  end loop;
end $$;
create policy requests on invitation to pledgewatch_app
  using (organisation_id = (select current_organisation()) or (select is_staff()))
  with check (organisation_id = (select current_organisation()) or (select is_staff()));
grant select on person, person_detail to pledgewatch_app;
grant update (role, closed_at) on person to pledgewatch_app;
grant select, insert on invitation to pledgewatch_app;
grant update (ended_at) on invitation to pledgewatch_app;
