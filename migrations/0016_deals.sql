-- Prices that were paid for patents. A deal is read by who recorded it and by staff alone; the market model counts all.
create table deal (
  -- Derived from organisation and reference.
  id text primary key,
  organisation_id text not null references organisation,
  -- Made by the organisation, or brought in from outside by staff.
  source text not null check (source in ('own', 'imported')),
  reference text not null check (length(reference) between 1 and 200),
  -- No foreign key to patent, as in pledge_patent.
  patent_id uuid,
  right_type text not null check (right_type in ('invention', 'utility_model', 'design')),
  claims integer check (claims > 0),
  filed_on date not null,
  dealt_on date not null check (dealt_on >= filed_on),
  price_minor bigint not null check (price_minor > 0),
  currency char(3) not null check (currency = 'CNY'),
  key_id text not null,
  known_at timestamptz not null,
  unique (organisation_id, reference)
);
create index on deal (organisation_id, id);
create trigger deal_is_append_only before update or delete on deal
  for each row execute function refuse_change();
create trigger deal_is_never_truncated before truncate on deal
  for each statement execute function refuse_change();

-- What a valuation needs besides a lapse model has no rivals yet, and so no specification in the registry.
alter table model_version alter column specification_id drop not null,
  add constraint model_version_names_its_specification check (specification_id is not null
    or kind in ('market-hedonic', 'interval-calibration', 'assumptions'));

-- All that valuations of a time were made with. The id is derived from the hashes of the parts.
create table model_set (
  id text primary key,
  number bigint generated always as identity,
  lapse_id text not null references model_version,
  -- Null while too few deals were known.
  market_id text references model_version,
  calibration_id text references model_version,
  assumptions_id text not null references model_version,
  created_at timestamptz not null
);
create index on model_set (created_at, number);
create trigger model_set_is_append_only before update or delete on model_set
  for each row execute function refuse_change();

-- One id a row names every part; model_version_id stays the lapse model, a row of model_version, which can be watched by it.
-- Null in what was valued before: its inputs were not kept whole. No foreign key, as with model_version_id.
alter table valuation add column model_set_id text;
