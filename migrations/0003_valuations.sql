-- A fitted model: its parameters and what it was trained on. The id is derived from both.
create table model_version (
  id text primary key,
  kind text not null,
  parameters jsonb not null,
  parameters_sha256 bytea not null,
  trained_to date not null,
  created_at timestamptz not null
);
create index on model_version (kind, trained_to);

-- Append-only: the same inputs under the same model are the same valuation.
create table valuation (
  patent_id uuid not null references patent,
  valuation_id text not null,
  as_of date not null,
  known_at timestamptz not null,
  model_version_id text not null,
  input_sha256 bytea not null,
  status text not null check (status in ('valued', 'worthless', 'unknown')),
  currency char(3) not null,
  low_minor bigint,
  mid_minor bigint,
  high_minor bigint,
  collateral_minor bigint,
  detail jsonb not null,
  primary key (patent_id, valuation_id),
  unique (patent_id, input_sha256, model_version_id),
  check ((status = 'unknown') = (mid_minor is null)),
  check (low_minor <= mid_minor and mid_minor <= high_minor)
);
create index on valuation (patent_id, as_of);
