/** A case as its page shows it. */
import { type Review, type ReviewState, UNTOUCHED } from '../../../models/review.ts';
import { eyesOf } from '../../accounts/eyes.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Action } from '../../people/roles.ts';
import { type PledgedPatent, pledgedPatents } from '../../pledges/store.ts';
import { evidenceOf } from '../../review/evidence.ts';
import { type Case, findCase, frozenEvidence, type Step, stepsOf } from '../../review/store.ts';
import type { Service } from '../../service.ts';
import { namesOf } from '../parts/names.ts';
import { type Fact, factsOf } from './changes.ts';

export interface CaseShown extends Case {
  /** A claim past its time is none. */
  state: ReviewState;
  steps: Step[];
  patents: PledgedPatent[];
  facts: Fact[];
  /** Null where nothing is frozen. */
  moved: boolean | null;
  nameOf: (id: string) => string;
  /** Whose eyes look. */
  me: string;
  may: readonly Action[];
}

/** @throws Problem `not_found` */
export async function readCase(
  { database, clock, vault }: Service,
  flag_id: string,
  caller: Caller,
  may: readonly Action[],
): Promise<CaseShown> {
  const nameOf = await namesOf(database.sql, vault, caller.organisation_id);
  return database.transaction(async (tx) => {
    const found = await findCase(tx, flag_id, caller, clock.now());
    const { flag, pledge, review, now } = found;
    const evidence = await evidenceOf(tx, flag, pledge, now);
    const frozen = await frozenEvidence(tx, flag_id);
    return {
      ...found,
      state: stateAt(review, now),
      steps: await stepsOf(tx, flag_id),
      patents: await pledgedPatents(tx, [pledge.id]),
      facts: factsOf(frozen === null ? undefined : JSON.parse(frozen), JSON.parse(evidence.text)),
      moved: frozen === null ? null : evidence.sha256 !== review.evidence_sha256,
      nameOf,
      me: eyesOf(caller),
      may,
    };
  });
}

function stateAt({ state, claimed_until }: Review, now: Date): ReviewState {
  return state === 'claimed' && claimed_until! <= now ? UNTOUCHED.state : state;
}
