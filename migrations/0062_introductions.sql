-- Introductions of a need to an offer (models/matching/introduction.ts). Neither row names the parties; from the consent of
-- both on, a row of its own does.
create table network_introduction (
  id text primary key,
  need_id text not null references network_need,
  offer_id text not null references network_offer,
  asked_by text not null check (asked_by in ('need', 'offer')),
  message text not null check (length(message) between 1 and 1000),
  -- Why they may fit, as it was when it was asked (models/matching/reasons.ts).
  reasons jsonb not null,
  strength double precision not null check (strength between 0 and 1),
  asked_at timestamptz not null
);
create index on network_introduction (need_id, id);
create index on network_introduction (offer_id, id);

create table network_introduction_step (
  introduction_id text not null references network_introduction,
  seq integer not null check (seq > 0),
  step text not null check (step in ('consented', 'refused', 'withdrawn', 'expired', 'met', 'deal', 'nothing')),
  -- Null for the service.
  side text check (side in ('need', 'offer')),
  at timestamptz not null,
  check ((step = 'expired') = (side is null)),
  primary key (introduction_id, seq)
);

-- Who needs and who offers, from then on for both to know.
create table network_introduced (
  introduction_id text primary key references network_introduction,
  asker_id text not null references organisation,
  asker_name text not null,
  owner_id text not null references organisation,
  owner_name text not null,
  introduced_at timestamptz not null
);

-- What was learnt of outcomes, the latest in use.
create table network_learnt (
  learnt_at timestamptz primary key,
  introductions integer not null,
  weights jsonb not null,
  outcomes jsonb not null
);

do $$
declare name text;
begin
  foreach name in array '{network_introduction, network_introduction_step, network_introduced, network_learnt}'::text[] loop
    execute format('create trigger %1$s_is_append_only before update or delete on %1$I
      for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_is_never_truncated before truncate on %1$I
      for each statement execute function refuse_change()', name);
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
    execute format('grant select, insert on %I to pledgewatch_worker', name);
    execute format('grant select on %I to pledgewatch_app', name);
  end loop;
end $$;
grant insert on network_introduction, network_introduction_step to pledgewatch_app;

create function own_needs() returns text[] language sql stable
  return array(select need_id from network_need_owner where organisation_id = current_organisation());
create function own_offers() returns text[] language sql stable
  return array(select offer_id from network_offer_owner where organisation_id = current_organisation());

create policy requests on network_introduction to pledgewatch_app
  using (need_id = any ((select own_needs())::text[]) or offer_id = any ((select own_offers())::text[]))
  with check (case asked_by when 'need' then holds_need(need_id) else holds_offer(offer_id) end);
-- Each side speaks for itself; that nobody answered the service says.
create policy requests on network_introduction_step to pledgewatch_app
  using (exists (select from network_introduction where network_introduction.id = introduction_id))
  with check (exists (select from network_introduction where network_introduction.id = introduction_id
    and case side when 'need' then holds_need(need_id) when 'offer' then holds_offer(offer_id) else false end));
create policy requests on network_introduced to pledgewatch_app
  using ((select current_organisation()) in (asker_id, owner_id)) with check (false);
create policy requests on network_learnt to pledgewatch_app using (true) with check (false);
