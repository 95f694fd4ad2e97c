-- Heads of audit chains that their owners were told, each once.
create table audit_head (
  organisation_id text not null references organisation,
  seq bigint not null check (seq > 0),
  sha256 bytea not null,
  published_at timestamptz not null,
  primary key (organisation_id, seq)
);
create trigger audit_head_is_append_only before update or delete on audit_head
  for each row execute function refuse_change();
create trigger audit_head_is_never_truncated before truncate on audit_head
  for each statement execute function refuse_change();
