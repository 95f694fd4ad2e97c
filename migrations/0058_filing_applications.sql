-- Applications: what became of a draft at an office. Staff see where an application stands and none of its texts.
create table filing_application (
  id text primary key,
  firm_id text not null references organisation,
  draft_id text not null references filing_draft,
  -- Of the draft, as it is filed.
  version integer not null,
  office text not null check (office in ('CN', 'EP', 'WO')),
  right_type text not null check (right_type in ('invention', 'utility_model')),
  state text not null check (state in ('prepared', 'filed', 'published', 'examined', 'allowed', 'granted', 'refused',
    'withdrawn', 'lapsed')),
  -- Earliest priority; null for none.
  priority_on date,
  application_number text,
  filed_on date,
  -- By which the patent database knows it once it is published.
  patent_id uuid,
  granted_on date,
  -- Since when it is on a watch list of the firm.
  watched_at timestamptz,
  created_at timestamptz not null,
  unique (firm_id, office, application_number),
  foreign key (draft_id, version) references filing_draft_version,
  check ((application_number is null) = (filed_on is null)),
  check (state <> 'granted' or granted_on is not null)
);
create index on filing_application (firm_id, id);
create index on filing_application (draft_id);
create index on filing_application (patent_id) where patent_id is not null;

-- Append-only: each step with its day at the office.
create table filing_step (
  application_id text not null references filing_application,
  number integer not null check (number > 0),
  from_state text,
  to_state text not null,
  happened_on date not null,
  detail jsonb not null,
  organisation_id text,
  author_id text not null,
  recorded_at timestamptz not null,
  primary key (application_id, number)
);

create table filing_office_action (
  id text primary key,
  application_id text not null references filing_application,
  number integer not null check (number > 0),
  kind text not null check (kind in ('first', 'further', 'allowance', 'search_report', 'other')),
  issued_on date not null,
  content text not null check (content <> ''),
  author_id text not null,
  recorded_at timestamptz not null,
  answer text,
  answered_on date,
  answered_by text,
  unique (application_id, number),
  check ((answer is null) = (answered_on is null) and (answer is null) = (answered_by is null))
);

create table filing_deadline (
  id text primary key,
  application_id text not null references filing_application,
  kind text not null,
  -- The office action that it is the term of.
  office_action_id text references filing_office_action,
  from_on date not null,
  due_on date not null,
  -- The rule that sets it, and years of its calendar that have no table of holidays.
  rule text not null,
  weekday_only_years integer[] not null,
  state text not null check (state in ('open', 'met', 'missed', 'void')),
  met_on date,
  -- Days before the end of which the firm has been told; 0 that it was missed.
  told_days integer,
  created_at timestamptz not null,
  check ((state = 'met') = (met_on is not null))
);
create index on filing_deadline (application_id);
create index on filing_deadline (due_on) where state = 'open';

create table filing_fee (
  id text primary key,
  application_id text not null references filing_application,
  kind text not null,
  amount_minor bigint not null check (amount_minor >= 0),
  currency char(3) not null check (currency ~ '^[A-Z]{3}$'),
  deadline_id text references filing_deadline,
  paid_on date,
  created_at timestamptz not null
);
create index on filing_fee (application_id);

do $$
declare
  name text;
  seen constant text := 'exists (select from filing_application where filing_application.id = application_id)';
begin
  foreach name in array '{filing_application, filing_step, filing_office_action, filing_deadline, filing_fee}'::text[] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert on %I to pledgewatch_app', name);
  end loop;
  create policy requests on filing_application to pledgewatch_app
    using ((select is_staff()) or exists (select from filing_draft where filing_draft.id = draft_id))
    with check ((select is_staff()) or exists (select from filing_draft where filing_draft.id = draft_id));
  foreach name in array '{filing_step, filing_deadline, filing_fee}'::text[] loop
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%2$s)', name, seen);
  end loop;
  execute format('create policy requests on filing_office_action to pledgewatch_app
    using (not (select is_staff()) and %s) with check (not (select is_staff()) and %1$s)', seen);
end $$;
grant update (state, application_number, filed_on, patent_id, granted_on, watched_at, version) on filing_application
  to pledgewatch_app;
grant update (answer, answered_on, answered_by) on filing_office_action to pledgewatch_app;
grant update (state, met_on, told_days) on filing_deadline to pledgewatch_app;
grant update (paid_on) on filing_fee to pledgewatch_app;
