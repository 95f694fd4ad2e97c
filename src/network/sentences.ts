/** What is said of needs, offers and introductions, of desks, their clients and lists, of plans and bulletins. */
import { sentencesOf } from '../../models/sentences.ts';

export const SENTENCES = {
  posting_faulty: 'The field {field}: {fault}',
  posting_wordless: 'it has neither letter nor digit; say what it is.',
  posting_profile: 'an organisation of kind {role} takes part as {profiles}; give one of these.',
  posting_pseudonym: 'The field pseudonym_id is no pseudonym of yours; make one first, or leave it out.',
  posting_names_owner:
    'Title or body hold "{name}", which would tell who is behind the pseudonym; take it out.',
  money_backwards: 'it is {most}, below {field}, {least}; give a range from low to high.',
  money_currency_unknown: '{given} is not known here; give another code of ISO 4217, such as CNY.',
  money_without_currency: 'there is a {what} without one; give a code of ISO 4217.',
  currency_without_money: 'there is no {what} in it; give {least} or {most}, or leave it out.',
  need_backwards: 'it is {ends_on}, before starts_on, {starts_on}; give a later day.',
  day_over: 'it is {day}, which is over; give a later day.',
  need_regions_excluded:
    'they hold every region of wanted_regions, so nothing is left; take one out of either.',
  need_fields_excluded: 'they hold every field that is left, so nothing can meet the need; take one out.',
  offer_backwards: 'it is {available_until}, before available_from, {available_from}.',
  offer_of_listing: 'a listing is offered where it is listed and comes here by itself; give another.',
  offer_of_others: 'that is for organisations of kind {needed_role}; yours is of kind {role}.',
  offer_without_patents: 'an offer of kind patent names at least one.',
  offer_with_patents: 'only an offer of kind patent names patents; leave them out, or give that kind.',
  open_needs_full: '{count} needs are open already (limit MAX_OPEN_NEEDS); close one first.',
  open_offers_full: '{count} offers are open already (limit MAX_OPEN_OFFERS); withdraw one first.',
  need_again: 'The need {need_id} says the same and is open; close it first, or say what is different.',
  offer_again: 'The offer {offer_id} says the same and is open; withdraw it first, or say what is different.',
  need_over: 'The need is {need_state} already.',
  offer_over: 'The offer is {offer_state} already.',

  introduction_own: 'Need and offer are both your own.',
  introduction_need_over: 'The need is {need_state}.',
  introduction_offer_over: 'The offer is {offer_state}.',
  introduction_left_out:
    'The need leaves the offer out, by its kind, region, field or days; change the need, or choose another offer.',
  introduction_again: 'That was asked before: {introduction_id} is {introduction_state}, and that stands.',
  introductions_waiting: '{count} introductions wait for an answer (limit MAX_ASKED); wait for one.',

  desks_full: 'There are {count} desks already, the most.',
  seat_of_no_organisation: 'The field organisation_id must name an organisation; it names none.',
  seat_of_no_person: 'The field person_id must name a person of that organisation.',
  region_misplaced: '{pointer}: {fault}',
  client_faulty: '{pointer} {fault}. {remedy}.',
  client_nameless: 'has no letter or digit',
  client_number_wrong: 'is no Unified Social Credit Code: 18 characters, the last a check of the others',
  client_number_again:
    'The desk has a client with the registration number ({client_id}) already; change that one, or add to the name what tells them apart.',
  client_name_again:
    'The desk has a client with the name in this region ({client_id}) already; change that one, or add to the name what tells them apart.',
  client_again:
    'The desk has a client with the name or number already; change that one, or add to the name what tells them apart.',
  clients_full: 'The desk has {count} clients, the most (limit MAX_CLIENTS).',
  client_out_of_order:
    'The client is {pipeline}; from there it goes to {next_pipeline}, not to {to_pipeline}.',
  tasks_full: 'The desk has {count} open tasks, the most; do some first.',
  task_done: 'The task was done at {at}.',
  handover_to_no_desk: 'The field to_desk_id must name another desk; see GET /v1/desks.',
  handover_asked: 'A hand-over of this client is asked for already.',
  handover_over: 'The hand-over is {handover_state} already.',
  handover_of_asker: 'Only the desk that asked can answer {given}.',
  handover_of_asked: 'Only the desk that was asked can answer {given}.',
  handover_client_again:
    'Your desk has a client of this name or registration number already; change that one first, or decline.',

  list_empty: 'The file cannot be imported: it is empty. Choose the file that holds the list.',
  list_too_large:
    'The file cannot be imported: it has over {bytes} bytes (limit MAX_FILE_BYTES). Split it into several files.',
  list_rowless:
    'The file cannot be imported: it has no rows after the first. Give the names of the columns, then the clients.',
  list_too_long:
    'The file cannot be imported: it has more than {count} rows (limit MAX_ROWS). Split it into several files and import each.',
  list_too_wide:
    'The file cannot be imported: row {line} has more than {count} columns (limit MAX_COLUMNS). Leave out what is not of the clients.',
  list_encoding:
    'The file cannot be imported: its text is not in {encodings}. Save it as CSV in UTF-8, or say in which of these encodings it is.',
  list_lines:
    'The file cannot be imported: its lines cannot be told apart ({error}). Save it again as CSV, with quotes around cells that hold quotes or line ends.',
  list_damaged:
    'The file cannot be imported: {reason}. Save the list anew as XLSX or CSV, with nothing in it but the list.',
  list_without_column: 'There is no column "{column}" for {field}; the first row has {header}.',
  list_without_names:
    'No column is known to hold the names; the first row has {header}. Tell it in columns, as {example}.',
  imports_open: 'The desk has {count} imports that are neither in force nor taken back; end one first.',
  import_over: 'The import is {import_state} already.',
  import_clients_full: 'The desk would have more than {count} clients (limit MAX_CLIENTS).',

  plans_full: 'There are {count} plans already, the most (limit MAX_PLANS).',
  plan_unknown: 'The field plan_id must name a plan; see GET /v1/plans.',
  subscription_again: 'You have that subscription already: {subscription_id}.',
  subscriptions_full: 'You have {count} subscriptions, the most; end one first.',
} as const;

export const say = sentencesOf(SENTENCES);
