/** A made corpus as the facts that its values follow from, stored as the product stores them. */
import { expiresOn } from '../../models/annuity/cnipa.ts';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { fitLapse } from '../../models/lapse/fit.ts';
import { legalHistory } from '../../models/legal-state.ts';
import { dateOfDay } from '../../models/simulation/corpus-filings.ts';
import { corpusWorld } from '../../models/simulation/corpus-inventions.ts';
import { type CorpusApplication, corpusFamilies } from '../../models/simulation/corpus-patents.ts';
import type { CalendarDate } from '../../models/types.ts';
import { uuidOf } from '../../src/canonical.ts';
import { type CorpusFacts, storeFacts } from '../../src/corpus/facts.ts';
import type { Database } from '../../src/db/client.ts';
import { technologyField } from '../../src/patents/technology-field.ts';
import { type ModelSet, modelSet, partOf } from '../../src/valuations/models.ts';
import { storeModels } from '../../src/valuations/store.ts';
import { cnHistories } from '../models/cn-patents.ts';

const SEED = 1;
const TRAINED_TO = '2017-01-01';
const BATCH_PATENTS = 20_000;
const PATIENCE_ms = 1_800_000;

/** Chinese applications filed from 1986 to 2022, in the state that was public on the day. */
export async function storeMadeCorpus(
  database: Database,
  patents: number,
  as_of: CalendarDate,
  on_progress: (done: number) => void = () => {},
): Promise<void> {
  const patient = database.sibling({ max: 1, statement_timeout_ms: PATIENCE_ms });
  const at = new Date(`${as_of}T00:00:00Z`);
  let batch: CorpusFacts[] = [];
  let stored = 0;
  const store = async () => {
    await patient.transaction((tx) => storeFacts(tx, batch, at));
    stored += batch.length;
    batch = [];
    on_progress(stored / patents);
  };
  for (const family of corpusFamilies(corpusWorld(SEED, patents, ['CN'])))
    for (const application of family) {
      batch.push(factsOf(application, as_of));
      if (batch.length === BATCH_PATENTS) await store();
    }
  await store();
  // What autovacuum does in its own time.
  await patient.sql`vacuum analyze corpus_patent`;
  await patient.close();
}

const COURSE = ['published', 'granted', 'refused', 'withdrawn', 'lapsed', 'expired'] as const;

function factsOf(told: CorpusApplication, as_of: CalendarDate): CorpusFacts {
  const filed_on = dateOfDay(told.filed_day);
  const signals = COURSE.flatMap((kind) => {
    const day = told[`${kind}_day`];
    return day === null ? [] : [{ kind, effective_on: null, published_on: dateOfDay(day) }];
  });
  const { state, granted_on } = legalHistory(signals, expiresOn('invention', filed_on), as_of, 'CN');
  return {
    patent_id: uuidOf(`made|${told.key}`),
    source: 'made',
    office: told.office,
    right_type: 'invention',
    legal_state: state,
    filed_on,
    granted_on,
    claims: told.claims,
    ipc_symbols: told.ipc.length,
    individual_applicant: told.individual,
    domestic_applicant: told.is_first_filing,
    agency: told.agency,
    technology_field: technologyField(told.ipc[0]!),
    challenges: 0,
  };
}

/** Fitted to what the bundled file tells up to a day. */
export async function storeFittedModels(
  database: Database,
  now: Date,
  trained_to: CalendarDate = TRAINED_TO,
): Promise<ModelSet> {
  const fit = fitLapse(cnHistories(), trained_to);
  if (!fit.ok) throw new Error(fit.failure.message);
  const parts = {
    lapse: partOf('lapse', fit.model),
    market: null,
    calibration: null,
    assumptions: partOf('assumptions', DEFAULT_ASSUMPTIONS),
  };
  return storeModels(database.sql, modelSet(parts), now);
}
