/** The assumptions that valuations are made with: the program's, and the haircuts that were adopted since. */
import { type Assumptions, type ClassHaircuts, DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import type { RightType } from '../../models/types.ts';
import type { Sql } from '../db/client.ts';

const BASIS_POINTS = 10_000;

export async function assumptionsKnown(
  sql: Sql,
  known_at: Date,
): Promise<Assumptions & Partial<ClassHaircuts>> {
  const rows = await sql<{ liquidity_class: RightType; haircut_bp: number; source: string }[]>`
    select distinct on (liquidity_class) liquidity_class, haircut_bp, source from haircut
    where adopted_at <= ${known_at} order by liquidity_class, adopted_at desc`;
  const adopted = rows.map(({ liquidity_class, haircut_bp, source }) => [
    `haircut_${liquidity_class}`,
    { value: haircut_bp / BASIS_POINTS, unit: 'share', source, verified: true },
  ]);
  return { ...DEFAULT_ASSUMPTIONS, ...Object.fromEntries(adopted) };
}
