-- The citation graph between documents that are known here, what it and the family say of each patent, and how many patents
-- of a cohort have which value: derived, and kept up with every piece of news (src/patents/derive-indicators.ts).

-- Numbers by which others cite a patent; letter: of the kind, '' where none is told.
create table patent_document (
  office text not null,
  number text collate "C" not null,
  letter text not null,
  patent_id uuid not null,
  primary key (office, number, letter, patent_id)
);

-- citing_id cites patent_id, since the day on which a document first said so. Nothing is taken back: sources only add.
create table citation_edge (
  patent_id uuid not null,
  citing_id uuid not null,
  published_on date not null,
  primary key (patent_id, citing_id)
) with (fillfactor = 90);

create table patent_indicator (
  patent_id uuid primary key,
  -- The cohort; null where the patent belongs to none.
  field smallint check (field between 1 and 35),
  filing_year smallint,
  -- First publication, where the windows open.
  published_on date,
  -- A number is known under which others could cite it.
  numbered boolean not null,
  forward integer not null default 0 check (forward >= 0),
  forward_5_years integer not null default 0 check (forward_5_years >= 0),
  forward_7_years integer not null default 0 check (forward_7_years >= 0),
  backward integer,
  claims integer,
  family_size integer
) with (fillfactor = 80);

create table cohort_count (
  field smallint not null,
  filing_year smallint not null,
  indicator text not null,
  value integer not null,
  patents bigint not null check (patents >= 0),
  primary key (field, filing_year, indicator, value)
) with (fillfactor = 70);

grant select on patent_document, citation_edge, patent_indicator, cohort_count to pledgewatch_app;

-- What is there already is derived by the next round.
insert into patent_change (patent_id, since) select patent_id, 'epoch' from patent order by patent_id
  on conflict (patent_id) do nothing;
