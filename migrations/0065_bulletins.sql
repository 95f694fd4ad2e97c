-- Bulletins: sums of a period by region and field, kept as they were made. A bulletin is the same for whoever reads it.
create table bulletin (
  id text primary key,
  region text not null check (region ~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|[0-9]{6})$'),
  -- 0: all fields.
  field smallint not null check (field between 0 and 35),
  cadence text not null check (cadence in ('weekly', 'monthly')),
  from_on date not null,
  -- The first day after it.
  until_on date not null check (until_on > from_on),
  content jsonb not null,
  -- Of the canonical text of the content.
  content_sha256 bytea not null,
  made_at timestamptz not null,
  unique (region, field, cadence, from_on)
);
create index on bulletin (until_on, id);
create trigger bulletin_is_append_only before update or delete on bulletin for each row execute function refuse_change();
create trigger bulletin_is_never_truncated before truncate on bulletin
  for each statement execute function refuse_change();

create table bulletin_subscription (
  id text primary key,
  organisation_id text not null references organisation,
  region text not null check (region ~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|[0-9]{6})$'),
  field smallint not null check (field between 0 and 35),
  cadence text not null check (cadence in ('weekly', 'monthly')),
  language text not null check (language in ('en', 'zh', 'ru')),
  since timestamptz not null,
  ended_at timestamptz
);
create unique index bulletin_subscription_is_one on bulletin_subscription (organisation_id, region, field, cadence)
  where ended_at is null;

-- What a subscriber was told of: each period once.
create table bulletin_issue (
  subscription_id text not null references bulletin_subscription,
  from_on date not null,
  bulletin_id text not null references bulletin,
  issued_at timestamptz not null,
  primary key (subscription_id, from_on)
);

do $$
declare name text;
declare condition text;
begin
  foreach name in array '{bulletin, bulletin_subscription, bulletin_issue}'::text[] loop
    condition := case name when 'bulletin' then '(select current_organisation()) is not null'
      when 'bulletin_issue' then 'exists (select from bulletin_subscription where bulletin_subscription.id = subscription_id)'
      else 'organisation_id = (select current_organisation())' end;
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%s)', name, condition,
      case name when 'bulletin_subscription' then condition else 'false' end);
    execute format('grant select on %I to pledgewatch_app', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
  end loop;
end $$;
grant insert, update (ended_at) on bulletin_subscription to pledgewatch_app;
