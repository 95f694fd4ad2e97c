create table endpoint (
  id text primary key,
  organisation_id text not null references organisation,
  url text not null check (length(url) <= 2048),
  description text not null check (length(description) <= 200),
  event_types text[] not null,
  secret text not null,
  previous_secret text,
  previous_secret_until timestamptz,
  state text not null check (state in ('enabled', 'disabled')),
  disabled_reason text,
  created_at timestamptz not null,
  deleted_at timestamptz
);
create index on endpoint (organisation_id, id);

-- What happened, with the exact bytes that every copy carries.
create table event (
  id text primary key,
  type text not null,
  pledge_id text references pledge,
  pledge_seq bigint,
  bank_id text,
  firm_id text,
  occurred_at timestamptz not null,
  body text not null,
  unique (pledge_id, pledge_seq)
);
create index on event (bank_id, id);
create index on event (firm_id, id);

-- Deliveries of one lane go out in order; lanes do not wait for each other.
create table lane (
  endpoint_id text not null references endpoint,
  lane_key text not null,
  open integer not null check (open >= 0),
  due_at timestamptz not null,
  token uuid,
  lease_until timestamptz,
  primary key (endpoint_id, lane_key)
);
create index on lane (due_at) where open > 0;

-- Deliveries still to be made. Done and dead ones move to delivery_history, so this stays small.
create table delivery (
  id text primary key,
  endpoint_id text not null,
  lane_key text not null,
  seq bigint not null,
  event_id text not null references event,
  attempts integer not null default 0,
  created_at timestamptz not null default now(),
  foreign key (endpoint_id, lane_key) references lane,
  unique (endpoint_id, lane_key, seq)
) with (autovacuum_vacuum_scale_factor = 0.01);

create table delivery_history (
  id text primary key,
  endpoint_id text not null references endpoint,
  lane_key text not null,
  seq bigint not null,
  event_id text not null references event,
  attempts integer not null,
  created_at timestamptz not null,
  finished_at timestamptz not null,
  outcome text not null check (outcome in ('delivered', 'dead')),
  reason text
);
create index on delivery_history (endpoint_id, id);
create index on delivery_history (event_id);

create table delivery_attempt (
  delivery_id text not null,
  attempt integer not null,
  started_at timestamptz not null,
  duration_ms integer not null,
  status integer,
  error text,
  answer text,
  primary key (delivery_id, attempt)
);
