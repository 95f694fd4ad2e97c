/** What the documents of patents say, part by part. */
import type { Sql } from '../db/client.ts';

export interface PatentText {
  patent_id: string;
  part: 'title' | 'abstract' | 'claims';
  /** ISO 639-1 where the source tells it. */
  language: string | null;
  content: string;
}

/** @param max_chars of one part; what stands further on is left out */
export async function patentTexts(
  sql: Sql,
  patent_ids: readonly string[],
  max_chars: number,
  known_at: Date,
): Promise<PatentText[]> {
  return sql<PatentText[]>`
    with asked as (select unnest(${patent_ids as string[]}::uuid[]) as patent_id), ${latestTexts(sql, max_chars, known_at)}
    select patent_id, part, language, content from said order by patent_id, part, language`;
}

/** A common table expression over a table `asked` of patents: `said`, of every part and language the latest document. */
export function latestTexts(sql: Sql, max_chars: number, known_at: Date) {
  return sql`
    said as (
      select distinct on (patent_id, part, language) patent_id, part, language, left(content, ${max_chars}) as content
      from asked join patent_text using (patent_id) where known_at <= ${known_at}
      order by patent_id, part, language, published_on desc nulls last, known_at desc, entry_id)`;
}
