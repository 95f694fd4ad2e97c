-- An organisation's own indicator table, licensed to it. The id is the hash of the content: another content is another row.
create table scoring_table (
  organisation_id text not null references organisation,
  id text not null check (id ~ '^[0-9a-f]{64}$'),
  -- What a list shows of the content.
  summary jsonb not null,
  content jsonb not null,
  key_id text not null,
  loaded_at timestamptz not null,
  primary key (organisation_id, id)
);
create trigger scoring_table_is_append_only before update or delete on scoring_table
  for each row execute function refuse_change();
create trigger scoring_table_is_never_truncated before truncate on scoring_table
  for each statement execute function refuse_change();

-- A score of a pledged patent stands beside its value, never in it. No foreign key to patent, as in pledge_patent.
create table pledge_score (
  pledge_id text not null references pledge,
  -- From 1 without gaps, drawn while the pledge is locked.
  number integer not null check (number > 0),
  patent_id uuid not null,
  table_id text not null,
  -- Null for the table that the program brings, which has no row.
  table_owner_id text,
  standard_version text not null,
  scenario text not null,
  score double precision not null,
  verified boolean not null,
  leaf_count integer not null check (leaf_count > 0),
  missing jsonb not null,
  contributions jsonb not null,
  input_sha256 bytea not null,
  organisation_id text not null references organisation,
  key_id text not null,
  scored_at timestamptz not null,
  primary key (pledge_id, number),
  foreign key (table_owner_id, table_id) references scoring_table
);
create trigger pledge_score_is_append_only before update or delete on pledge_score
  for each row execute function refuse_change();
create trigger pledge_score_is_never_truncated before truncate on pledge_score
  for each statement execute function refuse_change();
