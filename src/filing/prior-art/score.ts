/** The score of a draft before it is filed: patentability by a search of its own, and how its field does. */
import { type MarketIndicators, marketIndicators } from '../../../models/filing/market.ts';
import {
  type ClaimCoverage,
  type Patentability,
  patentability,
} from '../../../models/filing/patentability.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { requireFormula } from '../../errors.ts';
import { fieldCitations } from '../../patents/cohorts.ts';
import { technologyField } from '../../patents/technology-field.ts';
import { knowledgeMap } from '../../search/knowledge-map.ts';
import { checkVersion } from '../drafts/checks.ts';
import { findVersion } from '../drafts/store.ts';
import { findSearch, type NoveltyMatrix } from './store.ts';

export interface PrefilingScore {
  search_id: string;
  version: number;
  patentability: Patentability;
  /** Findings of the checks that an office would object to. */
  error_findings: number;
  /** WIPO technology field of the first class; null where the draft names none. */
  field: number | null;
  market: MarketIndicators | null;
  /** Filing year of the cohort by which citations are told. */
  cited_cohort_year: number | null;
  scored_at: Date;
}

/** Scores a version by one of its searches, once: asked again, the first answer stands. @throws Problem `not_found`, `refused` */
export async function scoreSearch(
  tx: Transaction,
  draft_id: string,
  search_id: string,
  now: Date,
): Promise<PrefilingScore> {
  const { version, matrix } = await findSearch(tx, draft_id, search_id);
  const [before] = (await scoresOf(tx, draft_id)).filter((score) => score.search_id === search_id);
  if (before) return before;
  const { findings } = await checkVersion(tx, draft_id, version, now);
  const error_findings = findings.filter(({ severity }) => severity === 'error').length;
  const scored = requireFormula(() => patentability(coverageOf(matrix), error_findings));
  const { classes } = await findVersion(tx, draft_id, version);
  const field = classes.map(technologyField).find((each) => each !== null) ?? null;
  const market = field === null ? null : await marketOf(tx, field, now);
  const told = {
    version,
    patentability: scored,
    error_findings,
    field,
    market: market?.indicators ?? null,
    cited_cohort_year: market?.cited_cohort_year ?? null,
  };
  await tx`insert into filing_score ${tx({ search_id, draft_id, score: tx.json(told as never), scored_at: now })}
    on conflict do nothing`;
  return { search_id, ...told, scored_at: now };
}

/** Newest first. */
export async function scoresOf(sql: Sql, draft_id: string): Promise<PrefilingScore[]> {
  const rows = await sql<
    { search_id: string; score: Omit<PrefilingScore, 'search_id' | 'scored_at'>; scored_at: Date }[]
  >`
    select search_id, score, scored_at from filing_score where draft_id = ${draft_id} order by search_id desc`;
  return rows.map(({ search_id, score, scored_at }) => ({ search_id, ...score, scored_at }));
}

/** Of the independent claims: a row a feature, a column a document. */
function coverageOf({ features, documents }: NoveltyMatrix): ClaimCoverage[] {
  const places = features.flatMap(({ independent }, place) => (independent ? [place] : []));
  return [...Map.groupBy(places, (place) => features[place]!.claim)].map(([claim, own]) => ({
    claim,
    similarities: own.map((place) => documents.map(({ cells }) => cells[place]!.similarity)),
  }));
}

async function marketOf(sql: Sql, field: number, now: Date) {
  const whole = { fields: [field], office: null, owner: null, from_year: 1, to_year: 9999 };
  const { cells } = await knowledgeMap(sql, whole, 0);
  const cited = await fieldCitations(sql, field);
  return {
    indicators: marketIndicators(cells, cited?.counts ?? [], now.getUTCFullYear()),
    cited_cohort_year: cited?.filing_year ?? null,
  };
}
