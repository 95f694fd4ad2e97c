-- How far each listener to the service's own events has come in the feed of all of them.
create table listener (
  name text primary key,
  -- The number of the last event that it was done with.
  after_seq bigint not null default 0,
  -- Of the event after that one.
  attempts integer not null default 0,
  error text,
  due_at timestamptz
);

-- Events that a listener was given up on, for somebody to look at.
create table listener_failure (
  name text not null references listener,
  event_id text not null references event,
  error text not null,
  failed_at timestamptz not null,
  primary key (name, event_id)
);
