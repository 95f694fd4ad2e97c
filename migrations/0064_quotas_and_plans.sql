-- What an organisation may use of a service in a month, and has used. The core counts (src/quotas); who may use how much is
-- said by plans. No allowance: it is not counted.
create table quota_allowance (
  organisation_id text not null references organisation,
  meter text not null,
  quota bigint not null check (quota >= 0),
  primary key (organisation_id, meter)
);

create table quota_use (
  organisation_id text not null references organisation,
  meter text not null,
  month date not null check (extract(day from month) = 1),
  quota bigint not null,
  used bigint not null,
  primary key (organisation_id, meter, month),
  constraint use_is_within_quota check (used between 0 and quota)
);
create index on quota_use (month, organisation_id);

-- Packages of services. What a plan holds is never changed: another plan takes its place.
create table plan (
  id text primary key,
  name text not null check (length(name) between 1 and 120),
  -- A month.
  price_minor bigint not null check (price_minor >= 0),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  quotas jsonb not null,
  made_at timestamptz not null,
  made_by text not null
);
create trigger plan_is_append_only before update or delete on plan for each row execute function refuse_change();
create trigger plan_is_never_truncated before truncate on plan for each statement execute function refuse_change();

create table plan_subscription (
  id text primary key,
  organisation_id text not null references organisation,
  plan_id text not null references plan,
  from_on date not null,
  -- The first day on which it is no longer in force.
  until_on date check (until_on >= from_on),
  made_at timestamptz not null,
  made_by text not null
);
create unique index plan_subscription_is_one on plan_subscription (organisation_id) where until_on is null;
create index on plan_subscription (from_on, id);

do $$
declare name text;
declare condition text;
begin
  foreach name in array '{quota_allowance, quota_use, plan, plan_subscription}'::text[] loop
    condition := case name when 'plan' then '(select current_organisation()) is not null'
      else '(select is_staff()) or organisation_id = (select current_organisation())' end;
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    -- What somebody may use is for staff to say.
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%s)', name, condition,
      case name when 'quota_use' then 'organisation_id = (select current_organisation())' else '(select is_staff())' end);
    execute format('grant select on %I to pledgewatch_app', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
  end loop;
end $$;
grant insert, update (used) on quota_use to pledgewatch_app;
grant insert on plan, plan_subscription to pledgewatch_app;
grant update (until_on) on plan_subscription to pledgewatch_app;
