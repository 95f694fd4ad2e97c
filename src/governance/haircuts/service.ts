/**
 * How a haircut moves: what disposals brought asks for one, a proposal keeps the estimate as it was, other eyes adopt it, and
 * every valuation from then on takes it (docs/decisions/0038-haircuts-learnt-from-deals.md).
 */
import { DEFAULT_ASSUMPTIONS } from '../../../models/assumptions.ts';
import {
  type HaircutEstimate,
  haircutOf,
  LIQUIDITY_CLASSES,
  recalibrateHaircut,
} from '../../../models/haircut.ts';
import type { RightType } from '../../../models/types.ts';
import { eyesOf, requireOtherEyes } from '../../accounts/eyes.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { realisedDisposals } from '../../pledges/recoveries/ledger.ts';
import { assumptionsKnown } from '../../valuations/assumptions.ts';
import { latestModels } from '../../valuations/store.ts';
import { say } from '../sentences.ts';
import {
  type HaircutProposal,
  insertDecision,
  insertHaircut,
  insertProposal,
  lastProposals,
  listProposals,
  lockHaircuts,
} from './store.ts';

const BASIS_POINTS = 10_000;
const PRIOR_BP = toBp(DEFAULT_ASSUMPTIONS.haircut.value);
/** Who proposes every month; it decides nothing. */
export const CALIBRATION_JOB = 'calibration';
const SAME_EYES = say('haircut_same_eyes');

export interface ClassHaircut {
  liquidity_class: RightType;
  estimate: HaircutEstimate;
  /** Where the haircut in force comes from. */
  source: string;
  proposal: HaircutProposal | null;
}

/** The haircut in force of each class beside what disposals ask for, as known at an instant. */
export async function classHaircuts(sql: Sql, known_at: Date): Promise<ClassHaircut[]> {
  const [disposals, assumptions, proposals] = await Promise.all([
    realisedDisposals(sql, known_at),
    assumptionsKnown(sql, known_at),
    lastProposals(sql),
  ]);
  return LIQUIDITY_CLASSES.map((liquidity_class) => {
    const { value, source } = haircutOf(assumptions, liquidity_class);
    const shares = disposals
      .filter(({ right_type }) => right_type === liquidity_class)
      .map(({ realised_minor, value_minor }) => Math.min(1, realised_minor / value_minor));
    const estimate = recalibrateHaircut(shares, PRIOR_BP, toBp(value));
    return { liquidity_class, estimate, source, proposal: proposals.get(liquidity_class) ?? null };
  });
}

/**
 * Proposes the haircuts that disposals ask for, where they move; one that stands open as it would be proposed is left.
 * @param by null for the monthly job
 * @returns those that were made
 */
export async function proposeHaircuts(
  tx: Transaction,
  by: Caller | null,
  now: Date,
): Promise<HaircutProposal[]> {
  await lockHaircuts(tx);
  const made: string[] = [];
  for (const { liquidity_class, estimate, proposal } of await classHaircuts(tx, now)) {
    const { before_bp, after_bp } = estimate;
    if (after_bp === before_bp || (proposal?.state === 'open' && isSame(proposal, estimate))) continue;
    const id = newId('hcp');
    const proposed_by = by === null ? CALIBRATION_JOB : eyesOf(by);
    await insertProposal(tx, {
      id,
      liquidity_class,
      before_bp,
      after_bp,
      estimate,
      proposed_by,
      proposed_at: now,
    });
    if (by !== null)
      await audit(tx, by, 'haircut.proposed', id, { liquidity_class, before_bp, after_bp }, now);
    made.push(id);
  }
  const proposals = await listProposals(tx, { limit: LIQUIDITY_CLASSES.length });
  return proposals.filter(({ id }) => made.includes(id));
}

function isSame({ estimate }: HaircutProposal, other: HaircutEstimate): boolean {
  return (['disposals', 'before_bp', 'after_bp', 'target_bp'] as const).every(
    (name) => estimate[name] === other[name],
  );
}

/**
 * Adopts or refuses a proposal. Once adopted it is part of what every valuation is made with.
 * @throws Problem `not_found`; `conflict` when it was decided or is not the last of its class; `refused` for who proposed it
 */
export async function decideHaircut(
  tx: Transaction,
  id: string,
  { decision, note }: { decision: 'adopted' | 'refused'; note: string },
  caller: Caller,
  now: Date,
): Promise<HaircutProposal> {
  await lockHaircuts(tx);
  const proposal = await findProposal(tx, id);
  if (proposal.state !== 'open')
    throw new Problem('conflict', say('haircut_decided', { haircut_state: proposal.state }));
  await requireOther(tx, proposal.proposed_by, caller);
  const { liquidity_class, before_bp, after_bp, estimate } = proposal;
  const { organisation_id } = caller;
  const decided_by = eyesOf(caller);
  await insertDecision(tx, { proposal_id: id, decision, note, organisation_id, decided_by, decided_at: now });
  if (decision === 'adopted')
    // What all valuations are made with is written as the jobs write it.
    await acrossTenants(tx, async () => {
      const source = `${estimate.disposals} disposals of the recovery ledger, credibility ${estimate.credibility.toFixed(2)}: ${id}`;
      await insertHaircut(tx, {
        proposal_id: id,
        liquidity_class,
        haircut_bp: after_bp,
        source,
        adopted_at: now,
      });
      await latestModels(tx, now);
    });
  await audit(tx, caller, `haircut.${decision}`, id, { liquidity_class, before_bp, after_bp, note }, now);
  return findProposal(tx, id);
}

async function findProposal(tx: Transaction, id: string): Promise<HaircutProposal> {
  const [proposal] = await listProposals(tx, { id, limit: 1 });
  if (!proposal) throw new Problem('not_found', 'There is no such proposal; GET /v1/haircuts lists them.');
  return proposal;
}

async function requireOther(tx: Transaction, proposed_by: string, caller: Caller): Promise<void> {
  if (proposed_by === eyesOf(caller)) throw new Problem('refused', SAME_EYES);
  if (proposed_by !== CALIBRATION_JOB) await requireOtherEyes(tx, [proposed_by], caller, SAME_EYES);
}

function audit(tx: Transaction, caller: Caller, action: string, subject: string, detail: object, at: Date) {
  const { organisation_id, key_id: actor } = caller;
  return appendAudit(tx, [{ organisation_id, at, actor, action, subject, detail: { ...detail } }]);
}

function toBp(share: number): number {
  return Math.round(share * BASIS_POINTS);
}
