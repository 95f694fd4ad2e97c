/**
 * What a valuation is made with, and the ids and hashes that follow from it. No I/O.
 *
 *   parameters_sha256 of a part = SHA-256 of its kind, `|` and its parameters; its id = mdl_ and 24 digits of it
 *   id of a set = set_ and 24 digits of the SHA-256 of the parts' hashes
 *   input_sha256 = SHA-256 of { valuation_model, as_of, facts, declared, models: the parts' hashes }
 *   valuation id = val_ and 32 digits of input_sha256
 * each over canonical JSON (src/canonical.ts), in hexadecimal.
 */
import type { Assumptions } from '../../models/assumptions.ts';
import type { IntervalCalibration } from '../../models/interval/calibration.ts';
import type { LapseModel } from '../../models/lapse/types.ts';
import type { CalendarDate } from '../../models/types.ts';
import { VALUATION_MODEL, type ValuationInputs } from '../../models/valuation.ts';
import type { HedonicModel } from '../../models/value/formulas/hedonic.ts';
import type { ValuationSetting } from '../../models/value/tables.ts';
import { canonicalJson, sha256 } from '../canonical.ts';

export const LAPSE_MODEL_KIND = 'lapse-hazard';

/** Kind of each part in model_version. */
export const PART_KINDS = {
  lapse: LAPSE_MODEL_KIND,
  market: 'market-hedonic',
  calibration: 'interval-calibration',
  assumptions: 'assumptions',
} as const;

export type PartName = keyof typeof PART_KINDS;

/** A row of model_version. */
export interface Part<Parameters> {
  id: string;
  /** Hexadecimal. */
  parameters_sha256: string;
  parameters: Parameters;
}

export interface ModelParts {
  lapse: Part<LapseModel>;
  /** Null while too few deals were known. */
  market: Part<HedonicModel> | null;
  /** Null while too few values became known. */
  calibration: Part<IntervalCalibration> | null;
  assumptions: Part<Assumptions>;
}

export interface ModelSet extends ModelParts {
  id: string;
}

/** What is of one patent; the rest of the inputs is the same for many. */
export type OwnInputs = Pick<ValuationInputs, 'as_of' | 'facts' | 'declared'>;

export function partOf<Parameters>(name: PartName, parameters: Parameters): Part<Parameters> {
  return versionOf(PART_KINDS[name], parameters);
}

/** A version of any kind of model, whether valuations use it or not. */
export function versionOf<Parameters>(kind: string, parameters: Parameters): Part<Parameters> {
  const parameters_sha256 = hexOf(`${kind}|${canonicalJson(parameters)}`);
  return { id: `mdl_${parameters_sha256.slice(0, 24)}`, parameters_sha256, parameters };
}

export function modelSet({ lapse, market, calibration, assumptions }: ModelParts): ModelSet {
  const parts = { lapse, market, calibration, assumptions };
  return { id: `set_${hexOf(canonicalJson(hashesOf(parts))).slice(0, 24)}`, ...parts };
}

/** The set that inputs hold. */
export function modelsOf(
  inputs: Pick<ValuationInputs, 'lapse_model' | 'market' | 'calibration' | 'assumptions'>,
): ModelSet {
  const { lapse_model, market, calibration, assumptions } = inputs;
  return modelSet({
    lapse: partOf('lapse', lapse_model),
    market: market && partOf('market', market),
    calibration: calibration && partOf('calibration', calibration),
    assumptions: partOf('assumptions', assumptions),
  });
}

export function inputsWith(models: ModelParts, { as_of, facts, declared }: OwnInputs): ValuationInputs {
  return { facts, declared, ...settingOf(models, as_of) };
}

export function settingOf(models: ModelParts, as_of: CalendarDate): ValuationSetting {
  return {
    as_of,
    lapse_model: models.lapse.parameters,
    market: models.market?.parameters ?? null,
    calibration: models.calibration?.parameters ?? null,
    assumptions: models.assumptions.parameters,
  };
}

export function inputSha256(models: ModelParts, { as_of, facts, declared }: OwnInputs): string {
  return hexOf(
    canonicalJson({ valuation_model: VALUATION_MODEL, as_of, facts, declared, models: hashesOf(models) }),
  );
}

export function valuationId(input_sha256: string): string {
  return `val_${input_sha256.slice(0, 32)}`;
}

function hashesOf({ lapse, market, calibration, assumptions }: ModelParts) {
  return {
    lapse: lapse.parameters_sha256,
    market: market?.parameters_sha256 ?? null,
    calibration: calibration?.parameters_sha256 ?? null,
    assumptions: assumptions.parameters_sha256,
  };
}

function hexOf(text: string): string {
  return sha256(text).toString('hex');
}
