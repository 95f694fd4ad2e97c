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
