/** Silences: windows in which a bank does not want to hear of some flags. The flags open all the same. */
import { ALWAYS_ON } from '../../models/risk/rule-set.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import type { Sql, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import { newId } from '../ids.ts';
import { findPledge } from '../pledges/store.ts';
import { say } from './sentences.ts';

/** A silence that outlasts a quarter is a rule that should be off. */
export const MAX_SILENCE_DAYS = 90;
const DAY_ms = 86_400_000;

export interface NewSilence {
  rule?: string;
  pledge_id?: string;
  until_at: Date;
  reason: string;
}

export interface Silence {
  id: string;
  bank_id: string;
  rule: string | null;
  pledge_id: string | null;
  from_at: Date;
  until_at: Date;
  reason: string;
  made_by: string;
  made_at: Date;
}

/** @throws Problem `refused` for a rule that is always heard or a window out of bounds, `not_found` for a pledge of others */
export async function makeSilence(
  tx: Transaction,
  { rule, pledge_id, until_at, reason }: NewSilence,
  caller: Caller,
  now: Date,
): Promise<Silence> {
  if (rule === undefined && pledge_id === undefined) throw new Problem('refused', say('silence_of_nothing'));
  if (rule !== undefined && ALWAYS_ON.includes(rule))
    throw new Problem('refused', say('silence_of_always', { rule }));
  const longest = new Date(now.getTime() + MAX_SILENCE_DAYS * DAY_ms);
  if (!(until_at > now && until_at <= longest))
    throw new Problem(
      'refused',
      say('silence_too_long', { count: MAX_SILENCE_DAYS, latest: longest.toISOString() }),
    );
  if (pledge_id !== undefined && !(await findPledge(tx, pledge_id, caller)))
    throw new Problem('not_found', 'There is no such pledge.');
  const silence: Silence = {
    id: newId('sil'),
    bank_id: caller.organisation_id,
    rule: rule ?? null,
    pledge_id: pledge_id ?? null,
    from_at: now,
    until_at,
    reason,
    made_by: caller.key_id,
    made_at: now,
  };
  await tx`insert into silence ${tx(silence)}`;
  const { bank_id: organisation_id, id, made_by } = silence;
  const detail = {
    rule: silence.rule,
    pledge_id: silence.pledge_id,
    until_at: until_at.toISOString(),
    reason,
  };
  await appendAudit(tx, [
    { organisation_id, at: now, actor: made_by, action: 'silence.made', subject: id, detail },
  ]);
  return silence;
}

/** Newest first. */
export async function silencesOf(sql: Sql, bank_id: string): Promise<Silence[]> {
  return sql<Silence[]>`select * from silence where bank_id = ${bank_id} order by id desc`;
}

/** @returns whether a rule's flag on a pledge falls into a silence at an instant */
export async function silencer(
  tx: Transaction,
  bank_ids: readonly string[],
  at: Date,
): Promise<(bank_id: string, pledge_id: string, rule: string) => boolean> {
  const silences = await tx<Silence[]>`select * from silence
    where bank_id = any(${bank_ids as string[]}) and from_at <= ${at} and until_at > ${at}`;
  return (bank_id, pledge_id, rule) =>
    !ALWAYS_ON.includes(rule) &&
    silences.some(
      (each) =>
        each.bank_id === bank_id &&
        (each.rule ?? rule) === rule &&
        (each.pledge_id ?? pledge_id) === pledge_id,
    );
}
