/** Products and the patents that they are marked with. */
import type { Sql, Transaction } from '../../db/client.ts';

export const STATES = ['submitted', 'certified', 'refused', 'revoked'] as const;
export type ProductState = (typeof STATES)[number];

export interface Product {
  id: string;
  organisation_id: string;
  /** The organisation's name. */
  owner: string;
  name: string;
  gtin: string | null;
  territory: string[];
  state: ProductState;
  submitted_at: Date;
  revoked_at: Date | null;
  revoke_reason: string | null;
  patent_ids: string[];
  certification: Certification | null;
}

export interface Certification {
  decision: 'certified' | 'refused';
  note: string;
  decided_at: Date;
}

export interface Asked {
  state?: ProductState | undefined;
  after?: string | undefined;
  limit: number;
}

export async function insertProduct(
  tx: Transaction,
  product: Pick<Product, 'id' | 'organisation_id' | 'name' | 'gtin' | 'territory' | 'submitted_at'>,
  patent_ids: readonly string[],
): Promise<void> {
  await tx`insert into marked_product ${tx({ ...product, state: 'submitted' })}`;
  await tx`insert into marked_product_patent (product_id, patent_id)
    select ${product.id}, unnest(${patent_ids as string[]}::uuid[])`;
}

/** Those of the ids that may be seen, in their order. */
export async function productsById(
  sql: Sql,
  ids: readonly string[],
  { lock = false } = {},
): Promise<Product[]> {
  if (lock)
    await sql`select from marked_product where id = any(${ids as string[]}) order by id for no key update`;
  return read(sql, sql`where product.id = any(${ids as string[]}) order by product.id`);
}

/** Newest first. */
export function listProducts(sql: Sql, { state, after, limit }: Asked): Promise<Product[]> {
  return read(
    sql,
    sql`where (${state ?? null}::text is null or state = ${state ?? null})
      and (${after ?? null}::text is null or product.id < ${after ?? null}) order by product.id desc limit ${limit}`,
  );
}

async function read(sql: Sql, rest: ReturnType<Sql>): Promise<Product[]> {
  const rows = await sql<Product[]>`
    select product.id, organisation_id, organisation.name as owner, product.name, gtin, territory, state, submitted_at,
      revoked_at, revoke_reason,
      array(select patent_id from marked_product_patent where product_id = product.id order by patent_id) as patent_ids,
      case when decision is null then null
        else jsonb_build_object('decision', decision, 'note', note, 'decided_at', decided_at) end as certification
    from marked_product product join organisation on organisation.id = organisation_id
    left join product_certification on product_id = product.id ${rest}`;
  return [...rows];
}

/** Products that one of the patents is marked on and that were certified. */
export async function productsOfPatents(sql: Sql, patent_ids: readonly string[]): Promise<string[]> {
  const rows = await sql<{ product_id: string }[]>`
    select distinct product_id from marked_product_patent join marked_product on id = product_id
    where patent_id = any(${patent_ids as string[]}::uuid[]) and state = 'certified' order by product_id`;
  return rows.map(({ product_id }) => product_id);
}

export async function certifiedProducts(sql: Sql): Promise<string[]> {
  const rows = await sql<
    { id: string }[]
  >`select id from marked_product where state = 'certified' order by id`;
  return rows.map(({ id }) => id);
}
