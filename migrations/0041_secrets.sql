-- Secrets at rest (docs/decisions/0024-secrets-at-rest.md): each owner's data key, wrapped by the master key, which is not here.
create table data_key (
  -- An organisation, or 'installation'. No reference: the key is there before the transaction that needs it ends.
  owner text not null,
  version integer not null check (version > 0),
  wrapped text not null,
  -- Which master key wrapped it: the first 8 bytes of its SHA-256.
  master_id text not null check (master_id ~ '^[0-9a-f]{16}$'),
  created_at timestamptz not null default now(),
  primary key (owner, version)
);
alter table data_key enable row level security;
alter table data_key force row level security;
-- A request has no way to it, its own included; what is lost here cannot be opened again.
create policy jobs on data_key to pledgewatch_worker using (true) with check (true);
revoke delete on data_key from pledgewatch_worker;

-- Names of headers stay listable; names and values are one sealed text, null without any. What is here in clear is sealed
-- when the server or a worker starts.
alter table endpoint add column header_names text[] not null default '{}';
update endpoint set header_names = array(select jsonb_object_keys(headers) order by 1) where headers <> '{}';
alter table endpoint drop constraint endpoint_headers_check;
alter table endpoint
  alter column header_names drop default,
  alter column headers drop not null,
  alter column headers type text using nullif(headers::text, '{}');
alter table signing_key drop constraint signing_key_private_key_check;
