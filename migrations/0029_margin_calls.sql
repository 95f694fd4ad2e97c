-- A bank asks for a cure of a breach by a day; how it ended is written once.
create table margin_call (
  id text primary key,
  pledge_id text not null references pledge,
  called_on date not null,
  due_on date not null check (due_on > called_on),
  -- Repayment that would have reached the target on the day of the call.
  shortfall_minor bigint not null check (shortfall_minor > 0),
  state text not null check (state in ('open', 'met', 'expired', 'withdrawn')),
  called_at timestamptz not null,
  closed_at timestamptz,
  check ((state = 'open') = (closed_at is null))
);
create unique index margin_call_one_open on margin_call (pledge_id) where state = 'open';
create index on margin_call (pledge_id, id);

-- What a disposal brought, against the value that the loan was granted on.
create table pledge_recovery (
  pledge_id text primary key references pledge,
  bank_id text not null,
  right_type text not null,
  route text not null,
  disposed_on date not null,
  value_minor bigint not null check (value_minor > 0),
  proceeds_minor bigint not null check (proceeds_minor >= 0),
  costs_minor bigint not null check (costs_minor >= 0),
  known_at timestamptz not null
);
create index on pledge_recovery (bank_id, pledge_id);
create trigger pledge_recovery_is_append_only before update or delete on pledge_recovery
  for each row execute function refuse_change();
create trigger pledge_recovery_is_never_truncated before truncate on pledge_recovery
  for each statement execute function refuse_change();
