/** The novelty matrix of a draft: the features of its claims against passages of the documents that were found. */
import { featuresOf } from '../../../models/claims/features.ts';
import { parseClaims } from '../../../models/claims/parse.ts';
import type { ClaimLanguage, ParsedClaim } from '../../../models/claims/types.ts';
import { attempt } from '../../../models/failure.ts';
import { cellOf, type Passage, scriptOf, type Worded } from '../../../models/filing/novelty.ts';
import type { Sql } from '../../db/client.ts';
import { Problem, requireFormula } from '../../errors.ts';
import { type PatentText, patentTexts } from '../../patents/texts.ts';
import { rarities, wordsOf } from '../../search/rarity.ts';
import { say } from '../sentences.ts';
import type { MatrixFeature, NoveltyMatrix } from './store.ts';

/** Documents that are compared, the first that were found. */
export const MAX_COMPARED_DOCUMENTS = 10;
export const MAX_FEATURES = 200;
/** Of a part of a document; what stands further on is not compared. */
const MAX_PART_CHARS = 50_000;
const MAX_PASSAGES_A_DOCUMENT = 400;

/** Words of claims that tell nothing of what is claimed. */
const DRAFTING_WORDS =
  /\b(compris(?:es|ing|ed)|includ(?:es|ing|ed)|consist(?:s|ing) of|wherein|whereby|thereof|therein|said|according to|as claimed in|claims? \d+|characteri[sz]ed (?:in|by)(?: that)?|at least one|one or more|(?:a )?plurality of|configured to|adapted to)\b|其特征(?:是|在于)|所述的?|包括|包含|根据权利要求\d*|如权利要求\d*|多个|至少一个|用于/giu;

/** @throws Problem `refused` where the claims cannot be read or have too many features */
export async function noveltyMatrix(
  sql: Sql,
  { claims, language }: { claims: string; language: ClaimLanguage },
  patent_ids: readonly string[],
  known_at: Date,
): Promise<NoveltyMatrix> {
  const features = featuresIn(claims, language);
  const compared = patent_ids.slice(0, MAX_COMPARED_DOCUMENTS);
  const texts = await patentTexts(sql, compared, MAX_PART_CHARS, known_at);
  const passages = compared.map((patent_id) =>
    texts
      .filter((text) => text.patent_id === patent_id)
      .flatMap(passagesOf)
      .slice(0, MAX_PASSAGES_A_DOCUMENT),
  );
  const told = features.map(({ text }) => text.replace(DRAFTING_WORDS, ' '));
  const worded = await withWords(sql, told);
  const rarity = await rarities(sql, [...new Set(worded.flatMap(({ words }) => words))]);
  const documents = [];
  for (const [place, patent_id] of compared.entries()) {
    const words = await withWords(
      sql,
      passages[place]!.map(({ text }) => text),
    );
    const own: Passage[] = passages[place]!.map((passage, index) => ({ ...passage, ...words[index]! }));
    documents.push({ patent_id, cells: worded.map((feature) => cellOf(feature, own, rarity)) });
  }
  return { features, documents };
}

async function withWords(sql: Sql, texts: readonly string[]): Promise<Worded[]> {
  const words = await wordsOf(sql, texts);
  return texts.map((text, place) => ({ words: words[place]!, script: scriptOf(text) }));
}

function featuresIn(claims: string, language: ClaimLanguage): MatrixFeature[] {
  const features = requireFormula(() => parseClaims(claims, language)).flatMap((claim) =>
    featuresOf(claim).map(({ text }) => ({
      claim: claim.number,
      independent: claim.depends_on.length === 0,
      text,
    })),
  );
  if (features.length <= MAX_FEATURES) return features;
  throw new Problem('refused', say('features_too_many', { length: features.length, most: MAX_FEATURES }));
}

/** Sentences of an abstract; claims one by one; a title as it is. */
function passagesOf({ part, language, content }: PatentText): Omit<Passage, 'words' | 'script'>[] {
  const pieces = part === 'claims' ? claimsIn(content, language) : sentencesIn(content);
  return pieces.map((text, place) => ({ place: { part, number: place + 1 }, text }));
}

function claimsIn(content: string, language: string | null): string[] {
  const read = attempt(() =>
    parseClaims(content, language === 'zh' || scriptOf(content) === 'han' ? 'zh' : 'en'),
  );
  const claims: readonly ParsedClaim[] = read.ok ? read.value : [];
  return claims.length > 0 ? claims.map(({ text }) => text) : sentencesIn(content);
}

const SENTENCES = new Intl.Segmenter('en', { granularity: 'sentence' });

function sentencesIn(content: string): string[] {
  return [...SENTENCES.segment(content)].map(({ segment }) => segment.trim()).filter((text) => text !== '');
}
