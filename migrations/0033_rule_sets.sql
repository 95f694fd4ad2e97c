-- What a bank decides otherwise than the default rules: thresholds, severity, on or off. The newest in force counts; an
-- assessment of the past goes by the set that was in force then.
create table rule_set (
  bank_id text not null references organisation,
  version integer not null check (version > 0),
  settings jsonb not null,
  set_by text not null,
  in_force_from timestamptz not null,
  primary key (bank_id, version)
);
create trigger rule_set_is_append_only before update or delete on rule_set
  for each row execute function refuse_change();

-- The status of a pledge, a row each time it becomes another.
create table pledge_status (
  pledge_id text not null references pledge,
  known_at timestamptz not null,
  status text not null check (status in ('compliant', 'warning', 'unknown', 'breach')),
  primary key (pledge_id, known_at)
);
create trigger pledge_status_is_append_only before update or delete on pledge_status
  for each row execute function refuse_change();
