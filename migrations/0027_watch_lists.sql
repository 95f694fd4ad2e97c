-- Patents that an organisation watches without a pledge.
create table watch_list (
  id text primary key,
  organisation_id text not null references organisation,
  name text not null check (length(name) between 1 and 200),
  created_at timestamptz not null
);
create index on watch_list (organisation_id, id);

create table watch_list_patent (
  list_id text not null references watch_list on delete cascade,
  patent_id uuid not null,
  -- What was learnt by then is no news.
  added_at timestamptz not null,
  primary key (list_id, patent_id)
);
create index on watch_list_patent (patent_id);

-- Signals of which an organisation was told, so that each is told once, whatever is derived again.
create table watch_told (
  organisation_id text not null references organisation,
  patent_id uuid not null,
  signal_id uuid not null,
  primary key (organisation_id, patent_id, signal_id)
);
