-- Names that an organisation is shown under instead of its own (docs/decisions/0026-pseudonyms.md). Whose a name is stands in
-- a table of its own, so that what everybody reads does not hold it.
create table pseudonym (
  -- Random throughout: ids that tell when they were made would tell which belong together.
  id text primary key,
  display_name text not null check (length(display_name) between 1 and 80)
);

create table pseudonym_owner (
  pseudonym_id text primary key references pseudonym,
  organisation_id text not null references organisation,
  made_at timestamptz not null
);
create index on pseudonym_owner (organisation_id);

-- What is shown under it to everybody, until it is taken down.
create table pseudonym_use (
  pseudonym_id text not null references pseudonym,
  context_kind text not null check (context_kind in ('listing', 'need')),
  context_id text not null check (length(context_id) between 1 and 64),
  shown_at timestamptz not null,
  ended_at timestamptz,
  primary key (pseudonym_id, context_kind, context_id)
);

-- Somebody asks who is behind it. The owner is not in it: the asker reads it.
create table identity_request (
  id text primary key,
  pseudonym_id text not null references pseudonym,
  asker_id text not null references organisation,
  context_kind text not null,
  context_id text not null,
  reason text not null check (length(reason) between 1 and 500),
  asked_at timestamptz not null,
  foreign key (pseudonym_id, context_kind, context_id) references pseudonym_use
);
create index on identity_request (asker_id, id);
create index on identity_request (pseudonym_id, id);

-- What came of it, step by step; the consent of the owner is one of them.
create table identity_step (
  request_id text not null references identity_request,
  seq integer not null check (seq > 0),
  step text not null check (step in ('consented', 'refused', 'revoked', 'withdrawn', 'revealed')),
  at timestamptz not null,
  primary key (request_id, seq)
);
create unique index on identity_step (request_id, step);

-- From then on the asker knows.
create table identity_reveal (
  request_id text primary key references identity_request,
  pseudonym_id text not null references pseudonym,
  asker_id text not null references organisation,
  owner_id text not null references organisation,
  revealed_at timestamptz not null
);
create index on identity_reveal (pseudonym_id, asker_id);
create index on identity_reveal (asker_id);
create index on identity_reveal (owner_id);

do $$
declare name text;
begin
  foreach name in array '{pseudonym, pseudonym_owner, identity_request, identity_step, identity_reveal}'::text[] loop
    execute format('create trigger %1$s_is_append_only before update or delete on %1$I
      for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_is_never_truncated before truncate on %1$I
      for each statement execute function refuse_change()', name);
  end loop;
  foreach name in array '{pseudonym, pseudonym_owner, pseudonym_use, identity_request, identity_step, identity_reveal}'::text[]
  loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert on %I to pledgewatch_app', name);
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
  end loop;
end $$;
grant update (ended_at) on pseudonym_use to pledgewatch_app;

-- The parties of a reveal know each other.
create policy requests on identity_reveal to pledgewatch_app
  using ((select current_organisation()) in (asker_id, owner_id)) with check (false);
create policy requests on pseudonym_owner to pledgewatch_app
  using (organisation_id = (select current_organisation()) or exists (select from identity_reveal
    where identity_reveal.pseudonym_id = pseudonym_owner.pseudonym_id and asker_id = (select current_organisation())))
  with check (organisation_id = (select current_organisation()));

create function holds_pseudonym(id text) returns boolean language sql stable
  return exists (select from pseudonym_owner where pseudonym_owner.pseudonym_id = holds_pseudonym.id
    and organisation_id = current_organisation());

-- What is shown is for everybody to see; who asks and whom it concerns see it too when it is no longer shown.
create policy requests on pseudonym_use to pledgewatch_app
  using (current_organisation() is not null and ended_at is null or holds_pseudonym(pseudonym_id))
  with check (holds_pseudonym(pseudonym_id));
create policy requests on identity_request to pledgewatch_app
  using (asker_id = (select current_organisation()) or holds_pseudonym(pseudonym_id))
  with check (asker_id = (select current_organisation()));
create policy requests on pseudonym to pledgewatch_app
  using (holds_pseudonym(id) or exists (select from pseudonym_use where pseudonym_use.pseudonym_id = pseudonym.id)
    or exists (select from identity_request where identity_request.pseudonym_id = pseudonym.id))
  with check (current_organisation() is not null);
-- The owner alone consents, refuses and revokes; the asker alone withdraws. That a consent was used the service writes.
create policy requests on identity_step to pledgewatch_app
  using (exists (select from identity_request where identity_request.id = request_id))
  with check (exists (select from identity_request where identity_request.id = request_id and case
    when step in ('consented', 'refused', 'revoked') then holds_pseudonym(pseudonym_id)
    else step = 'withdrawn' and asker_id = (select current_organisation()) end));

do $$
declare condition text;
begin
  select pg_get_expr(polqual, polrelid) into strict condition from pg_policy
    where polrelid = 'organisation'::regclass and polname = 'requests';
  condition := format('(%s) or exists (select from identity_reveal where organisation.id in (asker_id, owner_id))
    or exists (select from identity_request where asker_id = organisation.id)', condition);
  execute format('alter policy requests on organisation using (%s) with check (%1$s)', condition);
end $$;

-- What passes between two parties alone is not in the stream of staff.
alter table event add column between_parties boolean not null default false;
alter policy requests on event
  using ((select current_organisation()) in (bank_id, firm_id, owner_id) or (select is_staff()) and not between_parties)
  with check ((select current_organisation()) in (bank_id, firm_id, owner_id) or (select is_staff()) and not between_parties);
