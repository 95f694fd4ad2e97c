/**
 * Claims of a patent or an application, and what the checks find in them. Plain data; positions are UTF-16 code units
 * from the start of the named part as it was given, so that `text.slice(start, end)` is the place.
 *
 * parse.ts:    parseClaims(text, language): ParsedClaim[]
 * features.ts: featuresOf(claim): Feature[]
 * check.ts:    checkApplication(application): Finding[]
 * All three refuse with FormulaFailure `too_long` or `too_many`, naming the part and the limit with its unit.
 */

/** Whose rules of form the application must keep. */
export const APPLICATION_FORMS = ['CN', 'EP', 'PCT'] as const;
export type ApplicationForm = (typeof APPLICATION_FORMS)[number];

export const CLAIM_LANGUAGES = ['en', 'zh'] as const;
export type ClaimLanguage = (typeof CLAIM_LANGUAGES)[number];

/** A part that is left out is not written yet and is not checked. */
export interface ApplicationText {
  form: ApplicationForm;
  language: ClaimLanguage;
  /** An invention where left out; utility models are a Chinese form. */
  right_type?: 'invention' | 'utility_model';
  title?: string;
  claims: string;
  description?: string;
  abstract?: string;
  /** One figure a line with its reference signs: `Fig. 1: section of the pump; 10 housing; 11 rotor`, `图1：剖视图；10-壳体`. */
  figures?: string;
}

export const APPLICATION_PARTS = ['title', 'claims', 'description', 'abstract', 'figures'] as const;
export type ApplicationPart = (typeof APPLICATION_PARTS)[number];

export interface Place {
  part: ApplicationPart;
  start: number;
  end: number;
  /** What stands there. */
  quote: string;
}

/** `error`: the office objects. `warning`: it may object, or the claim is weaker for it. `info`: good to know, no fault. */
export const FINDING_SEVERITIES = ['error', 'warning', 'info'] as const;
export type FindingSeverity = (typeof FINDING_SEVERITIES)[number];

export interface Finding {
  /** One of RULE_CODES (rules.ts); its title and remedy in other languages are the texts `claims.rule.<rule>`. */
  rule: string;
  /** Number of the claim as written; null where the finding is about another part or the claims as a whole. */
  claim: number | null;
  place: Place;
  severity: FindingSeverity;
  /** What the texts of the rule fill in. */
  values: Readonly<Record<string, string | number>>;
  /** In English. */
  message: string;
  remedy: string;
}

export type ClaimCategory = 'product' | 'method' | 'use';

/** A piece of a claim that says one thing of its subject. */
export interface Feature {
  text: string;
  start: number;
  end: number;
}

export interface ParsedClaim {
  /** As written; the place in the order where no number is written. */
  number: number;
  /** Of the claim without its number, in the claims part. */
  start: number;
  end: number;
  text: string;
  /** Claims that it narrows, as written, in order; empty for an independent one. */
  depends_on: number[];
  /** Every claim named anywhere, such as the device that a method makes. */
  refers_to: number[];
  category: ClaimCategory;
  /** What is claimed, such as `pump` or `水泵`, without article and purpose. */
  subject: string;
  /** Up to the transition; all of the claim where there is none. */
  preamble: string;
  /** After `characterised in that` or 其特征在于; null in one-part form. */
  characterising: string | null;
  features: Feature[];
}
