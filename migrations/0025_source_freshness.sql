-- How often an installation expects to hear of a source, where it is not what the program says. The last word counts.
create table source_cadence (
  source text not null,
  known_at timestamptz not null,
  cadence_days integer not null check (cadence_days between 1 and 3650),
  tolerance_days integer not null check (tolerance_days between 0 and 3650),
  key_id text not null,
  primary key (source, known_at)
);
create trigger source_cadence_is_append_only before update or delete on source_cadence
  for each row execute function refuse_change();

-- Sources that are late now and of which staff were told.
create table source_late (
  source text primary key,
  last_heard_at timestamptz not null,
  late_since timestamptz not null
);
