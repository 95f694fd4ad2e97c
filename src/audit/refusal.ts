import type { Caller } from '../accounts/store.ts';
import type { Database } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { Service } from '../service.ts';
import { appendAudit } from './log.ts';

export interface RefusedAttempt {
  caller: Caller;
  at: Date;
  /** What was tried, as a verb phrase; the entry is `<action>.refused`. */
  action: string;
  subject: string;
  /** Whose chains hear of it. */
  organisation_ids: readonly string[];
  problem: Problem;
}

/** Writes a refused attempt down. Its own transaction: that of the attempt was rolled back. */
export async function auditRefusal(
  database: Database,
  { caller, at, action, subject, organisation_ids, problem }: RefusedAttempt,
): Promise<void> {
  const detail = { code: problem.code, reason: problem.message };
  const entry = { at, actor: caller.key_id, action: `${action}.refused`, subject, detail };
  await database.transaction((tx) =>
    appendAudit(
      tx,
      organisation_ids.map((organisation_id) => ({ organisation_id, ...entry })),
    ),
  );
}

/** Does what concerns the caller's organisation alone; what is refused, but not what is missing, goes to its own chain. */
export async function attemptOwn<T>(
  { database, clock }: Service,
  caller: Caller,
  action: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem && error.code !== 'not_found')
      await auditRefusal(database, {
        caller,
        at: clock.now(),
        action,
        subject: caller.organisation_id,
        organisation_ids: [caller.organisation_id],
        problem: error,
      });
    throw error;
  }
}
