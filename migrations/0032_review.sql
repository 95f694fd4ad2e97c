-- Staff come to a decision on a flag: one proposes it on frozen evidence, another checks it.
create table review (
  flag_id text primary key references flag,
  -- Steps taken; who acts names the version last read.
  version integer not null check (version > 0),
  state text not null check (state in ('queued', 'claimed', 'submitted', 'decided')),
  escalated_by text,
  claimed_by text,
  claimed_until timestamptz,
  decision text check (decision in ('acknowledged', 'escalated', 'dismissed')),
  note text,
  submitted_by text,
  submitted_at timestamptz,
  -- Canonical JSON of what was known when the decision was proposed, byte for byte.
  evidence text,
  evidence_sha256 text,
  checked_by text,
  checked_at timestamptz,
  constraint four_eyes check (checked_by <> submitted_by),
  check ((state = 'claimed') = (claimed_by is not null)),
  check ((claimed_by is null) = (claimed_until is null)),
  check ((state in ('submitted', 'decided'))
    = (num_nulls(decision, note, submitted_by, submitted_at, evidence, evidence_sha256) = 0)),
  check ((state = 'decided') = (num_nulls(checked_by, checked_at) = 0))
);

-- The record of a case. Its key is the compare-and-set: of two who act on one version, one finds it taken.
create table review_step (
  flag_id text not null references flag,
  version integer not null check (version > 0),
  at timestamptz not null,
  actor text not null,
  action text not null,
  -- What was said: the note, the decision, to whom; of a submission its evidence's hash.
  detail jsonb not null,
  primary key (flag_id, version)
);
create trigger review_step_is_append_only before update or delete on review_step
  for each row execute function refuse_change();
create trigger review_step_is_never_truncated before truncate on review_step
  for each statement execute function refuse_change();

-- Whatever way a flag comes to be decided, a review that two people made stands behind it. Flags that were decided before
-- reviews existed stay as they are.
create function require_four_eyes() returns trigger language plpgsql as $$
begin
  if not exists (select from review where flag_id = new.id and state = 'decided' and checked_by <> submitted_by) then
    raise exception 'flag % is decided without four eyes', new.id using errcode = 'integrity_constraint_violation';
  end if;
  return new;
end $$;
create trigger flag_is_decided_by_two before update of state on flag
  for each row when (new.state = 'decided' and old.state <> 'decided') execute function require_four_eyes();
