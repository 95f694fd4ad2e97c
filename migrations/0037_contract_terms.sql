-- What the bank wrote down with its offer, before the loan: the haircut and how it would sell.
create table pledge_proposal (
  pledge_id text primary key references pledge,
  haircut_bp integer not null check (haircut_bp between 0 and 10000),
  disposal_route text,
  disposal_days integer check (disposal_days > 0),
  disposal_text text check (length(disposal_text) between 1 and 2000),
  proposed_at timestamptz not null,
  check (num_nulls(disposal_route, disposal_days, disposal_text) in (0, 3))
);
create trigger pledge_proposal_is_append_only before update or delete on pledge_proposal
  for each row execute function refuse_change();
create trigger pledge_proposal_is_never_truncated before truncate on pledge_proposal
  for each statement execute function refuse_change();

-- The office struck the pledge from its register after the contract was over.
create table pledge_deregistration (
  pledge_id text primary key references pledge,
  number text not null check (length(number) between 1 and 40),
  deregistered_on date not null,
  recorded_by text not null,
  recorded_at timestamptz not null
);
create trigger pledge_deregistration_is_append_only before update or delete on pledge_deregistration
  for each row execute function refuse_change();
create trigger pledge_deregistration_is_never_truncated before truncate on pledge_deregistration
  for each statement execute function refuse_change();

-- A patent that is taken out of a pledge keeps its row. Whoever asks what is pledged asks for rows that are not removed.
alter table pledge_patent
  add column added_at timestamptz,
  add column removed_at timestamptz,
  add column removed_on date generated always as ((removed_at at time zone 'UTC')::date) stored,
  add check (removed_at >= added_at);
update pledge_patent set added_at = pledge.created_at from pledge where pledge.id = pledge_patent.pledge_id;
alter table pledge_patent
  alter column added_at set not null,
  drop constraint pledge_patent_pkey,
  add primary key (pledge_id, patent_id, added_at);
create unique index pledge_patent_once_in_force on pledge_patent (pledge_id, patent_id) where removed_at is null;

-- The bank asks for other terms or other patents, the firm agrees: then they are in force, and the office registers the change.
create table pledge_amendment (
  id text primary key,
  pledge_id text not null references pledge,
  kind text not null check (kind in ('terms', 'top_up', 'substitution', 'reduction')),
  -- What is to become another, as it was asked for.
  changes jsonb not null,
  reason text not null check (length(reason) between 1 and 1000),
  state text not null check (state in ('open', 'in_force', 'declined', 'withdrawn')),
  asked_by text not null,
  asked_at timestamptz not null,
  closed_by text,
  closed_at timestamptz,
  change_number text check (length(change_number) between 1 and 40),
  changed_on date,
  check (num_nulls(closed_by, closed_at) = case when state = 'open' then 2 else 0 end),
  check (num_nulls(change_number, changed_on) in (0, 2)),
  check (change_number is null or state = 'in_force')
);
create unique index pledge_amendment_one_open on pledge_amendment (pledge_id) where state = 'open';
create index on pledge_amendment (pledge_id, id);
