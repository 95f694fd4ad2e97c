-- A risk that stands open until its rule clears it or staff decide it.
create table flag (
  id text primary key,
  pledge_id text not null references pledge,
  patent_id uuid,
  -- Tells apart findings of one rule about one patent, such as the year of an annuity.
  occasion text not null,
  rule text not null,
  rule_version integer not null,
  severity text not null check (severity in ('info', 'warning', 'critical')),
  state text not null check (state in ('open', 'cleared', 'decided')),
  opened_as_of date not null,
  opened_at timestamptz not null,
  evidence jsonb not null,
  cleared_as_of date,
  cleared_at timestamptz,
  decision text check (decision in ('acknowledged', 'escalated', 'dismissed')),
  decision_note text,
  decided_by text,
  decided_at timestamptz
);
-- One standing flag a finding: a decided one stands until its rule clears it, so it does not ring again.
create unique index flag_standing on flag
  (pledge_id, rule, coalesce(patent_id, '00000000-0000-0000-0000-000000000000'::uuid), occasion)
  where state <> 'cleared';
create index on flag (state, id);
create index on flag (pledge_id, id);

-- Append-only record of what was decided, one hash chain an organisation.
create table audit_chain (
  organisation_id text primary key references organisation,
  last_seq bigint not null default 0,
  last_sha256 bytea not null
);
create table audit_entry (
  organisation_id text not null references organisation,
  seq bigint not null,
  at timestamptz not null,
  actor text not null,
  action text not null,
  subject text not null,
  detail text not null,
  previous_sha256 bytea not null,
  sha256 bytea not null,
  primary key (organisation_id, seq)
);
create function refuse_change() returns trigger language plpgsql as $$
begin
  raise exception '% is append-only', tg_table_name using errcode = 'integrity_constraint_violation';
end $$;
create trigger audit_entry_is_append_only before update or delete on audit_entry
  for each row execute function refuse_change();
create trigger audit_entry_is_never_truncated before truncate on audit_entry
  for each statement execute function refuse_change();
