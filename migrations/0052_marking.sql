-- Marks on products (docs/decisions/0039-marks.md). A mark is not stored: its lot says all that it is made from. Rows are kept
-- of marks that were scanned, claimed or revoked.
create table mark_key (
  -- Printed in every mark that it signed, and the kid of its JWK.
  number integer primary key check (number between 1 and 65535),
  private_key text not null,
  public_key text not null,
  made_at timestamptz not null
);

create table marked_product (
  id text primary key,
  organisation_id text not null references organisation,
  name text not null check (length(name) between 1 and 200),
  gtin text check (gtin ~ '^\d{14}$'),
  -- Countries where it is sold; empty: anywhere.
  territory text[] not null check (cardinality(territory) <= 60),
  state text not null check (state in ('submitted', 'certified', 'refused', 'revoked')),
  submitted_at timestamptz not null,
  revoked_at timestamptz,
  revoke_reason text check (length(revoke_reason) between 1 and 500),
  check ((state = 'revoked') = (revoked_at is not null) and (revoked_at is null) = (revoke_reason is null))
);
create index on marked_product (organisation_id, id);
create index on marked_product (state, id);

create table marked_product_patent (
  product_id text not null references marked_product,
  patent_id uuid not null,
  primary key (product_id, patent_id)
);
create index on marked_product_patent (patent_id);

-- Staff looked at a product, once: what they saw of its patents stands with what they decided.
create table product_certification (
  product_id text primary key references marked_product,
  decision text not null check (decision in ('certified', 'refused')),
  note text not null check (length(note) between 1 and 500),
  decided_by text not null,
  decided_at timestamptz not null,
  evidence text not null
);

-- What the public page of a product said from when on, in a chain of hashes; the body is canonical JSON.
create table product_statement (
  product_id text not null references marked_product,
  seq integer not null check (seq > 0),
  at timestamptz not null,
  body text not null,
  previous_sha256 bytea not null,
  sha256 bytea not null,
  primary key (product_id, seq)
);

create table mark_lot (
  id text primary key,
  product_id text not null references marked_product,
  -- Printed in every mark of the lot: random, so that it tells nothing of other lots.
  number bigint not null unique check (number between 0 and 281474976710655),
  code text not null check (code ~ '^[A-Z0-9][A-Z0-9-]{0,19}$'),
  marks integer not null check (marks between 1 and 1000000),
  key_number integer not null references mark_key,
  -- Sealed: serials and claim codes are derived from it.
  seed text not null,
  shipped_on date,
  issued_at timestamptz not null,
  revoked_at timestamptz,
  revoke_reason text check (length(revoke_reason) between 1 and 500),
  unique (product_id, code),
  check ((revoked_at is null) = (revoke_reason is null))
);

-- What is known of one mark besides that it was issued.
create table mark_serial (
  lot_id text not null references mark_lot,
  serial bytea not null check (length(serial) = 10),
  scans integer not null default 0,
  first_scan_at timestamptz,
  last_scan_at timestamptz,
  score real,
  signs jsonb,
  warned_at timestamptz,
  alarmed_at timestamptz,
  -- The owner looked at the alarm and takes the mark for honest; scans until then count no more.
  cleared_at timestamptz,
  revoked_at timestamptz,
  revoke_reason text check (length(revoke_reason) between 1 and 500),
  primary key (lot_id, serial),
  check ((revoked_at is null) = (revoke_reason is null))
);
create index on mark_serial (alarmed_at desc) where alarmed_at is not null;
create index on mark_serial (warned_at desc) where warned_at is not null;

-- Coarse places alone, and for a short time (src/marking/scans/store.ts).
create table mark_scan (
  lot_id text not null references mark_lot,
  serial bytea not null,
  at timestamptz not null,
  place text check (place ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$')
);
create index on mark_scan (lot_id, serial, at desc);
create index on mark_scan using brin (at);

-- Forged marks that name a lot, by the hour: somebody tries marks out.
create table mark_probe (
  lot_id text not null references mark_lot,
  hour timestamptz not null,
  probes integer not null check (probes > 0),
  primary key (lot_id, hour)
);

-- Whoever brings the hidden code of a mark first. The holder is a hash of what they called themselves.
create table mark_claim (
  lot_id text not null references mark_lot,
  serial bytea not null check (length(serial) = 10),
  receipt_id text not null unique,
  holder_sha256 text check (holder_sha256 ~ '^[0-9a-f]{64}$'),
  place text check (place ~ '^[A-Z]{2}(-[A-Z0-9]{1,3})?$'),
  claimed_at timestamptz not null,
  primary key (lot_id, serial)
);
create index on mark_claim (lot_id, claimed_at desc);

do $$
declare
  name text;
  names text[] := '{mark_key, marked_product, marked_product_patent, product_certification, product_statement, mark_lot,
    mark_serial, mark_scan, mark_probe, mark_claim}';
begin
  foreach name in array names loop
    execute format('grant select, insert, update, delete on %I to pledgewatch_worker', name);
    execute format('grant select on %I to pledgewatch_app', name);
  end loop;
  foreach name in array names[2:] loop
    execute format('alter table %I enable row level security', name);
    execute format('alter table %I force row level security', name);
    execute format('create policy jobs on %I to pledgewatch_worker using (true) with check (true)', name);
  end loop;
  foreach name in array '{product_certification, product_statement, mark_claim}'::text[] loop
    execute format('create trigger %1$s_is_append_only before update or delete on %1$I
      for each row execute function refuse_change()', name);
    execute format('create trigger %1$s_is_never_truncated before truncate on %1$I
      for each statement execute function refuse_change()', name);
  end loop;
  foreach name in array '{marked_product_patent, product_certification, product_statement, mark_lot}'::text[] loop
    execute format('create policy requests on %I to pledgewatch_app
      using (exists (select from marked_product where marked_product.id = product_id))
      with check (exists (select from marked_product where marked_product.id = product_id))', name);
    execute format('grant insert on %I to pledgewatch_app', name);
  end loop;
  foreach name in array '{mark_serial, mark_scan, mark_probe, mark_claim}'::text[] loop
    execute format('create policy requests on %I to pledgewatch_app
      using (exists (select from mark_lot where mark_lot.id = lot_id))
      with check (exists (select from mark_lot where mark_lot.id = lot_id))', name);
  end loop;
end $$;
create policy requests on marked_product to pledgewatch_app
  using (organisation_id = (select current_organisation()) or (select is_staff()))
  with check (organisation_id = (select current_organisation()) or (select is_staff()));
grant insert on mark_key, marked_product, mark_serial to pledgewatch_app;
grant update (state, revoked_at, revoke_reason) on marked_product to pledgewatch_app;
grant update (revoked_at, revoke_reason) on mark_lot to pledgewatch_app;
grant update (cleared_at, warned_at, alarmed_at, revoked_at, revoke_reason) on mark_serial to pledgewatch_app;
