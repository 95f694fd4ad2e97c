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

/**
 * Tries something, and writes it down when it is refused.
 * @param heard_by whose chains hear of the refusal; none when nobody may
 */
export async function attempt<T>(
  { database, clock }: Service,
  tried: Pick<RefusedAttempt, 'caller' | 'action' | 'subject'>,
  heard_by: (problem: Problem) => Promise<readonly string[]>,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof Problem) {
      const organisation_ids = await heard_by(error);
      if (organisation_ids.length > 0)
        await auditRefusal(database, { ...tried, at: clock.now(), organisation_ids, problem: error });
    }
    throw error;
  }
}

/** Does what concerns the caller's organisation alone; what is refused, but not what is missing, goes to its own chain. */
export function attemptOwn<T>(
  service: Service,
  caller: Caller,
  action: string,
  work: () => Promise<T>,
): Promise<T> {
  const own = caller.organisation_id;
  const heardBy = async ({ code }: Problem) => (code === 'not_found' ? [] : [own]);
  return attempt(service, { caller, action, subject: own }, heardBy, work);
}
