/** Fees of applications: what is due, and what was paid. */
import type { CalendarDate } from '../../../models/types.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { say } from '../sentences.ts';
import { meetDeadlines } from './deadlines.ts';
import { requirePast } from './service.ts';
import { type Fee, feesOf, findApplication, tellChains, whoOf } from './store.ts';

/** Twice on the same day is once. @throws Problem `not_found`, `conflict` when it is paid, `refused` for a day still to come */
export async function payFee(
  tx: Transaction,
  application_id: string,
  fee_id: string,
  paid_on: CalendarDate,
  caller: Caller,
  now: Date,
): Promise<Fee> {
  const application = await findApplication(tx, application_id, true);
  const found = async () => (await feesOf(tx, application_id)).find(({ id }) => id === fee_id);
  const fee = await found();
  if (!fee) throw new Problem('not_found', 'There is no such fee.');
  if (fee.paid_on === paid_on) return fee;
  if (fee.paid_on !== null) throw new Problem('conflict', say('fee_paid', { day: fee.paid_on }));
  requirePast('paid_on', paid_on, now);
  await tx`update filing_fee set paid_on = ${paid_on} where id = ${fee_id}`;
  if (fee.kind !== 'examination') await meetWhenPaid(tx, application_id, paid_on);
  const { kind, amount_minor, currency } = fee;
  const detail = { fee_id, kind, amount_minor, currency, paid_on };
  await tellChains(tx, application, whoOf(caller), 'filing.fee.paid', detail, now);
  return (await found())!;
}

/** Examination is asked for besides being paid; the term of filing asks for its fees alone. */
async function meetWhenPaid(tx: Transaction, application_id: string, paid_on: CalendarDate): Promise<void> {
  const left = (await feesOf(tx, application_id)).filter(
    ({ kind, paid_on: paid }) => kind !== 'examination' && paid === null,
  );
  if (left.length === 0) await meetDeadlines(tx, application_id, ['filing_fee'], paid_on);
}
