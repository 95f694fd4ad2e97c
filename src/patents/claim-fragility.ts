/**
 * What the text of the claims says of a patent's strength, kept beside each text: it is read once, when the patent is first
 * assessed with it, and never again from day to day. Texts in other languages than English and Chinese, and those that
 * the model refuses, are kept as read, with nothing known.
 */
import { type ClaimFragility, claimFragility, FRAGILITY_MODEL } from '../../models/claims/fragility.ts';
import type { ClaimLanguage } from '../../models/claims/types.ts';
import { attempt } from '../../models/failure.ts';
import type { Sql, Transaction } from '../db/client.ts';

interface ClaimsText {
  patent_id: string;
  entry_id: string;
  language: string | null;
  content: string;
}

const CHINESE = /\p{Script=Han}/u;
/** How much of a text tells its language, in characters. */
const LOOK_characters = 200;

/** Of each patent the latest text of its claims, as known at an instant. */
function latestClaims(sql: Sql, patent_ids: readonly string[], known_at: Date) {
  return sql`select distinct on (patent_id) patent_id, entry_id from patent_text
    where patent_id = any(${patent_ids as string[]}::uuid[]) and part = 'claims' and known_at <= ${known_at}
    order by patent_id, published_on desc nulls last, known_at desc, entry_id`;
}

/** Reads the texts that nobody has read yet. */
export async function readClaimTexts(
  tx: Transaction,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<void> {
  const texts = await tx<ClaimsText[]>`
    select patent_id, entry_id, language, content
    from (${latestClaims(tx, patent_ids, known_at)}) latest
      join patent_text using (patent_id, entry_id)
    where not exists (select from claim_fragility where model = ${FRAGILITY_MODEL}
      and claim_fragility.patent_id = latest.patent_id and claim_fragility.entry_id = latest.entry_id)
    order by patent_id`;
  for (const { patent_id, entry_id, ...text } of texts)
    await tx`insert into claim_fragility ${tx({
      patent_id,
      entry_id,
      model: FRAGILITY_MODEL,
      figures: tx.json(fragilityOf(text) as never),
    })} on conflict do nothing`;
}

function fragilityOf({ language, content }: Pick<ClaimsText, 'language' | 'content'>): ClaimFragility | null {
  const spoken = languageOf(language, content);
  if (spoken === null) return null;
  const judged = attempt(() => claimFragility(content, spoken));
  return judged.ok ? judged.value : null;
}

function languageOf(told: string | null, content: string): ClaimLanguage | null {
  const seen = CHINESE.test(content.slice(0, LOOK_characters)) ? 'zh' : 'en';
  return told === null || told === seen ? seen : null;
}

/** @returns by patent id; without an entry where no text was read, or nothing could be said of it */
export async function fragilitiesKnown(
  sql: Sql,
  patent_ids: readonly string[],
  known_at: Date,
): Promise<Map<string, ClaimFragility>> {
  const rows = await sql<{ patent_id: string; figures: ClaimFragility | null }[]>`
    select patent_id, figures from (${latestClaims(sql, patent_ids, known_at)}) latest
      join claim_fragility using (patent_id, entry_id) where model = ${FRAGILITY_MODEL}`;
  return new Map(rows.flatMap(({ patent_id, figures }) => (figures === null ? [] : [[patent_id, figures]])));
}
