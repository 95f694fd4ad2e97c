/** What the page of a patent shows, as known at an instant. */
import type { RawIndicators } from '../../../models/indicators/raw-indicators.ts';
import type { Sql } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { type Standing, standings } from '../../patents/cohorts.ts';
import { type KnownPatent, knownPatents } from '../../patents/facts.ts';
import { patentIndicators } from '../../patents/indicators.ts';
import { type Owner, owners } from '../../patents/owners.ts';
import { type PatentUse, useOfPatent } from '../../patents/use.ts';
import { type FoundPatent, patentsById } from '../../search/find.ts';

/** The window of citing families by field, which the page does not show. */
const WINDOW_YEARS = 5;

export interface PatentShown {
  known: KnownPatent;
  /** Its search row: title and field, as last known. */
  found: FoundPatent | null;
  owners: Owner[];
  /** Null where what is known contradicts itself. */
  indicators: RawIndicators['values'] | null;
  /** As the database stands; null where it is not counted. */
  standing: Standing | null;
  /** What the reader may see of it. */
  use: PatentUse[];
}

/** @throws Problem `not_found` when it was not known then */
export async function readPatent(sql: Sql, patent_id: string, known_at: Date): Promise<PatentShown> {
  const known = (await knownPatents(sql, [patent_id], known_at)).get(patent_id);
  if (!known) throw new Problem('not_found', 'No such patent was known then.');
  const [found, named, indicators, standing, use] = await Promise.all([
    patentsById(sql, [patent_id]),
    owners(sql, patent_id, known_at),
    patentIndicators(sql, patent_id, WINDOW_YEARS, known_at),
    standings(sql, [patent_id]),
    useOfPatent(sql, patent_id, known_at),
  ]);
  return {
    known,
    found: found.get(patent_id) ?? null,
    owners: named,
    indicators: indicators?.ok ? indicators.value.raw.values : null,
    standing: standing.get(patent_id) ?? null,
    use,
  };
}
