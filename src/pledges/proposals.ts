/** What a proposal wrote down beside the loan: the haircut of this contract, and the plan to sell its patents. */
import type { Static } from 'typebox';
import { collateralMinor } from '../../models/collateral.ts';
import { haircutOf } from '../../models/haircut.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { latestModels } from '../valuations/store.ts';
import type { DisposalPlan, MOVE_DETAILS } from './lifecycle.ts';
import { kindsPledged, type Pledge } from './store.ts';

const BASIS_POINTS = 10_000;

export interface Proposal {
  haircut_bp: number;
  disposal_plan: Static<typeof DisposalPlan> | null;
  /** Approved value after the haircut. */
  collateral_minor: number;
  proposed_at: Date;
}

/** Keeps what was proposed; a haircut that is not stated is that of the models in force, the greatest of its kinds of right. */
export async function recordProposal(
  tx: Transaction,
  pledge_id: string,
  { haircut_bp, disposal_plan }: Static<(typeof MOVE_DETAILS)['proposed']>,
  proposed_at: Date,
): Promise<void> {
  const [models, kinds] = await Promise.all([latestModels(tx, proposed_at), kindsPledged(tx, pledge_id)]);
  // An appraisal stands before each proposal, and a model behind each appraisal.
  const { parameters } = models!.assumptions;
  const greatest = Math.max(...kinds.map((kind) => haircutOf(parameters, kind).value));
  const row = {
    pledge_id,
    haircut_bp: haircut_bp ?? Math.round(greatest * BASIS_POINTS),
    disposal_route: disposal_plan?.route ?? null,
    disposal_days: disposal_plan?.expected_days ?? null,
    disposal_text: disposal_plan?.text ?? null,
    proposed_at,
  };
  await tx`insert into pledge_proposal ${tx(row)}`;
}

/** Who proposed the loan as it stands. */
export async function lastProposers(tx: Transaction, pledge_id: string): Promise<string[]> {
  const rows = await tx<{ actor: string }[]>`select actor from pledge_move
    where pledge_id = ${pledge_id} and to_state = 'proposed' order by id desc limit 1`;
  return rows.map(({ actor }) => actor);
}

/** @returns null before the proposal, and for contracts from before proposals were kept */
export async function proposalOf(
  sql: Sql,
  { id, approved_value_minor }: Pick<Pledge, 'id' | 'approved_value_minor'>,
): Promise<Proposal | null> {
  const [row] = await sql<
    {
      haircut_bp: number;
      disposal_route: Static<typeof DisposalPlan>['route'] | null;
      disposal_days: number;
      disposal_text: string;
      proposed_at: Date;
    }[]
  >`select * from pledge_proposal where pledge_id = ${id}`;
  if (!row) return null;
  const { haircut_bp, disposal_route: route, disposal_days, disposal_text: text, proposed_at } = row;
  return {
    haircut_bp,
    disposal_plan: route && { route, expected_days: disposal_days, text },
    collateral_minor: collateralMinor(approved_value_minor!, haircut_bp),
    proposed_at,
  };
}

/** Haircuts that were written down by an instant, by pledge id. */
export async function haircutsOf(
  sql: Sql,
  pledge_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, number>> {
  const rows = await sql<{ pledge_id: string; haircut_bp: number }[]>`
    select pledge_id, haircut_bp from pledge_proposal
    where pledge_id = any(${pledge_ids as string[]}) and proposed_at <= ${known_at}`;
  return new Map(rows.map(({ pledge_id, haircut_bp }) => [pledge_id, haircut_bp]));
}
