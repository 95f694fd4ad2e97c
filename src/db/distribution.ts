/**
 * Where each table lies when the database is spread over several servers by Citus (docs/scale.md). Distributed: cut by the
 * hash of `patent_id`, all of these tables in the same way, so that what is known of one patent lies on one server. Local:
 * whole, on the coordinator. No table is copied to every server: nothing small is asked together with a patent but what
 * belongs to somebody, and that stays under its policies.
 */

export const DISTRIBUTION_COLUMN = 'patent_id';

interface Share {
  placement: 'distributed' | 'local';
  why: string;
  tables: readonly string[];
}

export const DISTRIBUTION: readonly Share[] = [
  {
    placement: 'distributed',
    why: 'what is known of a patent: it grows with the corpus, belongs to nobody and is asked for by patent',
    tables: [
      'patent',
      'patent_facts',
      'signal',
      'patent_publication',
      'patent_party',
      'patent_priority',
      'patent_class',
      'patent_citation',
      'patent_text',
      'patent_search',
      'patent_document',
      'citation_edge',
      'patent_indicator',
    ],
  },
  {
    placement: 'local',
    why: 'the tenant of a transaction, by which the policies of a row go, is known to the coordinator alone',
    tables: [
      'organisation',
      'api_key',
      'data_key',
      'idempotency_key',
      'valuation',
      'deal',
      'scoring_table',
      'watch_list',
      'watch_list_patent',
      'watch_told',
      'person',
      'person_detail',
      'person_login',
      'passkey',
      'recovery_code',
      'session',
      'ticket',
      'invitation',
      'identity_provider',
      'provider_subject',
      'pseudonym',
      'pseudonym_owner',
      'pseudonym_use',
      'identity_request',
      'identity_step',
      'identity_reveal',
      'haircut_proposal',
      'haircut_decision',
      'haircut',
      'listing_proceeds',
      'expert_profile',
      'expert_engagement',
      'expert_share',
      'expert_opinion',
      'expert_rating',
      'listing_expectation',
    ],
  },
  {
    placement: 'local',
    why: 'marks: a lot is one row, and rows of single marks are found by their lot',
    tables: [
      'mark_claim',
      'mark_key',
      'mark_lot',
      'mark_probe',
      'mark_scan',
      'mark_serial',
      'marked_product',
      'marked_product_patent',
      'patent_use',
      'product_certification',
      'product_statement',
    ],
  },
  {
    placement: 'local',
    why: 'listings and deals: under policies, and few beside the patents that they name',
    tables: [
      'listing',
      'listing_patent',
      'listing_private',
      'listing_want',
      'listing_want_answer',
      'listing_referral',
      'listing_deal',
      'listing_deal_party',
      'listing_deal_step',
      'listing_offer',
      'listing_sale',
      'listing_message',
      'listing_document',
      'listing_document_right',
      'listing_document_view',
      'listing_consent',
      'listing_consent_answer',
    ],
  },
  {
    placement: 'local',
    why: 'a pledge and what hangs on it: some millions of rows at most, and one transaction changes many of them',
    tables: [
      'pledge',
      'pledge_amendment',
      'pledge_balance',
      'pledge_deregistration',
      'pledge_move',
      'pledge_outlook',
      'pledge_overdue',
      'pledge_patent',
      'pledge_proposal',
      'pledge_recovery',
      'pledge_score',
      'pledge_stale',
      'pledge_status',
      'pledge_valuation',
      'annuity_payment',
      'due_diligence_waiver',
      'margin_call',
      'covenant_feed',
      'borrower_consent',
      'borrower_consent_revocation',
      'borrower_fact',
      'flag',
      'review',
      'review_step',
      'rule_backtest',
      'rule_set',
      'silence',
    ],
  },
  {
    placement: 'local',
    why: 'chains and queues: one order of all rows, or rows that are claimed with "for update skip locked"',
    tables: [
      'audit_chain',
      'audit_entry',
      'audit_head',
      'endpoint',
      'endpoint_health',
      'event',
      'event_feed',
      'lane',
      'delivery',
      'delivery_attempt',
      'delivery_history',
      'job_run',
      'listener',
      'listener_failure',
      'ingest_run',
      'ingest_chunk',
      'quarantine',
      'patent_change',
      'source_cadence',
      'source_fetch',
      'source_late',
    ],
  },
  {
    placement: 'local',
    why: 'valued in ranges of a number that one server counts, and swapped in whole; docs/scale.md says what spreading takes',
    tables: [
      'corpus_patent',
      'corpus_stale',
      'corpus_value',
      'corpus_value_history',
      'corpus_run',
      'corpus_chunk',
    ],
  },
  {
    placement: 'local',
    why: 'sums over all patents, which hold no patent_id',
    tables: ['search_term', 'knowledge_cell', 'cohort_count'],
  },
  {
    placement: 'local',
    why: 'few rows that the program reads by themselves',
    tables: [
      'model_comparison',
      'model_review',
      'model_set',
      'model_specification',
      'model_version',
      'projection_spread',
      'schema_migration',
      'setting',
      'signing_key',
    ],
  },
];

export const DISTRIBUTED_TABLES = tablesOf('distributed');
export const LOCAL_TABLES = tablesOf('local');

/** Functions of triggers that distributed tables may have: they raise or pass, and look at no other row. */
export const TRIGGER_FUNCTIONS = ['refuse_change'];

function tablesOf(placement: Share['placement']): string[] {
  return DISTRIBUTION.filter((share) => share.placement === placement).flatMap(({ tables }) => tables);
}
