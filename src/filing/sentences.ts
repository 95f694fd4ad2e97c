/** What is said of drafts, packages, agencies and applications: why a step is refused, and what would mend it. */
import { readingOf, sentencesOf } from '../../models/sentences.ts';

/** Why a package was not taken, as a submission keeps it. */
const NOT_TAKEN = {
  drop_silent: 'the folder did not answer within {count} seconds',
  drop_other_bytes: '{name} is in the folder with other bytes',
} as const;

export const SENTENCES = {
  ...NOT_TAKEN,
  draft_utility_model: 'There is no utility model of form {filing_form}; take form CN, or an invention.',
  drafts_full: 'There are {count} drafts already (limit MAX_DRAFTS).',
  draft_reference_taken: 'The reference {reference} is that of another draft; take a new one.',
  draft_versions_full:
    'The draft has {count} versions (limit MAX_VERSIONS); begin another one with its text.',
  draft_stale:
    'Version {version} was written by {author} at {written_at}, after version {after} that this goes on from. Nothing was stored; read the difference from {after} to {version}, take it over and send it after {version}.',
  draft_part_refused: 'Nothing was stored: {part} {fault}.',
  draft_part_long:
    'has {length} characters, at most {most} fit (limit PART_LIMITS_CHARS); shorten it, or divide the application',
  draft_class: 'classes: {symbol} is no IPC or CPC symbol; write it as H01M10/052.',
  draft_class_unknown: '{symbol} is no IPC or CPC symbol',
  draft_file_refused: 'The file was not taken: {fault}.',
  draft_file_no_text: '{name} is no text file; save the text as .txt or .md in UTF-8 and send that',
  draft_file_no_base64: 'it is no base64; encode the bytes of the file with padding and without line breaks',
  draft_file_no_utf8: '{name} is no text in UTF-8; save the text as .txt in UTF-8 and send that',
  comment_off_claims: 'claim: only a comment on the claims names one; leave it out, or take part claims.',
  comments_full: 'The draft has {count} comments already (limit MAX_COMMENTS).',

  searches_full: 'The draft has {count} searches already (limit MAX_SEARCHES).',
  search_of_nothing: 'The version has neither title, abstract nor claims; write one of them first.',
  features_too_many:
    'The claims have {length} features, at most {most} are compared (limit MAX_FEATURES); search with fewer claims.',

  package_despite_by_firm:
    'That a package is made despite errors is for the firm to say, not for its agency.',
  package_errors:
    'The checks find errors in version {version} ({errors}): mend them, or send despite_errors as true to make the package nevertheless.',
  package_shorter: 'ask again when the service has less to do, or shorten the application',
  package_too_large:
    'The package has {length} bytes, at most {most} are kept (limit MAX_PACKAGE_BYTES); shorten the application.',
  packages_full: 'The draft has {count} packages (limit MAX_PACKAGES); take one of them.',
  package_part_empty: 'The part {part} is empty; write it before a package is made.',
  package_part_unholdable:
    'The part {part} holds the character U+{character} at place {place}, which no document can hold; take it out.',
  package_no_face: 'The PDF has no face for {characters}; write them otherwise.',
  package_no_way:
    'This installation has no way to hand packages in: whoever runs it sets FILING_DROP_FOLDER. Download the package and file it yourself.',
  package_received: 'The package was received already; its receipt is {receipt}.',
  package_unreceived:
    'The package was handed in {count} times without success (limit MAX_SUBMISSIONS); file it yourself, or make it anew.',

  agency_decided: 'The agency is {agency_state} already.',
  agency_no_licence: 'must have 1 to {most} characters',
  agency_no_names: 'must be 1 to {lines} names, one a line, each of at most {most} characters',
  agency_no_offices: 'must be 1 to {most} codes of two letters, such as CN EP',
  agency_no_languages: 'must be 1 to {most} codes of two letters, such as en zh',
  agency_about_long: 'must have at most {most} characters',
  agency_conflict: '{conflict}',
  agency_conflict_over: '{conflict}: it acts for {principal}',
  agency_conflict_hard:
    'The agency has a conflict of interest ({conflicts}), which cannot be accepted; choose another agency.',
  agency_conflicts_open:
    'The agency has conflicts of interest ({conflicts}); name their kinds in accepted_conflicts to instruct it nevertheless, or choose another agency.',
  agency_asked_already: 'The agency was asked already over this draft; that engagement is open.',
  agency_engagements_full:
    'The draft has had {count} engagements (limit MAX_ENGAGEMENTS); go on with one of them.',
  agency_step_of_other: 'The step {engagement_step} is for the {by_side}; you are the {side}.',
  agency_step_out_of_order: 'An engagement that is {engagement_state} cannot become {engagement_step}.',
  agency_messages_over: 'The engagement is {engagement_state}; nothing can be written to it any more.',
  agency_messages_full: 'The engagement has {count} messages (limit MAX_MESSAGES).',
  agency_rated_early: 'The engagement is {engagement_state}; rate it once it has ended.',
  agency_rated_already: 'The engagement was rated already, with {score}.',

  applications_full: 'The draft has {count} applications already (limit MAX_APPLICATIONS).',
  application_over: 'The application is {application}, which is its end.',
  application_out_of_order:
    'The application is {application}, after which it can be {next}; it cannot become {to_application}.',
  application_number_astray: 'application_number goes with the step filed, and with no other; give it there.',
  application_number_elsewhere:
    'application_number: it is one of {office}, and the application is at {own_office}; give the number of that office.',
  application_number_unread: 'application_number: {fault}',
  application_number_taken:
    'application_number: it is that of another application of the firm; give the number of this one.',
  application_day_to_come: '{field}: {day} is still to come; today is {today}.',
  application_day_missing: 'No day was given; give the day on which it happened.',
  application_day_before:
    'happened_on: {day} is before {last}, when it became {application}; give the day of the office.',
  letter_over: 'The application is {application}; the office writes no more about it.',
  letter_empty: 'No text was given; paste the text of the letter.',
  letter_day: 'issued_on: {day} must lie from {filed_on}, the day of filing, to {today}.',
  letter_term_over:
    'The term of the letter ended on {due_on} ({rule}), so no answer can be in time. If the office set a longer one, give term_months.',
  letters_full: 'The application has {count} letters already (limit MAX_OFFICE_ACTIONS).',
  letter_answered: 'The letter was answered on {day}; record the next letter.',
  letter_answer_day: 'answered_on: {day} must lie from {issued_on}, the day of the letter, to {today}.',
  deadline_met: 'The deadline {deadline} was met already.',
  deadline_void: 'The deadline {deadline} is void: nothing is owed to the office any more.',
  deadline_day_to_come: '{day} is still to come; today is {today}.',
  deadline_over:
    'The deadline {deadline} ended on {due_on}, before {day}. Ask the office for restoration or further processing; what it grants is recorded as an office action with a term of its own.',
  fee_paid: 'The fee was paid on {day}.',
} as const;

export const say = sentencesOf(SENTENCES);

/** Why a submission failed; what a disk or a folder says itself stays as it is. */
export const notTaken = readingOf(NOT_TAKEN);
