-- What a rule set would have raised over history, asked before it may be put in force.
create table rule_backtest (
  bank_id text not null references organisation,
  id text not null,
  settings jsonb not null,
  -- Of the canonical JSON of the settings.
  settings_sha256 bytea not null,
  -- It rests on what was known of the patents by then.
  known_at timestamptz not null,
  made_by text not null,
  result jsonb not null,
  primary key (bank_id, id)
);
create index on rule_backtest (bank_id, settings_sha256, known_at);
create trigger rule_backtest_is_append_only before update or delete on rule_backtest
  for each row execute function refuse_change();
create trigger rule_backtest_is_never_truncated before truncate on rule_backtest
  for each statement execute function refuse_change();
