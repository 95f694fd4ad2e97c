/**
 * A person is forgotten: who it was and how it signed in are deleted from every table, its account is closed, and what stays
 * names nobody any more. Audit chains are not touched, for they never held more than the id.
 */
import { appendAudit } from '../audit/log.ts';
import type { Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { Service } from '../service.ts';
import { PERSONAL_DATA } from './personal-data.ts';

export interface Erasure {
  person_id: string;
  /** Rows deleted, by table. */
  erased: { table: string; rows: number }[];
  /** Rows that go on to hold the id, and words that the person wrote; with the reason. */
  kept: { table: string; column: string; rows: number; reason: string; words: boolean }[];
}

/**
 * @param actor who asked for it
 * @throws Problem `not_found` when the organisation has no such person, or it was erased before
 */
export async function erasePerson(
  { system, clock }: Pick<Service, 'system' | 'clock'>,
  { organisation_id, person_id, actor }: { organisation_id: string; person_id: string; actor: string },
): Promise<Erasure> {
  return system.transaction(async (tx) => {
    const now = clock.now();
    const [person] = await tx`select from person join person_detail on person_id = person.id
      where person.id = ${person_id} and person.organisation_id = ${organisation_id} for update of person`;
    if (!person) throw new Problem('not_found', 'There is no such person.');
    await tx`update person set closed_at = coalesce(closed_at, ${now}) where id = ${person_id}`;
    const erased = await deleteAbout(tx, person_id);
    const rows = Object.fromEntries(erased.map((each) => [each.table, each.rows]));
    const entry = { at: now, actor, action: 'person.erased', subject: person_id, detail: { rows } };
    await appendAudit(tx, [{ organisation_id, ...entry }]);
    return { person_id, erased, kept: await keptOf(tx, person_id) };
  });
}

async function deleteAbout(tx: Transaction, person_id: string): Promise<Erasure['erased']> {
  const erased = [];
  for (const [table, { about }] of Object.entries(PERSONAL_DATA)) {
    if (about === undefined) continue;
    const { count } = await tx.unsafe(`delete from ${table} where ${about} = $1`, [person_id]);
    if (count > 0) erased.push({ table, rows: count });
  }
  return erased;
}

async function keptOf(tx: Transaction, person_id: string): Promise<Erasure['kept']> {
  const kept = [];
  for (const [table, { people, words = [], kept: reason }] of Object.entries(PERSONAL_DATA)) {
    if (reason === undefined) continue;
    for (const column of people) {
      const [row] = await tx.unsafe<{ rows: number }[]>(
        `select count(*)::int as rows from ${table} where ${column} = $1`,
        [person_id],
      );
      if (row!.rows > 0) kept.push({ table, column, rows: row!.rows, reason, words: words.length > 0 });
    }
  }
  return kept;
}
