/**
 * Where the database says something of a person: every table in which one is named, and of each text column what it tells.
 * Exports and erasures go by it; a test holds it against the tables that there are.
 */

export interface PersonalTable {
  /** Names the row: its keys, and what it is about. */
  key: readonly string[];
  /** Ids of people, or of API keys and jobs where they acted. */
  people: readonly string[];
  /** Says who somebody is; sealed. */
  personal?: readonly string[];
  /** Proves who somebody is; never shown. */
  secret?: readonly string[];
  /** Words of people, in which names may stand. */
  words?: readonly string[];
  /** What tells nothing of a person. */
  other?: readonly string[];
  /** Column of the person that the rows are about: an erasure deletes them. Without it they stay, and `kept` says why. */
  about?: string;
  kept?: string;
}

const RECORD =
  'It is the record of who decided or declared something under a contract; the id names nobody any more.';
const CHAIN = 'The audit chain must verify; its entries hold the id alone, which names nobody any more.';
const CLIENT =
  'It is the desk’s client, who is no account of the service; the desk changes or removes what it keeps of it.';
const KEYS = 'A key is the organisation’s; it says by the id who issued it, which names nobody any more.';

export const PERSONAL_DATA: Readonly<Record<string, PersonalTable>> = {
  person: {
    key: ['id', 'organisation_id'],
    people: ['id', 'invited_by'],
    other: ['role'],
    kept: 'What the person did refers to the id; nothing of the row tells who it was.',
  },
  person_detail: {
    key: ['person_id', 'organisation_id'],
    people: ['person_id'],
    personal: ['name', 'email'],
    secret: ['email_mac'],
    about: 'person_id',
  },
  person_login: {
    key: ['person_id'],
    people: ['person_id'],
    secret: ['password', 'totp_secret'],
    about: 'person_id',
  },
  recovery_code: { key: ['person_id'], people: ['person_id'], about: 'person_id' },
  session: {
    key: ['id', 'person_id'],
    people: ['person_id'],
    about: 'person_id',
  },
  ticket: {
    key: ['person_id'],
    people: ['person_id'],
    secret: ['detail'],
    other: ['purpose'],
    about: 'person_id',
  },
  passkey: {
    key: ['credential_id', 'person_id'],
    people: ['person_id'],
    words: ['label'],
    about: 'person_id',
  },
  provider_subject: {
    key: ['organisation_id', 'person_id'],
    people: ['person_id'],
    personal: ['subject'],
    other: ['issuer'],
    about: 'person_id',
  },
  review_filter: {
    key: ['organisation_id', 'person_id'],
    people: ['person_id'],
    words: ['name'],
    other: ['state', 'severity'],
    about: 'person_id',
  },
  invitation: {
    key: ['id', 'organisation_id'],
    people: ['person_id', 'invited_by'],
    personal: ['email'],
    other: ['role'],
    about: 'person_id',
    kept: 'Invitations of others name by the id who invited, which names nobody any more.',
  },
  api_key: {
    key: ['id', 'organisation_id'],
    people: ['issued_by'],
    words: ['label'],
    other: ['scopes'],
    kept: KEYS,
  },
  audit_entry: {
    key: ['organisation_id', 'action', 'subject'],
    people: ['actor'],
    words: ['detail'],
    kept: CHAIN,
  },
  borrower_consent: {
    key: ['id', 'firm_id', 'bank_id'],
    people: ['given_by'],
    other: ['kinds'],
    kept: RECORD,
  },
  borrower_consent_revocation: {
    key: ['consent_id'],
    people: ['revoked_by'],
    kept: RECORD,
  },
  borrower_fact: {
    key: ['id', 'firm_id', 'recorded_by'],
    people: ['key_id'],
    words: ['detail', 'source', 'evidence'],
    other: ['kind', 'corrects', 'recorder_kind'],
    kept: RECORD,
  },
  deal: {
    key: ['id', 'organisation_id'],
    people: ['key_id'],
    words: ['reference', 'source'],
    other: ['right_type'],
    kept: RECORD,
  },
  desk_staff: {
    key: ['desk_id', 'organisation_id'],
    people: ['person_id'],
    kept: 'Who sat at a desk is seen by the id, which names nobody any more.',
  },
  desk_client: {
    key: ['id', 'desk_id'],
    people: ['made_by'],
    words: ['name'],
    // Whom to ask for at the client’s is sealed.
    other: ['contact', 'name_key', 'kind', 'region', 'registration_number', 'account_id', 'stage'],
    kept: CLIENT,
  },
  desk_entry: {
    key: ['id', 'desk_id', 'desk_client_id'],
    people: ['actor'],
    words: ['note'],
    other: ['kind', 'detail'],
    kept: RECORD,
  },
  desk_task: {
    key: ['id', 'desk_id', 'desk_client_id'],
    people: ['made_by', 'done_by'],
    words: ['title'],
    kept: RECORD,
  },
  desk_handover: {
    key: ['id', 'desk_client_id', 'from_desk_id', 'to_desk_id'],
    people: ['asked_by', 'answered_by'],
    words: ['client_name', 'reason'],
    other: ['state'],
    kept: RECORD,
  },
  desk_import: {
    key: ['id', 'desk_id'],
    people: ['made_by'],
    words: ['file_name'],
    other: ['format', 'encoding', 'columns', 'state'],
    kept: RECORD,
  },
  plan: { key: ['id'], people: ['made_by'], words: ['name'], other: ['currency', 'quotas'], kept: RECORD },
  plan_subscription: {
    key: ['id', 'organisation_id', 'plan_id'],
    people: ['made_by'],
    kept: RECORD,
  },
  due_diligence_waiver: {
    key: ['pledge_id', 'finding'],
    people: ['waived_by'],
    words: ['reason'],
    kept: RECORD,
  },
  filing_draft: {
    key: ['id', 'firm_id'],
    people: [],
    words: ['reference'],
    other: ['form', 'right_type', 'language'],
    kept: RECORD,
  },
  filing_draft_version: {
    key: ['draft_id'],
    people: ['author_id'],
    words: ['title', 'claims', 'description', 'abstract', 'figures', 'note'],
    other: ['classes', 'cited'],
    kept: RECORD,
  },
  filing_comment: {
    key: ['id', 'draft_id', 'organisation_id'],
    people: ['author_id', 'resolved_by'],
    words: ['body'],
    other: ['part'],
    kept: RECORD,
  },
  filing_search: {
    key: ['id', 'draft_id'],
    people: ['author_id'],
    words: ['query', 'matrix'],
    other: ['corpus', 'found'],
    kept: RECORD,
  },
  filing_agency: {
    key: ['agency_id'],
    people: ['decided_by'],
    words: ['about', 'reason'],
    other: ['licence_number', 'register_names', 'offices', 'languages', 'state'],
    kept: RECORD,
  },
  filing_engagement: {
    key: ['id', 'draft_id', 'firm_id', 'agency_id'],
    people: ['author_id'],
    words: ['instruction'],
    other: ['cited_owners', 'accepted_conflicts'],
    kept: RECORD,
  },
  filing_engagement_step: {
    key: ['engagement_id', 'organisation_id'],
    people: ['author_id'],
    other: ['step'],
    kept: RECORD,
  },
  filing_message: {
    key: ['id', 'engagement_id', 'firm_id', 'organisation_id'],
    people: ['author_id'],
    words: ['body'],
    kept: RECORD,
  },
  filing_package: {
    key: ['id', 'draft_id', 'firm_id', 'organisation_id'],
    people: ['author_id'],
    other: ['office', 'files', 'content'],
    kept: RECORD,
  },
  filing_rating: {
    key: ['engagement_id'],
    people: ['author_id'],
    words: ['note'],
    kept: RECORD,
  },
  filing_submission: {
    key: ['id', 'package_id'],
    people: ['author_id'],
    words: ['reason'],
    other: ['outcome', 'receipt'],
    kept: RECORD,
  },
  filing_step: {
    key: ['application_id', 'organisation_id'],
    people: ['author_id'],
    words: ['detail'],
    other: ['from_state', 'to_state'],
    kept: RECORD,
  },
  filing_office_action: {
    key: ['id', 'application_id'],
    people: ['author_id', 'answered_by'],
    words: ['content', 'answer'],
    other: ['kind'],
    kept: RECORD,
  },
  flag: {
    key: ['id', 'pledge_id'],
    people: ['decided_by'],
    words: ['decision_note'],
    other: ['occasion', 'rule', 'severity', 'state', 'evidence', 'decision', 'case_key', 'inhibited_by'],
    kept: RECORD,
  },
  expert_opinion: {
    key: ['id', 'engagement_id', 'expert_id'],
    people: ['author'],
    words: ['text'],
    other: ['content_sha256'],
    kept: RECORD,
  },
  haircut_decision: {
    key: ['proposal_id', 'organisation_id'],
    people: ['decided_by'],
    words: ['note'],
    other: ['decision'],
    kept: RECORD,
  },
  haircut_proposal: {
    key: ['id'],
    people: ['proposed_by'],
    other: ['liquidity_class', 'estimate'],
    kept: RECORD,
  },
  model_review: {
    key: ['specification_id', 'organisation_id'],
    people: ['key_id'],
    words: ['note'],
    other: ['decision'],
    kept: RECORD,
  },
  pledge_amendment: {
    key: ['id', 'pledge_id'],
    people: ['asked_by', 'closed_by'],
    words: ['reason'],
    other: ['kind', 'changes', 'state', 'change_number'],
    kept: RECORD,
  },
  pledge_deregistration: {
    key: ['pledge_id', 'number'],
    people: ['recorded_by'],
    kept: RECORD,
  },
  pledge_move: {
    key: ['id', 'pledge_id'],
    people: ['actor'],
    words: ['detail'],
    other: ['from_state', 'to_state'],
    kept: RECORD,
  },
  pledge_overdue: { key: ['id', 'pledge_id'], people: ['key_id'], kept: RECORD },
  pledge_score: {
    key: ['pledge_id', 'table_owner_id', 'table_id', 'organisation_id'],
    people: ['key_id'],
    other: ['standard_version', 'scenario', 'missing', 'contributions'],
    kept: RECORD,
  },
  product_certification: {
    key: ['product_id'],
    people: ['decided_by'],
    words: ['note'],
    other: ['decision', 'evidence'],
    kept: RECORD,
  },
  review: {
    key: ['flag_id'],
    people: ['escalated_by', 'claimed_by', 'submitted_by', 'checked_by'],
    words: ['note'],
    other: ['state', 'decision', 'evidence', 'evidence_sha256'],
    kept: RECORD,
  },
  review_step: {
    key: ['flag_id', 'action'],
    people: ['actor'],
    words: ['detail'],
    kept: RECORD,
  },
  rule_backtest: {
    key: ['id', 'bank_id'],
    people: ['made_by'],
    other: ['settings', 'result'],
    kept: RECORD,
  },
  rule_set: { key: ['bank_id'], people: ['set_by'], other: ['settings'], kept: RECORD },
  scoring_table: {
    key: ['id', 'organisation_id'],
    people: ['key_id'],
    words: ['content', 'summary'],
    kept: RECORD,
  },
  silence: {
    key: ['id', 'bank_id', 'pledge_id'],
    people: ['made_by'],
    words: ['reason'],
    other: ['rule'],
    kept: RECORD,
  },
  source_cadence: { key: ['source'], people: ['key_id'], kept: RECORD },
};
