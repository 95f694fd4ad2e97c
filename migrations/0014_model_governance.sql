-- What a model is and what it may be used for. Its fitted versions are rows of model_version: a refit is a new version and
-- needs no promotion, another specification does (docs/decisions/0010-model-governance.md).
create table model_specification (
  id text primary key check (id ~ '^[a-z][a-z0-9-]*/[1-9][0-9]*$'),
  -- What is predicted: champion and challengers of one task answer the same question.
  task text not null,
  -- Kind of its versions in model_version.
  kind text not null,
  role text not null check (role in ('champion', 'challenger', 'retired')),
  -- Name of the organisation that made it; its own keys may not review it.
  author text not null check (length(author) between 1 and 200),
  -- Levels 1 to 3 that the tier is computed from.
  materiality jsonb not null,
  limits text not null,
  -- Fixed before any comparison that may promote.
  metric text not null,
  metric_registered_on date not null,
  calibration_margin double precision not null check (calibration_margin >= 0),
  -- Events that call for a review at once.
  review_triggers text[] not null
);
create unique index model_champion on model_specification (task) where role = 'champion';

insert into model_specification (id, task, kind, role, author, materiality, limits, metric, metric_registered_on,
  calibration_margin, review_triggers) values
  ('pledgewatch-lapse/1', 'annuity-unpaid-12-months', 'lapse-hazard', 'champion', 'the founders of Pledgewatch',
   '{"exposure": 3, "purpose": 2, "complexity": 2, "assumptions": 2, "data_quality": 3}',
   'Granted Chinese inventions with CNIPA annuities, silent or in force. A level for a class of patents, no verdict on one. Learnt from section A of the IPC, published in 2002, followed to 2017; delays of notices were chosen on that whole file.',
   'brier', '2026-11-22', 0.01, '{challenger_won,fees_changed,term_or_grace_changed,new_office_or_right_type}'),
  ('lapse-stage-rate/1', 'annuity-unpaid-12-months', 'lapse-stage-rate', 'challenger', 'the founders of Pledgewatch',
   '{"exposure": 1, "purpose": 1, "complexity": 1, "assumptions": 2, "data_quality": 3}',
   'A yardstick for comparisons on the same patents; values nothing.',
   'brier', '2026-11-22', 0.01, '{fees_changed,term_or_grace_changed}');

-- A version names its specification itself; one that is not registered cannot be stored.
alter table model_version add column specification_id text not null
  generated always as (parameters ->> 'version') stored references model_specification;
create index on model_version (specification_id, trained_to);
create trigger model_version_is_append_only before update or delete on model_version
  for each row execute function refuse_change();

-- The last word on a specification counts.
create table model_review (
  id bigint generated always as identity primary key,
  specification_id text not null references model_specification,
  decision text not null check (decision in ('approved', 'refused')),
  note text not null check (length(note) between 1 and 2000),
  organisation_id text not null references organisation,
  key_id text not null,
  reviewed_at timestamptz not null
);
create index on model_review (specification_id, id);
create trigger model_review_is_append_only before update or delete on model_review
  for each row execute function refuse_change();
create trigger model_review_is_never_truncated before truncate on model_review
  for each statement execute function refuse_change();

-- Champion and challenger on one snapshot. The id is derived from the result: the same comparison is the same row.
create table model_comparison (
  id text primary key,
  number bigint generated always as identity,
  champion_id text not null references model_specification,
  challenger_id text not null references model_specification,
  champion_version_id text not null,
  challenger_version_id text not null,
  compared_at timestamptz not null,
  promote boolean not null,
  result jsonb not null
);
create index on model_comparison (challenger_id, number);
create index on model_comparison (champion_id, number);
create trigger model_comparison_is_append_only before update or delete on model_comparison
  for each row execute function refuse_change();
create trigger model_comparison_is_never_truncated before truncate on model_comparison
  for each statement execute function refuse_change();
