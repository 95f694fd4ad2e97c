/** What is said of pledges: why a change of one is refused, and what a release shows or lacks. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  release_state: 'the pledge is {state}',
  release_nothing_owed: 'nothing is outstanding',
  release_owed:
    '{outstanding_minor} minor units are still outstanding; record the repayment first, or give another ground',
  release_recovery: 'route: {disposal_route}; recovered_minor: {recovered_minor}',
  release_recovery_costs:
    'route: {disposal_route}; costs_minor: {costs_minor}; recovered_minor: {recovered_minor}',
  release_waiver: 'reason: {reason}; waived_by: {waived_by}',
  release_decision: 'reference: {reference}; decided_on: {decided_on}',
  release_no_recovery: 'state it in the field recovery of the move',
  release_no_waiver: 'state it in the field waiver of the move',
  release_no_decision: 'state it in the field decision of the move',
  release_lacking: '{release_item} ({shows})',
  release_lacks: 'A release on the ground {ground} lacks {lacking}.',
  release_astray:
    'The field {field} does not belong to the ground {ground}; leave it out, or give the ground that it shows.',

  move_out_of_order: 'A pledge that is {state} cannot become {to_state}; {to_state} follows {from_state}.',
  move_by_other: 'A move to {to_state} is made by {by_role}, not by {role}.',
  not_valued:
    'The patents have no value yet ({value_is}); read the value flow for the reason, mend it, and ask again.',
  over_target:
    'The principal of {principal_minor} minor units is over the target of {target_bp} basis points of the appraised value, {limit_minor}; offer less or ask for more patents.',
  listing_unnamed: 'A hand-over to a listing names it; add the field reference.',
  registrar_same_eyes:
    'Who proposed cannot decide; four eyes are needed: let another person register what you proposed.',

  patent_unknown: 'Patent {patent_id} is not in the database; look it up with GET /v1/patents first.',
  patent_not_in_force: 'Patent {patent_id} is {legal}; only a granted patent in force can be pledged.',
  patent_taken: 'Patent {patent_id} is under another live pledge; leave it out or wait for its release.',
  patent_twice: 'A patent is named twice.',
  patent_not_pledged: 'Patent {patent_id} is not part of this pledge.',
  parties_unfit: 'The fields bank_id and firm_id must name a bank and a firm.',
  matured: 'The loan matures on {matures_on}, which is not after today, {today}.',
  limits_fall: 'The loan-to-value limits must rise: target_bp < warning_bp < breach_bp.',
  over_repaid:
    'The repayment of {amount_minor} minor units is over the {owed_minor} outstanding from {paid_on} on.',
  day_to_come: 'The field {field} says {day}, which is still to come; today is {today}.',
  before_registration:
    'The field {field} says {day}, before the registration on {registered_on}; give the office’s own day.',
  deregistered_early:
    'The pledge is {state}; its deregistration is recorded once it is released or disposed.',
  deregistered_already: 'The deregistration {number} of {day} is recorded already.',

  call_not_active: 'A margin call is for an active pledge; this one is {state}.',
  call_open: 'Margin call {call_id} is open until {due_on}; close it before another.',
  call_no_breach:
    'The loan is within its breach limit of {breach_bp} basis points; a margin call needs a breach.',
  call_closed: 'The margin call is {call}; only an open one can be closed.',
  call_unmet: 'The loan is still {pay_minor} minor units over its target; record the repayment first.',
  call_runs: 'The margin call runs until the end of {due_on}; withdraw it, or wait.',
  call_no_reason: 'A margin call is withdrawn with a reason; add the field reason.',
  call_value_unknown:
    'The value of the patents is unknown, and so is the breach; read the value flow for the reason.',

  amendment_open: 'Amendment {amendment_id} is open; have it answered or withdraw it first.',
  amendment_by_other: 'To {amendment_answer} is for the {by_role}, not for the {role}.',
  amendment_closed: 'The amendment is {amendment}; only an open one can be answered.',
  amendment_not_in_force: 'The amendment is {amendment}; the office registers one in force.',
  amendment_recorded: 'The change is recorded already, as {number}.',
  amendment_late: 'A pledge is amended while it is {from_state}; this one is {state}.',
  amendment_patent_astray: 'Patent {patent_id} is not part of this pledge and cannot be taken out of it.',
  amendment_patent_twice: 'Patent {patent_id} is part of this pledge already; leave it out.',
  amendment_no_patents: 'Nothing would stay pledged; release the pledge instead, or add another patent.',
  amendment_many_patents: '{count} patents would be pledged, and at most {most} may be; leave some out.',
  amendment_nothing: 'Nothing would change; name a term that becomes another.',
  amendment_matured: 'The loan would mature on {matures_on}, which is not after today, {today}.',
  amendment_term_ends:
    'The term of patent {patent_id} ends on {expires_on}, before the new maturity {matures_on}; choose an earlier one, or replace the patent.',
  amendment_principal_falls:
    'The principal of a loan that is paid out only grows; record a repayment instead.',
  amendment_value_unknown:
    'The value of patent {patent_id} is not known, and so it is not known whether the loan stays covered; read its valuation for the reason.',
  amendment_uncovered:
    'The loan of {owed_minor} minor units would be over the target of {target_bp} basis points of the value of {value_minor} that stays pledged, {limit_minor}; keep or add more, or lend less.',

  diligence_blocks:
    'Due diligence blocks this: {findings}. Mend it, leave the patent out, or waive each finding with a reason.',
  diligence_finding: '{finding} of patent {patent_id}',

  loan_not_out: 'A loan that is out can be overdue; this pledge is {state}.',
  overdue_early: 'The field since says {since}, but the loan was paid out on {disbursed_on}.',

  change_no_value: 'The pledge had no value by {day}; choose a later day.',
  change_value_unknown: 'The value of patent {patent_id} was unknown; choose days on which it was not.',
  change_older_model: 'The inputs of one of these valuations are of an older model; choose later days.',
} as const;

export const say = sentencesOf(SENTENCES);
