-- What due diligence found against a patent, and the bank takes all the same: each finding once, with its reason.
create table due_diligence_waiver (
  pledge_id text not null references pledge,
  -- Code, patent and what makes it that very finding.
  finding text not null check (length(finding) between 1 and 400),
  patent_id uuid not null,
  reason text not null check (length(reason) between 1 and 1000),
  waived_by text not null,
  waived_at timestamptz not null,
  primary key (pledge_id, finding)
);
create trigger due_diligence_waiver_is_append_only before update or delete on due_diligence_waiver
  for each row execute function refuse_change();
create trigger due_diligence_waiver_is_never_truncated before truncate on due_diligence_waiver
  for each statement execute function refuse_change();
