-- Regional desks: who sits at them, their clients and what is done for them (docs/decisions/0041-regional-desks.md).

-- Who acts: the person who signed in, or who issued the key. An empty setting is nobody.
create function current_actor() returns text language sql stable parallel safe
  return nullif(current_setting('app.actor', true), '');

-- Where a desk is, is for everybody to know; what it has is not.
create table desk (
  id text primary key,
  name text not null check (length(name) between 1 and 120),
  -- As models/matching/regions.ts reads it.
  region text not null check (region ~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|[0-9]{6})$'),
  made_at timestamptz not null
);

create table desk_staff (
  desk_id text not null references desk,
  organisation_id text not null references organisation,
  -- Null: all people and keys of the organisation.
  person_id text references person,
  since timestamptz not null,
  unique nulls not distinct (desk_id, organisation_id, person_id)
);
create index on desk_staff (organisation_id);

-- Desks of whoever asks.
create function own_desks() returns text[] language sql stable parallel safe
  return array(select desk_id from desk_staff where organisation_id = current_organisation()
    and (person_id is null or person_id = current_actor()));

create table desk_client (
  id text primary key,
  desk_id text not null references desk,
  name text not null check (length(name) between 1 and 200),
  -- What of the name is compared (models/party-name.ts).
  name_key text not null,
  kind text not null check (kind in ('firm', 'university', 'inventor', 'local_government')),
  region text not null check (region ~ '^([A-Z]{2}(-[A-Z0-9]{1,3})?|[0-9]{6})$'),
  -- Unified Social Credit Code (GB 32100-2015).
  registration_number text check (registration_number ~ '^[0-9A-Z]{18}$'),
  -- The client as an organisation of the service, where it is one.
  account_id text references organisation,
  stage text not null check (stage in ('lead', 'contacted', 'qualified', 'offered', 'served', 'dormant', 'lost')),
  -- Whom to ask for there; sealed.
  contact text,
  -- Counts changes: 1 is as it was added.
  version integer not null default 1 check (version > 0),
  made_at timestamptz not null,
  made_by text not null
);
create index on desk_client (desk_id, stage);
create index on desk_client (desk_id, id);
create index on desk_client (desk_id, made_at);
create index on desk_client (account_id);
create unique index desk_client_registration on desk_client (desk_id, registration_number);
create unique index desk_client_name on desk_client (desk_id, region, name_key);

-- What was done for a client, by the desk that did it.
create table desk_entry (
  id text primary key,
  desk_id text not null references desk,
  desk_client_id text not null references desk_client,
  kind text not null check (kind in ('moved', 'noted', 'changed', 'handed_over')),
  detail jsonb not null,
  note text not null check (length(note) <= 2000),
  at timestamptz not null,
  actor text not null
);
create index on desk_entry (desk_client_id, id);
create index on desk_entry (desk_id, at);
create trigger desk_entry_is_append_only before update or delete on desk_entry
  for each row execute function refuse_change();
create trigger desk_entry_is_never_truncated before truncate on desk_entry
  for each statement execute function refuse_change();

create table desk_task (
  id text primary key,
  desk_id text not null references desk,
  desk_client_id text references desk_client,
  title text not null check (length(title) between 1 and 200),
  due_on date not null,
  made_at timestamptz not null,
  made_by text not null,
  done_at timestamptz,
  done_by text,
  check ((done_at is null) = (done_by is null))
);
create index on desk_task (desk_id, id);
create index on desk_task (desk_id, due_on) where done_at is null;
create index on desk_task (desk_client_id);

create table desk_handover (
  id text primary key,
  desk_client_id text not null references desk_client,
  -- As it was when it was asked: the other desk does not see the client yet.
  client_name text not null,
  from_desk_id text not null references desk,
  to_desk_id text not null references desk check (to_desk_id <> from_desk_id),
  reason text not null check (length(reason) between 1 and 500),
  state text not null check (state in ('asked', 'accepted', 'declined', 'withdrawn')),
  asked_at timestamptz not null,
  asked_by text not null,
  answered_at timestamptz,
  answered_by text,
  check ((state = 'asked') = (answered_at is null))
);
create unique index desk_handover_is_asked_once on desk_handover (desk_client_id) where state = 'asked';
create index on desk_handover (from_desk_id, id);
create index on desk_handover (to_desk_id, id);

-- What is counted by month, each once, for the desk that has the client by then: clients that were served, as they are moved;
-- introductions and deals of clients with an account, daily (src/network/desks/outcomes.ts). No foreign key to the client: an
-- import that is undone takes it away.
create table desk_outcome (
  -- The entry, or the introduction.
  came_of text not null,
  client_of text not null,
  kind text not null check (kind in ('served', 'introduction', 'deal')),
  desk_id text not null references desk,
  month date not null check (extract(day from month) = 1),
  primary key (came_of, client_of, kind)
);
create index on desk_outcome (desk_id, month, kind);

-- A list of clients that a desk brings in, as it was read; nothing of it is a client before it is put in force.
create table desk_import (
  id text primary key,
  desk_id text not null references desk,
  file_name text not null check (length(file_name) between 1 and 200),
  file_sha256 bytea not null,
  format text not null check (format in ('csv', 'xlsx')),
  encoding text not null,
  columns jsonb not null,
  state text not null check (state in ('previewed', 'committed', 'undone')),
  made_at timestamptz not null,
  made_by text not null,
  committed_at timestamptz,
  undone_at timestamptz,
  rows integer not null,
  accepted integer not null,
  duplicate integer not null,
  refused integer not null,
  constraint every_row_is_accounted_for check (rows = accepted + duplicate + refused)
);
create index on desk_import (desk_id, id);

create table desk_import_row (
  import_id text not null references desk_import on delete cascade,
  -- Line of the file, or row of the sheet.
  line integer not null check (line > 0),
  outcome text not null check (outcome in ('accepted', 'duplicate', 'refused')),
  name text not null,
  -- Why it is not accepted, and the value or the other name that it is about; empty where it is.
  reason text not null,
  about text not null,
  -- All that the row says, sealed, until the import is in force or taken back.
  given text,
  -- What it became, and why an undo kept that.
  desk_client_id text,
  kept text,
  primary key (import_id, line)
);

do $$
declare name text;
declare sees constant text := '(select is_staff()) or %I = any ((select own_desks())::text[])';
declare client constant text := 'exists (select from desk_client where desk_client.id = desk_client_id)';
declare condition text;
begin
  foreach name in array '{desk, desk_staff, desk_client, desk_entry, desk_task, desk_handover, desk_outcome,
    desk_import, desk_import_row}'::text[] loop
    condition := case name
      when 'desk' then '(select current_organisation()) is not null'
      when 'desk_staff' then '(select is_staff()) or organisation_id = (select current_organisation())'
      when 'desk_entry' then format(sees, 'desk_id') || ' or ' || client
      when 'desk_handover' then format(sees, 'from_desk_id') || ' or ' || format(sees, 'to_desk_id') || ' or ' || client
      when 'desk_import_row' then 'exists (select from desk_import where desk_import.id = import_id)'
      else format(sees, 'desk_id') end;
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('create policy requests on %I to pledgewatch_app using (%s) with check (%s)', name, condition,
      case name when 'desk' then '(select is_staff())' when 'desk_staff' then '(select is_staff())'
        when 'desk_entry' then format(sees, 'desk_id') when 'desk_handover' then format(sees, 'from_desk_id') || ' or '
        || format(sees, 'to_desk_id') else condition end);
    execute format('grant select, insert on %I to pledgewatch_app', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
  end loop;
end $$;
grant delete on desk_staff, desk_client to pledgewatch_app;
-- To another desk a client goes by a hand-over alone, which both take part in.
grant update (name, name_key, kind, region, registration_number, account_id, stage, contact, version) on desk_client
  to pledgewatch_app;
grant update (done_at, done_by) on desk_task to pledgewatch_app;
grant update (state, answered_at, answered_by) on desk_handover to pledgewatch_app;
grant update (state, committed_at, undone_at, accepted, duplicate) on desk_import to pledgewatch_app;
grant update (outcome, reason, about, given, desk_client_id, kept) on desk_import_row to pledgewatch_app;
