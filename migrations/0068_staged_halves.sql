-- Chunks of a run come in two halves of its patents, which are merged side by side: that of the lower half has the number of its
-- batch, that of the upper one 2^30 more, and a batch without patents of one half has no chunk of it. So what is merged
-- need not be the beginning of the file, and what was lost with the server must be told from what is there.
alter table ingest_chunk add column lost boolean not null default false check (not lost or merged_at is null);
