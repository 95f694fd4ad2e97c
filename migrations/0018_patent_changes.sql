-- Patents of which something was learnt that the rows derived from it (src/patents/derived.ts) do not show yet. One row
-- a patent, whatever was learnt of it since.
create table patent_change (
  patent_id uuid primary key,
  since timestamptz not null
);
create index on patent_change (since);
