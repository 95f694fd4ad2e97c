/** Fits what valuations are made with on what was known at the slot: lapse hazard, market, intervals. */
import { patentYear } from '../models/annuity/cnipa.ts';
import { attempt } from '../models/failure.ts';
import {
  calibrateIntervals,
  calibrationCell,
  type IntervalCalibration,
  type KnownValue,
} from '../models/interval/calibration.ts';
import { LEAST_CELL_COUNT } from '../models/interval/mondrian.ts';
import { fitLapse } from '../models/lapse/fit.ts';
import { toMajor } from '../models/money.ts';
import type { PatentFacts } from '../models/types.ts';
import { valuePatent } from '../models/valuation.ts';
import { fitHedonic, type HedonicModel, LEAST_DEALS } from '../models/value/formulas/hedonic.ts';
import { dealFeatures, MARKET_PRIOR } from '../models/value/market-method.ts';
import { dateOf } from '../src/clock.ts';
import { type Deal, dealsKnown, type PricedValuation, pricedValuations } from '../src/deals/store.ts';
import { proposeHaircuts } from '../src/governance/haircuts/service.ts';
import { lapseHistories } from '../src/patents/facts.ts';
import { assumptionsKnown } from '../src/valuations/assumptions.ts';
import { type ModelSet, modelsOf } from '../src/valuations/models.ts';
import { storeModels } from '../src/valuations/store.ts';
import { type StoredValuation, storedValuations } from '../src/valuations/stored.ts';
import type { JobContext } from './context.ts';

/** @returns null, with the named failure in the log, while the register holds too little to fit a lapse hazard on */
export async function calibrate(context: JobContext, slot: Date): Promise<ModelSet | null> {
  const { sql } = context.database;
  const fit = fitLapse(await lapseHistories(sql, slot), dateOf(slot));
  if (!fit.ok) {
    context.log.info({ failure: fit.failure }, 'no lapse model: pledges keep waiting for their value');
    return null;
  }
  const models = modelsOf({
    lapse_model: fit.model,
    market: await fitMarket(context, slot),
    calibration: await fitIntervals(context, slot),
    assumptions: await assumptionsKnown(sql, slot),
  });
  const stored = await storeModels(sql, models, slot);
  const proposed = await context.database.transaction((tx) => proposeHaircuts(tx, null, slot));
  if (proposed.length > 0)
    context.log.info({ haircuts: proposed.map(({ id }) => id) }, 'haircuts wait for a decision');
  return stored;
}

/** Null while too few deals are known. */
async function fitMarket({ database, log }: JobContext, slot: Date): Promise<HedonicModel | null> {
  const deals = await dealsKnown(database.sql, slot);
  if (deals.length < LEAST_DEALS) return null;
  const year = Number(dateOf(slot).slice(0, 4));
  const fit = attempt(() => fitHedonic(deals.map(comparable), MARKET_PRIOR, year));
  if (fit.ok) return fit.value;
  log.warn(
    { failure: fit.failure },
    'no market model: values are reached without prices of comparable patents',
  );
  return null;
}

function comparable({ source: from, price_minor, currency, dealt_on, right_type, filed_on, claims }: Deal) {
  // Claims, right and filing day are all that the features are made of.
  const source = from === 'imported' ? ('imported' as const) : ('own' as const);
  const facts = { right_type, filed_on, claims } as PatentFacts;
  const price = toMajor(price_minor, currency);
  return { source, price, year: Number(dealt_on.slice(0, 4)), features: dealFeatures(facts, dealt_on) };
}

/** Null while too few patents with a value were dealt in. */
async function fitIntervals(
  { database: { sql } }: JobContext,
  slot: Date,
): Promise<IntervalCalibration | null> {
  const priced = await pricedValuations(sql, slot);
  if (priced.length < LEAST_CELL_COUNT) return null;
  const ids = priced.map(({ valuation_id }) => valuation_id);
  const stored = await storedValuations(sql, ids);
  const known = priced.flatMap((price) => knownValue(price, stored.get(price.valuation_id)!) ?? []);
  if (known.length < LEAST_CELL_COUNT) return null;
  const basis = `${known.length} deals in patents that were valued within a year before, at the prices paid`;
  return calibrateIntervals(known, basis);
}

/**
 * The price beside the quantiles of the models alone, as the correction is made on these: scores of corrected quantiles
 * would take the correction back. Null when today's code reaches no value from what was known then.
 */
function knownValue(
  { price_minor, currency }: PricedValuation,
  { inputs }: StoredValuation,
): KnownValue | null {
  const { if_valid } = valuePatent({ ...inputs, calibration: null });
  if (if_valid === null) return null;
  const { technology_field, filed_on } = inputs.facts;
  return {
    cell: calibrationCell(technology_field, patentYear(filed_on, inputs.as_of)),
    quantiles: if_valid,
    value: toMajor(price_minor, currency),
  };
}
