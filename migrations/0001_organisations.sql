-- Who uses the service: banks (pledgees), firms (pledgors) and the operator's staff.
create table organisation (
  id text primary key,
  kind text not null check (kind in ('bank', 'firm', 'staff')),
  name text not null check (length(name) between 1 and 200),
  demonstration boolean not null default false,
  created_at timestamptz not null
);

create table api_key (
  id text primary key,
  organisation_id text not null references organisation,
  label text not null check (length(label) between 1 and 200),
  secret_sha256 bytea not null,
  created_at timestamptz not null,
  revoked_at timestamptz
);
create index on api_key (organisation_id);

-- The stored answer of a creating request, written in the transaction of its effect.
create table idempotency_key (
  organisation_id text not null references organisation,
  key text not null check (length(key) between 1 and 255),
  request_sha256 bytea not null,
  body text,
  created_at timestamptz not null default now(),
  primary key (organisation_id, key)
);
create index on idempotency_key (created_at);

-- Facts about this installation, such as the calendar of a demonstration.
create table setting (
  name text primary key,
  value jsonb not null
);
