-- What read the records of a run: another version of the program, or another mapping, reads the same bytes otherwise, and
-- must not go on with what this one staged.
alter table ingest_run add column reader text not null default '';
alter table ingest_run alter column reader drop default;
