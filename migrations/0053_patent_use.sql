-- What other parts of the service learn of the use of a patent, month by month and by class, as evidence beside what its owner
-- declares (docs/decisions/0039-marks.md). No value is computed from it.
create table patent_use (
  patent_id uuid not null,
  organisation_id text not null references organisation,
  month date not null check (extract(day from month) = 1),
  class text not null check (class in ('sale_verified', 'mark_scanned', 'mark_copied')),
  count integer not null check (count >= 0),
  known_at timestamptz not null,
  primary key (patent_id, organisation_id, month, class)
);
create index on patent_use (organisation_id, patent_id);

alter table patent_use enable row level security;
alter table patent_use force row level security;
create policy jobs on patent_use to pledgewatch_worker using (true) with check (true);
grant select, insert, update, delete on patent_use to pledgewatch_worker;
grant select on patent_use to pledgewatch_app;
-- The owner's own, staff's to review, and of the bank that holds a pledge of the owner over the patent.
create policy requests on patent_use to pledgewatch_app
  using (organisation_id = (select current_organisation()) or (select is_staff())
    or exists (select from pledge join pledge_patent on pledge_id = pledge.id
      where pledge.firm_id = patent_use.organisation_id and pledge.bank_id = (select current_organisation())
        and pledge_patent.patent_id = patent_use.patent_id and pledge_patent.removed_at is null and pledge.live))
  with check (false);
