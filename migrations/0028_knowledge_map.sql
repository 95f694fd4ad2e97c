-- How many patents of a field, office, filing year and first owner there are, and what became of them: sums over
-- patent_search, kept up with it (src/search/knowledge-map.ts). Field 0: none is known; owner '': none is named.
create table knowledge_cell (
  field smallint not null,
  office text not null,
  filing_year smallint not null,
  owner text collate "C" not null,
  filings bigint not null check (filings >= 0),
  grants bigint not null check (grants >= 0),
  in_force bigint not null check (in_force >= 0),
  ended bigint not null check (ended >= 0),
  primary key (field, filing_year, office, owner)
) with (fillfactor = 70);
create index on knowledge_cell (owner, field);

insert into knowledge_cell
  select coalesce(field, 0), office, extract(year from filed_on)::smallint, upper(coalesce(owners[1], '')), count(*),
    count(granted_on), count(*) filter (where legal_state = 'in_force'),
    count(*) filter (where legal_state in ('lapsed', 'expired', 'surrendered', 'invalidated', 'refused', 'withdrawn'))
  from patent_search where filed_on is not null group by 1, 2, 3, 4;
