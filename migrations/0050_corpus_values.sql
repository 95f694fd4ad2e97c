-- The whole patent database valued without what any pledgor declared (src/corpus, docs/decisions/0027-corpus-values.md).

-- What the value of each patent follows from, kept up from its signals. One row a patent.
create table corpus_patent (
  patent_id uuid primary key,
  -- In the order of first sight: a run takes ranges of it, which lie together on disk.
  number bigint generated always as identity,
  source text not null,
  office text not null,
  right_type text not null,
  legal_state text not null,
  filed_on date not null,
  granted_on date,
  claims integer,
  ipc_symbols smallint not null,
  individual_applicant boolean,
  domestic_applicant boolean,
  agency boolean,
  technology_field smallint,
  challenges smallint not null
) with (fillfactor = 90);
create index on corpus_patent (number);

-- Of which something changed since they were valued.
create table corpus_stale (
  patent_id uuid primary key,
  since timestamptz not null
);

-- The value of each patent as of the day on which something last changed; what time alone takes is computed on reading.
create table corpus_value (
  patent_id uuid not null,
  number bigint not null,
  as_of date not null,
  status text not null check (status in ('valued', 'worthless', 'unknown')),
  currency char(3) not null,
  low_minor bigint,
  mid_minor bigint,
  high_minor bigint,
  collateral_minor bigint,
  -- Next day on which something changes by itself; null when nothing ever does.
  changes_on date,
  -- The last point of the series; those before it are in corpus_value_history.
  recorded_on date not null,
  recorded_mid_minor bigint,
  check ((status = 'unknown') = (mid_minor is null))
) with (fillfactor = 90);

create table corpus_value_history (
  patent_id uuid not null,
  as_of date not null,
  -- In the currency of corpus_value; null while unknown.
  mid_minor bigint,
  primary key (patent_id, as_of)
) partition by range (as_of);

-- A valuation of everything, chunk by chunk; at most one is open. It is seen when all of it is there.
create table corpus_run (
  id bigint generated always as identity primary key,
  model_set_id text not null references model_set,
  -- Name and version of the formulas.
  valuation_model text not null,
  as_of date not null,
  -- By source: when it last told of its register, and whether it is late.
  registers jsonb not null,
  started_at timestamptz not null,
  published_at timestamptz
);
create unique index on corpus_run ((true)) where published_at is null;

create table corpus_chunk (
  run_id bigint not null references corpus_run on delete cascade,
  chunk integer not null,
  -- Numbers of patents, the last one not included.
  from_number bigint not null,
  to_number bigint not null,
  done_at timestamptz,
  patents integer,
  valued integer,
  points integer,
  primary key (run_id, chunk)
);

-- Patents of which every value is kept: pledged or watched by anybody.
create view corpus_followed with (security_invoker = true) as
  select patent_id from pledge_patent join pledge on pledge.id = pledge_id where pledge.live
  union select patent_id from watch_list_patent;

grant select on corpus_patent, corpus_value, corpus_value_history, corpus_run to pledgewatch_app;

-- Tables are made, indexed and dropped by their owner alone; jobs ask for it. What these hold is nobody's own.
create function index_corpus_values(name text) returns void language plpgsql as $$
begin
  execute format('alter table %s add constraint corpus_value_pkey primary key (patent_id)', name);
  execute format('create index corpus_value_number on %s using brin (number)', name);
  execute format('create index corpus_value_changes_on on %s (changes_on) where changes_on is not null', name);
end $$;
select index_corpus_values('corpus_value');

-- Empty tables beside the published ones; what was marked until now is read by the run that begins.
create function stage_corpus_values() returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  drop table if exists staging.corpus_value, staging.corpus_value_history;
  create table staging.corpus_value (like public.corpus_value including constraints) with (fillfactor = 90);
  create table staging.corpus_value_history (like public.corpus_value_history);
  grant select, insert, update, delete on staging.corpus_value, staging.corpus_value_history to pledgewatch_worker;
  truncate corpus_stale;
  analyze corpus_patent;
end $$;

create function drop_staged_corpus_values() returns void language sql security definer set search_path = public, pg_temp as $$
  drop table if exists staging.corpus_value, staging.corpus_value_history
$$;

create function index_staged_corpus_values() returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  perform index_corpus_values('staging.corpus_value');
  analyze staging.corpus_value;
end $$;

-- The staged values in place of the published ones, at once.
create function publish_corpus_values() returns void language plpgsql security definer set search_path = public, pg_temp as $$
begin
  insert into corpus_value_history select * from staging.corpus_value_history on conflict do nothing;
  drop table staging.corpus_value_history;
  drop table corpus_value;
  alter table staging.corpus_value set schema public;
  grant select on corpus_value to pledgewatch_app;
end $$;

-- A partition for each year, and none before the first.
create function keep_corpus_history(first_year integer, last_year integer) returns integer
  language plpgsql security definer set search_path = public, pg_temp as $$
declare
  old regclass;
  dropped integer := 0;
begin
  for year in first_year..last_year loop
    execute format('create table if not exists %I partition of corpus_value_history for values from (%L) to (%L)',
      'corpus_value_history_' || year, make_date(year, 1, 1), make_date(year + 1, 1, 1));
  end loop;
  for old in select inhrelid::regclass from pg_inherits where inhparent = 'corpus_value_history'::regclass
      and right(inhrelid::regclass::text, 4)::integer < first_year loop
    execute format('drop table %s', old);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;

revoke execute on function index_corpus_values(text), stage_corpus_values(), drop_staged_corpus_values(),
  index_staged_corpus_values(), publish_corpus_values(), keep_corpus_history(integer, integer) from public;
grant execute on function stage_corpus_values(), drop_staged_corpus_values(), index_staged_corpus_values(),
  publish_corpus_values(), keep_corpus_history(integer, integer) to pledgewatch_worker;
