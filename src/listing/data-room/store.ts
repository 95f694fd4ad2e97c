/** Documents of a listing, who may see which, and who saw them when: the queries. */
import type { Sql, Transaction } from '../../db/client.ts';
import type { MediaType } from './files.ts';

export interface Document {
  id: string;
  listing_id: string;
  name: string;
  media_type: MediaType;
  size_bytes: number;
  /** Of the file, hexadecimal. */
  sha256: string;
  added_at: Date;
}

/** Of one deal to one document. */
export interface DocumentRight {
  document_id: string;
  deal_id: string;
  granted_at: Date;
  revoked_at: Date | null;
}

export interface DocumentView {
  document_id: string;
  deal_id: string;
  at: Date;
}

const columns = (sql: Sql) =>
  sql`id, listing_id, name, media_type, size_bytes, encode(sha256, 'hex') as sha256, added_at`;

/** Those that the reader may see. */
export async function documentsOf(sql: Sql, listing_id: string): Promise<Document[]> {
  return sql<
    Document[]
  >`select ${columns(sql)} from listing_document where listing_id = ${listing_id} order by id`;
}

/** @returns null when the reader may see no such document */
export async function findDocument(sql: Sql, id: string): Promise<(Document & { content: string }) | null> {
  const [row] = await sql<(Document & { content: string })[]>`
    select ${columns(sql)}, content from listing_document where id = ${id}`;
  return row ?? null;
}

/** @param content sealed */
export async function insertDocument(tx: Transaction, document: Document, content: string): Promise<void> {
  const row = { ...document, sha256: Buffer.from(document.sha256, 'hex'), content };
  await tx`insert into listing_document ${tx(row)}`;
}

/** Of documents of a listing, as the reader may see them. */
export async function rightsOf(sql: Sql, listing_id: string): Promise<DocumentRight[]> {
  return sql<DocumentRight[]>`select document_id, deal_id, granted_at, revoked_at from listing_document_right
    join listing_deal on listing_deal.id = deal_id where listing_id = ${listing_id} order by document_id, deal_id`;
}

export async function viewsOf(sql: Sql, listing_id: string): Promise<DocumentView[]> {
  return sql<DocumentView[]>`select document_id, deal_id, at from listing_document_view
    join listing_deal on listing_deal.id = deal_id where listing_id = ${listing_id} order by at desc, document_id limit 500`;
}

export async function setRight(
  tx: Transaction,
  document_id: string,
  deal_id: string,
  may_see: boolean,
  now: Date,
): Promise<void> {
  if (may_see)
    await tx`insert into listing_document_right (document_id, deal_id, granted_at)
      values (${document_id}, ${deal_id}, ${now})
      on conflict (document_id, deal_id) do update set granted_at = ${now}, revoked_at = null`;
  else
    await tx`update listing_document_right set revoked_at = ${now}
      where document_id = ${document_id} and deal_id = ${deal_id} and revoked_at is null`;
}

export async function insertView(tx: Transaction, { document_id, deal_id, at }: DocumentView): Promise<void> {
  await tx`insert into listing_document_view (document_id, deal_id, seq, at)
    select ${document_id}, ${deal_id}, count(*) + 1, ${at} from listing_document_view
    where document_id = ${document_id} and deal_id = ${deal_id}`;
}
