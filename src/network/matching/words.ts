/**
 * Needs and offers as words, made as those of patents are (src/search/words.ts): pairs of characters for Chinese, Japanese
 * and Korean, letters lowered. PostgreSQL's `russian` then stems what is Cyrillic and, for what is ASCII, English.
 */
import type { Sql, Transaction } from '../../db/client.ts';
import { indexedText } from '../../search/words.ts';

export const NETWORK_CONFIGURATION = 'russian';
/** One at a time counts words anew, so that two who post at once do not wait for each other's words crosswise. */
const COUNTING_LOCK = 4_066;

/** SQL of the words of a text, those of its title marked. */
export function documentOf(sql: Sql, title: string, body: string) {
  return sql`setweight(to_tsvector(${NETWORK_CONFIGURATION}::regconfig, ${indexedText(title)}), 'A')
    || to_tsvector(${NETWORK_CONFIGURATION}::regconfig, ${indexedText(body)})`;
}

/** Adds offers to, or with -1 takes them from, what is counted by word. As the service alone. */
export async function countWords(tx: Transaction, offer_ids: readonly string[], sign: 1 | -1): Promise<void> {
  await tx`select pg_advisory_xact_lock(${COUNTING_LOCK})`;
  await tx`
    insert into network_term as kept (term, offers)
    select term, ${sign} * count(*) from network_offer cross join lateral unnest(tsvector_to_array(document) || ''::text) as term
    where id = any(${offer_ids as string[]}) group by term order by term collate "C"
    on conflict (term) do update set offers = kept.offers + excluded.offers`;
}
