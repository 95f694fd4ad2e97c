create table pledge (
  id text primary key,
  bank_id text not null references organisation,
  firm_id text not null references organisation,
  state text not null check (state in ('requested', 'appraised', 'proposed', 'withdrawn', 'registered',
    'active', 'released', 'defaulted', 'in_disposal', 'disposed')),
  -- A contract that is over is no longer watched or valued, and frees its patents.
  live boolean not null generated always as (state not in ('withdrawn', 'released', 'disposed')) stored,
  currency char(3) not null,
  principal_minor bigint not null check (principal_minor > 0),
  requested_on date not null,
  matures_on date not null check (matures_on > requested_on),
  ltv_target_bp integer not null,
  ltv_warning_bp integer not null,
  ltv_breach_bp integer not null,
  approved_value_minor bigint,
  registration_number text,
  demonstration boolean not null,
  last_event_seq bigint not null default 0,
  created_at timestamptz not null,
  check (0 < ltv_target_bp and ltv_target_bp < ltv_warning_bp and ltv_warning_bp < ltv_breach_bp
    and ltv_breach_bp <= 20000)
);
create index on pledge (bank_id, id);
create index on pledge (firm_id, id);
create index on pledge (state, id);

-- No foreign key to patent: pledges are local tables, patents may be distributed.
create table pledge_patent (
  pledge_id text not null references pledge,
  patent_id uuid not null,
  annual_revenue_minor bigint check (annual_revenue_minor > 0),
  primary key (pledge_id, patent_id)
);
create index on pledge_patent (patent_id);

-- Every change of state, with who made it and what it required.
create table pledge_move (
  id text primary key,
  pledge_id text not null references pledge,
  from_state text,
  to_state text not null,
  moved_on date not null,
  moved_at timestamptz not null,
  actor text not null,
  detail jsonb not null
);
create index on pledge_move (pledge_id, id);

-- The loan outstanding as a step function of the day.
create table pledge_balance (
  pledge_id text not null references pledge,
  effective_on date not null,
  outstanding_minor bigint not null check (outstanding_minor >= 0),
  known_at timestamptz not null,
  primary key (pledge_id, effective_on, known_at)
);

-- Proof that an annuity was paid: the Chinese register publishes no payments.
create table annuity_payment (
  pledge_id text not null references pledge,
  patent_id uuid not null,
  patent_year integer not null check (patent_year between 1 and 25),
  paid_on date not null,
  evidence text not null check (length(evidence) between 1 and 500),
  known_at timestamptz not null,
  primary key (pledge_id, patent_id, patent_year, known_at)
);

-- Pledges whose value must be computed anew; ten signals make one row.
create table pledge_stale (
  pledge_id text primary key references pledge,
  since timestamptz not null,
  reason text not null
);

-- One point of the value flow.
create table pledge_valuation (
  pledge_id text not null references pledge,
  as_of date not null,
  known_at timestamptz not null,
  state text not null,
  status text not null check (status in ('valued', 'worthless', 'unknown')),
  model_version_id text not null,
  low_minor bigint,
  mid_minor bigint,
  high_minor bigint,
  collateral_minor bigint,
  outstanding_minor bigint not null,
  ltv_bp bigint,
  patents jsonb not null,
  primary key (pledge_id, as_of, known_at)
);
