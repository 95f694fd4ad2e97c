/**
 * The coverage study: do the intervals of the product hold the values of a world in which these are known?
 *
 *   1. draw training patents of all fields and ages; fit the lapse model to what was public of them on the valuation day
 *   2. draw calibration patents in force; value them by the models alone; correct the intervals by their true values
 *   3. draw the patents of the test, in force; value them with the correction; count how often the truth lies within
 * Fit, valuation and correction are the product's own. No patent is in two parts, and the truth of a tested patent is
 * read by the count alone. Patents of steps 2 and 3 come in equal shares from STUDY_CELLS, five pairs of field and age that
 * between them hold each field of the world once and all four age bands.
 * Twenty thousand calibration patents a cell: a cell's coverage at 50 % then strays by a standard deviation of .35 points
 * for the correction, small beside the 1.1 of the 2,000 patents that test it.
 *
 * Units: shares, counts. Domain: at least one patent in each part. Errors: empty_sample; a lapse fit that fails throws its
 * named failure. Cost: some three draws a patent in force; one valuation for each of step 2, two of step 3.
 * Worked: seed 1, as DEFAULT_STUDY: c50, c80, c90 = .495, .798, .899, worst cell .012; more seeds in docs/models/coverage.md.
 */
import { patentYear } from '../annuity/cnipa.ts';
import { DEFAULT_ASSUMPTIONS } from '../assumptions.ts';
import { addDays, addYears } from '../calendar.ts';
import { FormulaFailure } from '../failure.ts';
import {
  calibrateIntervals,
  calibrationCell,
  type IntervalCalibration,
  type KnownValue,
} from '../interval/calibration.ts';
import { fitLapse } from '../lapse/fit.ts';
import type { LapseModel } from '../lapse/types.ts';
import type { Quantiles } from '../quantiles.ts';
import { mulberry32 } from '../random.ts';
import type { CalendarDate, PatentFacts } from '../types.ts';
import { valuePatent } from '../valuation.ts';
import { type CoverageFigures, coverageFigures } from './coverage.ts';
import type { Random } from './draws.ts';
import { FIELDS } from './renewal-world.ts';
import { drawPatent, historyOf, inForce, type SimulatedPatent } from './simulated-patent.ts';
import { trueValue } from './true-value.ts';

export const STUDY_DAY: CalendarDate = '2026-01-01';

/** Field and patent years, each field at an age at which its patents may well be pledged. */
export const STUDY_CELLS = [
  { technology_field: 6, first_year: 1, last_year: 5 },
  { technology_field: 8, first_year: 6, last_year: 10 },
  { technology_field: 33, first_year: 6, last_year: 10 },
  { technology_field: 13, first_year: 11, last_year: 15 },
  { technology_field: 16, first_year: 16, last_year: 20 },
] as const;

const TRAINING_AGE_years = { least: 2, most: 24 };

export interface CoverageStudy {
  seed: number;
  /** Tested. */
  patents: number;
  training_patents: number;
  calibration_patents: number;
}

export const DEFAULT_STUDY: Omit<CoverageStudy, 'seed'> = {
  patents: 10_000,
  training_patents: 10_000,
  calibration_patents: 100_000,
};

export interface CoverageReport extends CoverageStudy, CoverageFigures {
  /** The same patents by the intervals of the models, before any correction. */
  models_alone: CoverageFigures;
  lapse_model: string;
}

type Tell = (what: string, done: number) => void;

/** @param tell hears, after each valuation, what is being done and which share of all valuations is done */
export function coverageStudy(study: CoverageStudy, tell: Tell = () => {}): CoverageReport {
  const random = mulberry32(study.seed);
  const lapse_model = trainedModel(study.training_patents, random);
  const valuations = study.calibration_patents + 2 * study.patents;
  let done = 0;
  const casesOf = (what: string, patents: SimulatedPatent[], calibration: IntervalCalibration | null) =>
    patents.map((patent): KnownValue => {
      done++;
      tell(what, done / valuations);
      return {
        cell: calibrationCell(patent.facts.technology_field, patentYear(patent.facts.filed_on, STUDY_DAY)),
        quantiles: intervalsOf(patent.facts, lapse_model, calibration),
        value: trueValue(patent, STUDY_DAY),
      };
    });
  const known = casesOf('calibrating', patentsInForce('C', study.calibration_patents, random), null);
  const calibration = calibrateIntervals(known, `simulation, seed ${study.seed}`);
  const tested = patentsInForce('T', study.patents, random);
  const models_alone = coverageFigures(casesOf('testing the models alone', tested, null));
  const corrected = coverageFigures(casesOf('testing', tested, calibration));
  return { ...study, ...corrected, models_alone, lapse_model: lapse_model.id };
}

/** What the product says of a patent's value in force and valid; it sees the facts and nothing else. */
export function intervalsOf(
  facts: PatentFacts,
  lapse_model: LapseModel,
  calibration: IntervalCalibration | null,
): Quantiles {
  const assumptions = DEFAULT_ASSUMPTIONS;
  const { if_valid, failure } = valuePatent({
    as_of: STUDY_DAY,
    facts,
    lapse_model,
    declared: null,
    market: null,
    calibration,
    assumptions,
  });
  if (if_valid === null) throw new FormulaFailure(failure!.code, failure!.message);
  return if_valid;
}

/** The lapse model fitted to patents of every field and age, as the register showed them on STUDY_DAY. */
export function trainedModel(count: number, random: Random): LapseModel {
  const filed_from = addYears(STUDY_DAY, -TRAINING_AGE_years.most);
  const filed_to = addYears(STUDY_DAY, -TRAINING_AGE_years.least);
  const fields = [...FIELDS.keys()];
  const histories = Array.from({ length: count }, (_, index) => {
    const technology_field = fields[index % fields.length]!;
    return historyOf(drawPatent(`M${index}`, { technology_field, filed_from, filed_to }, random));
  });
  const fit = fitLapse(histories, STUDY_DAY);
  if (!fit.ok) throw new FormulaFailure(fit.failure.code, fit.failure.message);
  return fit.model;
}

/** Patents in force on STUDY_DAY, from each cell of the study in turn. */
export function patentsInForce(prefix: string, count: number, random: Random): SimulatedPatent[] {
  return Array.from({ length: count }, (_, index) => {
    const { technology_field, first_year, last_year } = STUDY_CELLS[index % STUDY_CELLS.length]!;
    const origin = {
      technology_field,
      filed_from: addDays(addYears(STUDY_DAY, -last_year), 1),
      filed_to: addYears(STUDY_DAY, 1 - first_year),
    };
    let patent = drawPatent(`${prefix}${index}`, origin, random);
    while (!inForce(patent, STUDY_DAY)) patent = drawPatent(`${prefix}${index}`, origin, random);
    return patent;
  });
}
