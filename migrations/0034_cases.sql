-- One case for one cause: what a finding follows from, what silences it, and when it was told. A flag that is inhibited or
-- falls into a silence is kept all the same, and told when neither holds any more.
alter table flag
  add column case_key text,
  add column inhibited_by text,
  add column told_at timestamptz;
update flag set case_key = rule || ' ' || coalesce(patent_id::text, 'null') || ' ' || occasion, told_at = opened_at;
alter table flag alter column case_key set not null;

-- Windows in which a bank does not want to hear of a rule, of a pledge, or of a rule on a pledge.
create table silence (
  bank_id text not null references organisation,
  id text not null,
  rule text,
  pledge_id text references pledge,
  from_at timestamptz not null,
  until_at timestamptz not null,
  reason text not null,
  made_by text not null,
  made_at timestamptz not null,
  primary key (bank_id, id),
  check (until_at > from_at),
  check (num_nonnulls(rule, pledge_id) > 0)
);
create trigger silence_is_append_only before update or delete on silence
  for each row execute function refuse_change();
