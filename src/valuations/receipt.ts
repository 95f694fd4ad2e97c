/**
 * The receipt of a valuation: all that went into it and came out of it, hashed and signed, so that anyone who holds it
 * can recompute it without the service.
 *
 *   ids and hashes of the inputs: as in models.ts
 *   result_sha256 = SHA-256 of the result
 *   signature.value = ed25519 over the whole receipt without signature.value itself
 * each over canonical JSON (src/canonical.ts). It does not say when it was exported: equal valuations under one key have
 * equal receipts. No I/O.
 */
import { sign as signBytes, verify as verifyBytes } from 'node:crypto';
import Type, { type Static, type TSchema, type TUnsafe } from 'typebox';
import { type Assumptions, DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import type { IntervalCalibration } from '../../models/interval/calibration.ts';
import type { LapseModel } from '../../models/lapse/types.ts';
import { toMinor } from '../../models/money.ts';
import { LEVELS, type Quantiles } from '../../models/quantiles.ts';
import type { DeclaredUse, PatentFacts } from '../../models/types.ts';
import {
  VALUATION_MODEL,
  type Valuation,
  type ValuationInputs,
  valuePatent,
} from '../../models/valuation.ts';
import type { HedonicModel } from '../../models/value/formulas/hedonic.ts';
import { canonicalJson, sha256 } from '../canonical.ts';
import { Closed, Currency, Day, Minor, Nullable, OneOf } from '../http/schemas.ts';
import { PUBLIC_KEY_PREFIX, parsePrivateKey, parsePublicKey } from '../webhooks/sign.ts';
import { jwkOf, type SigningKey } from '../webhooks/signing-keys.ts';
import { inputSha256, inputsWith, modelsOf, type Part, valuationId } from './models.ts';

export const RECEIPT_FORMAT = 'pledgewatch-receipt/1';

/** A schema of exactly the fields of T: one that is forgotten does not compile. */
const Whole = <T>(fields: Record<keyof T & string, TSchema>, description: string) =>
  Type.Unsafe<T>(Type.Object(fields, { description }));

/** An object with these keys, all of one kind. */
const Keyed = <T>(keys: readonly string[], each: TSchema, description: string) =>
  Type.Unsafe<T>({ type: 'object', required: [...keys], additionalProperties: each, description });

const Text = Type.String();
const Figure = Type.Number();
const Figures = Type.Array(Figure);
const Anything = Type.Record(Type.String(), Type.Unknown());
const Sha256 = Type.String({ pattern: '^[0-9a-f]{64}$', description: 'hexadecimal' });

/** A part of what the valuation was made with, whole. */
const PartWith = <T>(parameters: TUnsafe<T>) =>
  Type.Unsafe<Part<T>>(Closed({ id: Text, parameters_sha256: Sha256, parameters }));

const Facts = Whole<PatentFacts>(
  {
    office: Text,
    application_number: Text,
    right_type: OneOf(['invention', 'utility_model', 'design'], 'what is protected'),
    filed_on: Day,
    granted_on: Nullable(Day),
    legal_state: Text,
    legal_state_since: Nullable(Day),
    claims: Nullable(Figure),
    ipc: Type.Array(Text),
    individual_applicant: Nullable(Type.Boolean()),
    domestic_applicant: Nullable(Type.Boolean()),
    agency: Nullable(Type.Boolean()),
    technology_field: Nullable(Figure),
    paid_through: Nullable(Figure),
    challenges: Type.Array(Text),
    register_seen_on: Nullable(Day),
    register_late: Type.Optional(
      Type.Literal(true, { description: 'the source was over its time; left out otherwise' }),
    ),
    standing: Type.Optional(
      Type.Object(
        { citation_rank: Nullable(Figure), family_rank: Nullable(Figure) },
        { description: 'place in technology field by filing year; left out where nothing is known' },
      ),
    ),
  },
  'of the patent, as known then; null where not known',
);

const Declared = Whole<DeclaredUse>(
  {
    currency: Currency,
    annual_revenue: Nullable(Figure),
    industry: Nullable(Text),
    launch: Nullable(Type.Object({ value: Figure, development_cost: Figure })),
    reproduction_cost: Nullable(Figure),
  },
  'what the pledgor declared of its use, in major units of its currency',
);

const LapseParameters = Whole<LapseModel>(
  {
    id: Text,
    version: Text,
    trained_to: Day,
    covariates: Type.Array(Text),
    coefficients: Figures,
    covariance: Type.Array(Figures),
    imputation_means: Type.Record(Type.String(), Figure),
    prior: Type.Array(Type.Object({ mean: Figure, sd: Figure })),
    rows: Figure,
    events: Figure,
    patents: Figure,
    excluded: Figure,
    imputed: Type.Record(Type.String(), Figure),
    converged: Type.Boolean(),
    iterations: Figure,
  },
  'the fitted lapse hazard, whole',
);

const Market = Whole<HedonicModel>(
  {
    basis: Text,
    deals: Anything,
    first_year: Figure,
    valuation_year: Figure,
    mean: Figures,
    covariance: Type.Array(Figures),
    noise_variance: Figure,
    degrees_of_freedom: Figure,
  },
  'fitted to recorded deals; null while there are none',
);

const Calibration = Whole<IntervalCalibration>(
  { basis: Text, known_values: Figure, intervals: Anything },
  'correction of the intervals; null while no value became known',
);

const AssumptionsWhole = Keyed<Assumptions>(
  Object.keys(DEFAULT_ASSUMPTIONS),
  Type.Object({ value: Figure, unit: Text, source: Text, verified: Type.Boolean() }),
  'what is no fact of the patent, each with its source',
);

const ValueQuantiles = Keyed<Quantiles>(Object.keys(LEVELS), Figure, 'quantiles of a value, major units');

const ValuationWhole = Whole<Valuation>(
  {
    as_of: Day,
    currency: Currency,
    status: OneOf(['valued', 'worthless', 'unknown'], 'whether there is a number'),
    if_valid: Nullable(ValueQuantiles),
    in_force_probability: Nullable(Figure),
    validity_probability: Nullable(Figure),
    weighted: Nullable(ValueQuantiles),
    collateral: Nullable(Figure),
    premises: Nullable(Anything),
    floor: Nullable(Figure),
    lapse_probability_12m: Nullable(Type.Object({ value: Figure, standard_error: Figure })),
    next_annuity: Nullable(Anything),
    expires_on: Nullable(Day),
    methods: Anything,
    failure: Nullable(Anything),
    explanation: Type.Array(Anything),
  },
  'the valuation whole, in major units',
);

/** All but the signature; each part after those that it follows from. */
const CONTENT = {
  format: Type.Literal(RECEIPT_FORMAT),
  valuation_model: Type.Literal(VALUATION_MODEL, { description: 'name and version of the formulas' }),
  patent: Closed({ office: Text, application_number: Text }),
  as_of: Day,
  known_at: Type.String({ format: 'date-time', description: 'when it was valued, UTC' }),
  facts: Facts,
  declared: Nullable(Declared),
  lapse_model: PartWith(LapseParameters),
  market: Nullable(PartWith(Market)),
  calibration: Nullable(PartWith(Calibration)),
  assumptions: PartWith(AssumptionsWhole),
  model_set_id: Type.String({ description: 'the four above' }),
  input_sha256: Sha256,
  valuation_id: Text,
  result: Closed({
    valuation: ValuationWhole,
    low_minor: Nullable(Minor),
    mid_minor: Nullable(Minor),
    high_minor: Nullable(Minor),
    collateral_minor: Nullable(Minor),
  }),
  result_sha256: Sha256,
};

export const Receipt = Closed(
  {
    ...CONTENT,
    signature: Closed({
      algorithm: Type.Literal('ed25519'),
      key_id: Type.String({ description: 'kid of the key in /.well-known/jwks.json' }),
      x: Type.String({ pattern: '^[A-Za-z0-9_-]{43}$', description: 'the public key, as the x of its JWK' }),
      value: Type.String({
        pattern: '^[A-Za-z0-9_-]{86}$',
        description: 'base64url, over the canonical JSON of all else',
      }),
    }),
  },
  { description: 'all that went into one valuation and came out of it, hashed and signed' },
);

export type Receipt = Static<typeof Receipt>;
export type ReceiptContent = Omit<Receipt, 'signature'>;

/** Values the patent again and says all of it. @param known_at ISO 8601, UTC */
export function contentOf(inputs: ValuationInputs, known_at: string): ReceiptContent {
  const { as_of, facts, declared } = inputs;
  const { id: model_set_id, lapse: lapse_model, ...parts } = modelsOf(inputs);
  const input_sha256 = inputSha256({ lapse: lapse_model, ...parts }, inputs);
  const result = resultOf(valuePatent(inputs));
  return {
    format: RECEIPT_FORMAT,
    valuation_model: VALUATION_MODEL,
    patent: { office: facts.office, application_number: facts.application_number },
    as_of,
    known_at,
    facts,
    declared,
    lapse_model,
    ...parts,
    model_set_id,
    input_sha256,
    valuation_id: valuationId(input_sha256),
    result,
    result_sha256: hexOf(canonicalJson(result)),
  };
}

/** What a receipt says that the patent was valued with. */
export function inputsOf({ lapse_model: lapse, ...stated }: ReceiptContent): ValuationInputs {
  return inputsWith({ lapse, ...stated }, stated);
}

function resultOf(valuation: Valuation): Receipt['result'] {
  const { currency, weighted, collateral } = valuation;
  const minor = (major: number | undefined | null) =>
    major === undefined || major === null ? null : toMinor(major, currency);
  return {
    valuation,
    low_minor: minor(weighted?.p10),
    mid_minor: minor(weighted?.p50),
    high_minor: minor(weighted?.p90),
    collateral_minor: minor(collateral),
  };
}

/** What is signed starts with a brace and a webhook's text never does, so neither passes for the other. */
export function signReceipt(content: ReceiptContent, { public_key, private_key }: SigningKey): Receipt {
  const { kid: key_id, x } = jwkOf(public_key);
  const signature = { algorithm: 'ed25519' as const, key_id, x };
  const bytes = Buffer.from(canonicalJson({ ...content, signature }));
  const value = signBytes(null, bytes, parsePrivateKey(private_key)).toString('base64url');
  return { ...content, signature: { ...signature, value } };
}

/** Whether the key that a receipt names itself has signed all of it. */
export function isSigned({ signature: { value, ...signature }, ...content }: Receipt): boolean {
  const public_key = publicKeyOf(signature.x);
  const { kid, x } = jwkOf(public_key);
  const bytes = Buffer.from(value, 'base64url');
  return (
    kid === signature.key_id &&
    x === signature.x &&
    bytes.toString('base64url') === value &&
    verifyBytes(
      null,
      Buffer.from(canonicalJson({ ...content, signature })),
      parsePublicKey(public_key),
      bytes,
    )
  );
}

/** From the x of a JWK to `whpk_...`. */
function publicKeyOf(x: string): string {
  return PUBLIC_KEY_PREFIX + Buffer.from(x, 'base64url').toString('base64');
}

export interface Difference {
  /** JSON pointer. */
  path: string;
  /** Both as JSON text, which keeps every digit of a number. */
  stated: string;
  recomputed: string;
}

/** The first place, in the order of `recomputed`, where two values of JSON are not the same to the last bit, or null. */
export function firstDifference(stated: unknown, recomputed: unknown, path = ''): Difference | null {
  if (canonicalJson(stated) === canonicalJson(recomputed)) return null;
  if (isObject(stated) && isObject(recomputed)) {
    for (const name of new Set([...Object.keys(recomputed), ...Object.keys(stated)])) {
      const step = name.replaceAll('~', '~0').replaceAll('/', '~1');
      const found = firstDifference(stated[name], recomputed[name], `${path}/${step}`);
      if (found) return found;
    }
  }
  return { path, stated: shown(stated), recomputed: shown(recomputed) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object';
}

const MOST_SHOWN_CHARACTERS = 200;

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : canonicalJson(value);
  return text.length > MOST_SHOWN_CHARACTERS ? `${text.slice(0, MOST_SHOWN_CHARACTERS)}...` : text;
}

function hexOf(text: string): string {
  return sha256(text).toString('hex');
}
