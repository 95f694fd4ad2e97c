/**
 * What the public page of a product says of its patents, and the record of it: a new statement whenever something of it
 * changed, each with the hash of the one before, so that what was said on a day can be proved.
 *
 * sha256(n) = SHA-256(sha256(n-1) || canonical JSON of { product_id, seq, at, body }); the chain starts from 32 zero bytes.
 */
import type { CalendarDate, LegalState, RightType } from '../../../models/types.ts';
import { FIRST_SHA256 } from '../../audit/log.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { emitEvents } from '../../outbox/emit.ts';
import { type MarkedPatent, markedPatents } from './patents.ts';
import { type Product, productsById } from './store.ts';

/** A patent that the product is said to be covered by. */
interface Claimed {
  patent_id: string;
  right_type: RightType;
  number: string;
  granted_on: CalendarDate | null;
}

/** One that it was, and is no more. */
interface Ended extends Claimed {
  legal_state: LegalState;
  since: CalendarDate | null;
}

export interface Said {
  product: string;
  owner: string;
  gtin: string | null;
  state: 'certified' | 'revoked';
  patents: Claimed[];
  ended: Ended[];
}

export interface Statement {
  seq: number;
  at: Date;
  said: Said;
  sha256: string;
}

interface Row {
  product_id: string;
  seq: number;
  at: Date;
  body: string;
  previous_sha256: Buffer;
  sha256: Buffer;
}

/**
 * Brings the statements of products that were certified up to date, and tells the owner of each patent that is not claimed any
 * more, and of each that is again.
 * @returns how many changed
 */
export async function restate(tx: Transaction, product_ids: readonly string[], now: Date): Promise<number> {
  let changed = 0;
  for (const product of await productsById(tx, product_ids, { lock: true })) {
    if (product.state !== 'certified' && product.state !== 'revoked') continue;
    const said = saidOf(product, product.state, await markedPatents(tx, product.patent_ids, now));
    const [before = null] = await statements(tx, product.id, 1);
    if (before && canonicalJson(before.said) === canonicalJson(said)) continue;
    await append(tx, product.id, said, before, now);
    await tellOwner(tx, product, said, before?.said ?? null, now);
    changed++;
  }
  return changed;
}

function saidOf(product: Product, state: Said['state'], patents: readonly MarkedPatent[]): Said {
  const claimed = ({ patent_id, right_type, number, granted_on }: MarkedPatent): Claimed => ({
    ...{ patent_id, right_type, number, granted_on },
  });
  const { name, owner, gtin } = product;
  const in_force = patents.filter(({ legal_state }) => legal_state === 'in_force');
  const over = patents.filter(({ legal_state }) => legal_state !== 'in_force');
  return {
    ...{ product: name, owner, gtin, state },
    patents: in_force.map(claimed),
    ended: over.map((patent) => ({
      ...claimed(patent),
      legal_state: patent.legal_state,
      since: patent.since,
    })),
  };
}

async function append(
  tx: Transaction,
  product_id: string,
  said: Said,
  before: Statement | null,
  now: Date,
): Promise<void> {
  const previous = before === null ? FIRST_SHA256 : Buffer.from(before.sha256, 'hex');
  const row = { product_id, seq: (before?.seq ?? 0) + 1, at: now, body: canonicalJson(said) };
  await tx`insert into product_statement
    ${tx({ ...row, previous_sha256: previous, sha256: statementHash(previous, row) })}`;
}

export function statementHash(
  previous: Buffer,
  { product_id, seq, at, body }: Pick<Row, 'product_id' | 'seq' | 'at' | 'body'>,
): Buffer {
  const text = canonicalJson({ product_id, seq, at: at.toISOString(), body });
  return sha256(Buffer.concat([previous, Buffer.from(text)]));
}

/** Newest first. */
export async function statements(
  sql: Sql,
  product_id: string,
  limit: number,
  before_seq = 2_147_483_647,
): Promise<Statement[]> {
  const rows = await sql<Row[]>`select seq, at, body, sha256 from product_statement
    where product_id = ${product_id} and seq < ${before_seq} order by seq desc limit ${limit}`;
  return rows.map(({ seq, at, body, sha256: hash }) => ({
    ...{ seq, at, said: JSON.parse(body) as Said },
    sha256: hash.toString('hex'),
  }));
}

async function tellOwner(
  tx: Transaction,
  { id: product_id, name, organisation_id }: Product,
  said: Said,
  before: Said | null,
  now: Date,
): Promise<void> {
  if (before === null || said.state === 'revoked') return;
  const were = new Set(before.patents.map(({ patent_id }) => patent_id));
  const are = new Set(said.patents.map(({ patent_id }) => patent_id));
  const lost = said.ended.filter(({ patent_id }) => were.has(patent_id));
  const back = said.patents.filter(({ patent_id }) => !were.has(patent_id));
  const about = { pledge_id: null, bank_id: null, firm_id: organisation_id, occurred_at: now };
  const product = { product_id, product: name, patents_left: are.size };
  await emitEvents(tx, [
    ...lost.map(({ patent_id, number, legal_state, since }) => ({
      ...about,
      type: 'mark.false_marking',
      data: { ...product, patent_id, number, legal_state, since },
    })),
    ...back.map(({ patent_id, number }) => ({
      ...about,
      type: 'mark.claim_restored',
      data: { ...product, patent_id, number },
    })),
  ]);
}
