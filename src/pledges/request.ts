/** A contract that one of its parties asks for. */
import type { Static } from 'typebox';
import { type Caller, findOrganisation } from '../accounts/store.ts';
import type { Transaction } from '../db/client.ts';
import { lookByKeys } from '../db/plans.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { Problem } from '../errors.ts';
import { useQuota } from '../quotas/use.ts';
import { type LoanToValue, ltvLimits, type PledgedUse, usesOf } from './schemas.ts';
import { say } from './sentences.ts';
import { type PledgeRequest, type RequestedPledge, requestPledge } from './service.ts';

type Asked = Pick<PledgeRequest, 'bank_id' | 'firm_id' | 'currency' | 'principal_minor' | 'matures_on'> & {
  patents: readonly Static<typeof PledgedUse>[];
  loan_to_value?: Static<typeof LoanToValue> | undefined;
};

/** @throws Problem `refused` when the caller or the other party is not what it is named as, and as `requestPledge` does */
export async function requestOwn(
  tx: Transaction,
  { loan_to_value, patents, ...body }: Asked,
  caller: Caller,
  now: Date,
): Promise<RequestedPledge> {
  const own = caller.kind === 'bank' ? body.bank_id : body.firm_id;
  if (own !== caller.organisation_id)
    throw new Problem(
      'refused',
      `The field ${caller.kind}_id must be your own organisation, ${caller.organisation_id}.`,
    );
  lookByKeys(tx);
  const parties = await acrossTenants(tx, () =>
    Promise.all([findOrganisation(tx, body.bank_id), findOrganisation(tx, body.firm_id)]),
  );
  if (parties[0]?.kind !== 'bank' || parties[1]?.kind !== 'firm')
    throw new Problem('refused', say('parties_unfit'));
  const asked = { ...body, ...ltvLimits(loan_to_value), patents: usesOf(patents) };
  const is_demonstration = parties.some((party) => party?.demonstration === true);
  const requested = await requestPledge(tx, asked, caller, is_demonstration, now);
  // Last, for its row stays locked to the end.
  await useQuota(tx, caller, 'valuations', patents.length, now);
  return requested;
}
