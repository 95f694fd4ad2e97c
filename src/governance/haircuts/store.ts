/** Proposals of haircuts and what was decided of them, both append-only; what was adopted is what valuations read. */
import type { HaircutEstimate } from '../../../models/haircut.ts';
import type { RightType } from '../../../models/types.ts';
import type { Sql, Transaction } from '../../db/client.ts';

export type ProposalState = 'open' | 'superseded' | 'adopted' | 'refused';

export interface HaircutProposal {
  id: string;
  liquidity_class: RightType;
  before_bp: number;
  after_bp: number;
  estimate: HaircutEstimate;
  proposed_by: string;
  proposed_at: Date;
  /** Superseded: a later one of its class stands in its place. */
  state: ProposalState;
  note: string | null;
  decided_by: string | null;
  decided_at: Date | null;
}

export interface HaircutDecision {
  proposal_id: string;
  decision: 'adopted' | 'refused';
  note: string;
  organisation_id: string;
  decided_by: string;
  decided_at: Date;
}

/** One proposal and decision after the other, until the transaction ends. */
export async function lockHaircuts(tx: Transaction): Promise<void> {
  await tx`select pg_advisory_xact_lock(hashtextextended('haircut', 0))`;
}

/** Newest first. */
export async function listProposals(
  sql: Sql,
  { id, before, limit }: { id?: string; before?: string; limit: number },
): Promise<HaircutProposal[]> {
  const rows = await sql<HaircutProposal[]>`
    select proposal.*, note, decided_by, decided_at, coalesce(decision, case when exists (
        select from haircut_proposal later where later.liquidity_class = proposal.liquidity_class
          and later.id > proposal.id) then 'superseded' else 'open' end) as state
    from haircut_proposal proposal left join haircut_decision on proposal_id = proposal.id
    where (${id ?? null}::text is null or proposal.id = ${id ?? null})
      and (${before ?? null}::text is null or proposal.id < ${before ?? null})
    order by proposal.id desc limit ${limit}`;
  return [...rows];
}

/** The last proposal of each class. */
export async function lastProposals(sql: Sql): Promise<Map<RightType, HaircutProposal>> {
  const rows = await sql<HaircutProposal[]>`
    select distinct on (liquidity_class) proposal.*, note, decided_by, decided_at, coalesce(decision, 'open') as state
    from haircut_proposal proposal left join haircut_decision on proposal_id = proposal.id
    order by liquidity_class, proposal.id desc`;
  return new Map(rows.map((row) => [row.liquidity_class, row]));
}

export async function insertProposal(
  tx: Transaction,
  {
    estimate,
    ...row
  }: Pick<
    HaircutProposal,
    'id' | 'liquidity_class' | 'before_bp' | 'after_bp' | 'estimate' | 'proposed_by' | 'proposed_at'
  >,
): Promise<void> {
  await tx`insert into haircut_proposal ${tx({ ...row, estimate: tx.json({ ...estimate }) })}`;
}

export async function insertDecision(tx: Transaction, row: HaircutDecision): Promise<void> {
  await tx`insert into haircut_decision ${tx({ ...row })}`;
}

export async function insertHaircut(
  tx: Transaction,
  row: {
    proposal_id: string;
    liquidity_class: RightType;
    haircut_bp: number;
    source: string;
    adopted_at: Date;
  },
): Promise<void> {
  await tx`insert into haircut ${tx(row)}`;
}
