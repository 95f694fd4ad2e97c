/**
 * Patentability before filing, an index from 0 to 100 for the most threatened independent claim, with its range.
 *
 *   novelty = 1 - the greatest share of the claim's features that one document covers (mean similarity over the features)
 *   step    = 1 - the share that all documents together cover (mean over the features of the greatest similarity)
 *   form    = 1 - min(0.3, 0.05 * findings of severity error)
 *   index   = 100 * (novelty + step) / 2 * form
 * The range: features that could not be compared count as covered for its low end and as not covered for its high end, as
 * nothing known of them in between; the high end leaves `form` out, for such faults can be mended before filing.
 * It is no probability of grant: nothing here was fitted to the decisions of an office. Weights are set by hand.
 * Domain: similarities 0 to 1 or null; counts from 0 on. Errors: FormulaFailure `no_features`, `out_of_range`.
 * Worked: two features, one document with similarities 1 and 0: novelty 0.5, step 0.5, no fault: 50, from 50 to 50.
 */
import { FormulaFailure, requireBetween } from '../failure.ts';
import { say } from './sentences.ts';

/** Similarity of each feature of a claim to each document, null where not compared. */
export interface ClaimCoverage {
  claim: number;
  /** By feature, then by document. */
  similarities: readonly (readonly (number | null)[])[];
}

export interface Ranged {
  value: number;
  low: number;
  high: number;
}

export interface Patentability extends Ranged {
  /** The independent claim that it is of: the one with the lowest index. */
  claim: number;
  novelty: Ranged;
  step: Ranged;
  /** Features that were compared with a document at least once, and all of them. */
  compared: number;
  features: number;
}

const FORM_A_FAULT = 0.05;
const FORM_AT_MOST = 0.3;
/** What is not known is half covered. */
const UNKNOWN = 0.5;

/** @param error_findings of the checks, all over the application */
export function patentability(claims: readonly ClaimCoverage[], error_findings: number): Patentability {
  requireBetween('findings', error_findings, 0, Number.MAX_SAFE_INTEGER);
  if (claims.length === 0) throw new FormulaFailure('no_features', say('no_independent_claim'));
  const form = 1 - Math.min(FORM_AT_MOST, FORM_A_FAULT * error_findings);
  return claims
    .map((claim) => ofClaim(claim, form))
    .reduce((worst, each) => (each.value < worst.value ? each : worst));
}

function ofClaim({ claim, similarities }: ClaimCoverage, form: number): Patentability {
  if (similarities.length === 0)
    throw new FormulaFailure('no_features', say('claim_without_features', { claim }));
  const [middle, covered, open] = [UNKNOWN, 1, 0].map((unknown) => freedom(similarities, unknown));
  const index = ({ novelty, step }: Freedom) => (100 * (novelty + step)) / 2;
  return {
    claim,
    value: index(middle!) * form,
    low: index(covered!) * form,
    high: index(open!),
    novelty: { value: middle!.novelty, low: covered!.novelty, high: open!.novelty },
    step: { value: middle!.step, low: covered!.step, high: open!.step },
    compared: similarities.filter((row) => row.some((each) => each !== null)).length,
    features: similarities.length,
  };
}

interface Freedom {
  novelty: number;
  step: number;
}

/** A feature that was compared with no document is unknown, also where none was found: the database may lack what there is. */
function freedom(similarities: ClaimCoverage['similarities'], unknown: number): Freedom {
  const documents = Math.max(1, similarities[0]!.length);
  const known = similarities.map((row) =>
    row.every((each) => each === null)
      ? Array.from({ length: documents }, () => unknown)
      : row.map((each) => each ?? 0),
  );
  const mean = (values: readonly number[]) => values.reduce((sum, each) => sum + each, 0) / values.length;
  const by_document = Array.from({ length: documents }, (_, place) => mean(known.map((row) => row[place]!)));
  return {
    novelty: 1 - Math.max(0, ...by_document),
    step: 1 - mean(known.map((row) => Math.max(0, ...row))),
  };
}
