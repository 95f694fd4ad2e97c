-- Filters of the review queue that somebody saved by name: the person's own, and nobody else's to see.
create table review_filter (
  organisation_id text not null references organisation,
  person_id text not null,
  name text not null check (length(name) between 1 and 60),
  -- Null for any.
  state text check (state in ('queued', 'claimed', 'submitted', 'decided')),
  severity text check (severity in ('info', 'warning', 'critical')),
  -- Only what the person has taken on.
  mine boolean not null,
  saved_at timestamptz not null,
  primary key (organisation_id, person_id, name),
  foreign key (organisation_id, person_id) references person (organisation_id, id)
);

alter table review_filter enable row level security;
alter table review_filter force row level security;
create policy jobs on review_filter to pledgewatch_worker using (true) with check (true);
create policy requests on review_filter to pledgewatch_app
  using (organisation_id = (select current_organisation()) and person_id = (select current_actor()))
  with check (organisation_id = (select current_organisation()) and person_id = (select current_actor()));
grant select, insert, update, delete on review_filter to pledgewatch_app, pledgewatch_worker;
