-- What a firm lets one bank know and tell of it, by kinds of fact. Taken back by a row of its own.
create table borrower_consent (
  id text primary key,
  firm_id text not null references organisation,
  bank_id text not null references organisation,
  kinds text[] not null check (cardinality(kinds) > 0),
  given_by text not null,
  given_at timestamptz not null
);
create index on borrower_consent (firm_id, bank_id);
create trigger borrower_consent_is_append_only before update or delete on borrower_consent
  for each row execute function refuse_change();
create trigger borrower_consent_is_never_truncated before truncate on borrower_consent
  for each statement execute function refuse_change();

create table borrower_consent_revocation (
  consent_id text primary key references borrower_consent,
  revoked_by text not null,
  revoked_at timestamptz not null
);
create trigger borrower_consent_revocation_is_append_only before update or delete on borrower_consent_revocation
  for each row execute function refuse_change();
create trigger borrower_consent_revocation_is_never_truncated before truncate on borrower_consent_revocation
  for each statement execute function refuse_change();

-- What is told of a firm, bitemporal: so from effective_on on, known to us since known_at. What replaces a mistaken fact names
-- it.
create table borrower_fact (
  id text primary key,
  firm_id text not null references organisation,
  kind text not null,
  effective_on date not null,
  detail jsonb not null,
  source text not null check (length(source) between 1 and 200),
  evidence text not null check (length(evidence) between 1 and 500),
  corrects text unique references borrower_fact,
  recorded_by text not null references organisation,
  -- What the one who recorded it is; that of another bank is not for a bank to see.
  recorder_kind text not null check (recorder_kind in ('bank', 'firm', 'staff')),
  key_id text not null,
  known_at timestamptz not null
);
create index on borrower_fact (firm_id, id);
create trigger borrower_fact_is_append_only before update or delete on borrower_fact
  for each row execute function refuse_change();
create trigger borrower_fact_is_never_truncated before truncate on borrower_fact
  for each statement execute function refuse_change();

-- What the bank says of a loan in arrears; the latest word counts, and an amount of 0 ends it.
create table pledge_overdue (
  id text primary key,
  pledge_id text not null references pledge,
  since date not null,
  amount_minor bigint not null check (amount_minor >= 0),
  key_id text not null,
  known_at timestamptz not null
);
create index on pledge_overdue (pledge_id, known_at);
create trigger pledge_overdue_is_append_only before update or delete on pledge_overdue
  for each row execute function refuse_change();
create trigger pledge_overdue_is_never_truncated before truncate on pledge_overdue
  for each statement execute function refuse_change();

-- The owner of a chain asks what happened to one thing.
create index on audit_entry (organisation_id, subject, seq);

-- The cohort of a patent, field by filing year, in an order that is as good as random.
create index on patent_search (field, extract(year from filed_on), patent_id);
