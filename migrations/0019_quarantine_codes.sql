-- Which bytes a run read, and what kind of fault a quarantined record has, so that faults can be counted and a file found again.
alter table ingest_run add column file_sha256 text check (file_sha256 ~ '^[0-9a-f]{64}$');
alter table quarantine add column code text not null default 'value' check (code ~ '^[a-z_]+$');
alter table quarantine alter column code drop default;
