/** Whether the register of each source has been silent for too long, which makes the state of its patents unknown. */
import { legalGate } from '../../models/collateral.ts';
import { dateOf } from '../clock.ts';
import type { Sql } from '../db/client.ts';
import { registerFacts } from '../patents/facts.ts';
import { cadencesSet, lateAfter } from '../patents/freshness.ts';
import type { Registers } from './rows.ts';

/** @param stale_after_days assumption `register_stale_after` */
export async function silentRegisters(
  sql: Sql,
  known_at: Date,
  stale_after_days: number,
): Promise<Registers> {
  const as_of = dateOf(known_at);
  const cadences = await cadencesSet(sql, known_at);
  const heard = await sql<{ source: string; seen_at: Date }[]>`
    select source, max(finished_at) as seen_at from ingest_run where finished_at <= ${known_at}
    group by source order by source collate "C"`;
  return Object.fromEntries(
    heard.map(({ source, seen_at }) => {
      const register = registerFacts(seen_at, lateAfter(source, cadences), as_of);
      const gate = legalGate({ legal_state: 'in_force', ...register }, as_of, stale_after_days);
      return [source, gate.status !== 'open'];
    }),
  );
}
