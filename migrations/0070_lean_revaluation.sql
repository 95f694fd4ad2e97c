-- A revaluation of everything reads less to plan by.

-- A run reads ranges of numbers: with smaller ranges of pages less beside them is read.
create or replace function index_corpus_values(name text) returns void language plpgsql as $$
begin
  execute format('alter table %s add constraint corpus_value_pkey primary key (patent_id)', name);
  execute format('create index corpus_value_number on %s using brin (number) with (pages_per_range = 16)', name);
  execute format('create index corpus_value_changes_on on %s (changes_on) where changes_on is not null', name);
end $$;

-- Enough for a plan to see that a day or a chunk is a small part, and a tenth of the usual sample.
alter function stage_corpus_values() set default_statistics_target = 10;
alter function index_staged_corpus_values() set default_statistics_target = 10;
