-- What was said of a pledge's loan-to-value beforehand, a row a horizon beside its point of the value flow. Kept, so that
-- what was stated can be held against what came.
create table pledge_outlook (
  pledge_id text not null references pledge,
  as_of date not null,
  known_at timestamptz not null,
  horizon_days integer not null check (horizon_days > 0),
  -- Sum of the patents' values at the horizon if no notice comes.
  projected_minor bigint not null check (projected_minor >= 0),
  -- Chance that at least one of the patents gets a termination notice by then.
  notice_probability double precision not null check (notice_probability between 0 and 1),
  -- Spread of log values around the projection that was reckoned with.
  log_sd double precision not null check (log_sd >= 0),
  -- Chance that the loan-to-value is over its breach limit by then.
  breach_probability double precision not null check (breach_probability between 0 and 1),
  primary key (pledge_id, as_of, known_at, horizon_days)
);
create index on pledge_outlook (as_of);

-- The spread of each horizon as learnt from projections that had fallen due by the slot.
create table projection_spread (
  slot timestamptz not null,
  horizon_days integer not null,
  log_sd double precision not null check (log_sd >= 0),
  -- Months with a projection that fell due; 0: the prior alone.
  months integer not null check (months >= 0),
  primary key (slot, horizon_days)
);
create trigger projection_spread_is_append_only before update or delete on projection_spread
  for each row execute function refuse_change();
create trigger projection_spread_is_never_truncated before truncate on projection_spread
  for each statement execute function refuse_change();
