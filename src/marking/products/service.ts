/** A product is submitted by its owner, certified or refused by staff, and may be revoked by either. */
import type { Sentence } from '../../../models/sentences.ts';
import { type Caller, findOrganisation } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { canonicalJson } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { fieldFault, Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { emitEvents } from '../../outbox/emit.ts';
import { say } from '../sentences.ts';
import { gtinOf } from './gtin.ts';
import { examinePatents, requireMarkable } from './patents.ts';
import { restate } from './statement.ts';
import { insertProduct, type Product, productsById } from './store.ts';

/** Of one organisation. */
export const MAX_PRODUCTS = 10_000;
export const MAX_PATENTS = 50;
export const MAX_COUNTRIES = 60;

export interface NewProduct {
  name: string;
  gtin?: string | undefined;
  territory: readonly string[];
  patent_ids: readonly string[];
}

/** @throws Problem `refused` for a patent that cannot be marked, over the limit; `bad_request` for a GTIN that is none */
export async function submitProduct(
  tx: Transaction,
  { name, gtin, territory, patent_ids }: NewProduct,
  caller: Caller,
  now: Date,
): Promise<Product> {
  const { organisation_id } = caller;
  const given = gtin === undefined ? null : gtinOf(gtin);
  if (gtin !== undefined && given === null) throw wrong('gtin', say('gtin_wrong'));
  await tx`select from organisation where id = ${organisation_id} for no key update`;
  const [{ count } = { count: 0 }] = await tx<{ count: number }[]>`
    select count(*) from marked_product where organisation_id = ${organisation_id}`;
  if (count >= MAX_PRODUCTS) throw new Problem('refused', say('products_full', { count: MAX_PRODUCTS }));
  const owner = (await findOrganisation(tx, organisation_id))!;
  await requireMarkable(tx, patent_ids, owner.name, now);
  const id = newId('mpr');
  const product = { id, organisation_id, name, gtin: given, territory: [...territory], submitted_at: now };
  await insertProduct(tx, product, patent_ids);
  await note(tx, product, caller, 'marked_product.submitted', { name, gtin: given, patent_ids }, now);
  return findProduct(tx, id);
}

/**
 * Of what staff decide, what they saw stands beside it.
 * @throws Problem `conflict` when it was decided; `refused` when a patent cannot be marked any more
 */
export async function certifyProduct(
  tx: Transaction,
  id: string,
  { decision, note: said }: { decision: 'certified' | 'refused'; note: string },
  caller: Caller,
  now: Date,
): Promise<Product> {
  const product = await lockProduct(tx, id);
  if (product.state !== 'submitted')
    throw new Problem('conflict', say('product_decided', { product_state: product.state }));
  const { patent_ids, owner } = product;
  const seen =
    decision === 'certified'
      ? await requireMarkable(tx, patent_ids, owner, now)
      : await examinePatents(tx, patent_ids, owner, now);
  const made = { product_id: id, decision, note: said, decided_by: caller.key_id, decided_at: now };
  await tx`insert into product_certification ${tx({ ...made, evidence: canonicalJson(seen) })}`;
  await tx`update marked_product set state = ${decision} where id = ${id}`;
  await restate(tx, [id], now);
  await note(tx, product, caller, `marked_product.${decision}`, { note: said }, now);
  const data = { product_id: id, product: product.name, note: said };
  await emitEvents(tx, [
    {
      type: `mark.product.${decision}`,
      ...{ pledge_id: null, bank_id: null, firm_id: product.organisation_id },
      ...{ occurred_at: now, data },
    },
  ]);
  return findProduct(tx, id);
}

/** All its marks are revoked with it. @throws Problem `conflict` when it is not certified */
export async function revokeProduct(
  tx: Transaction,
  id: string,
  reason: string,
  caller: Caller,
  now: Date,
): Promise<Product> {
  const product = await lockProduct(tx, id);
  if (product.state !== 'certified')
    throw new Problem('conflict', say('product_uncertified', { product_state: product.state }));
  await tx`update marked_product set state = 'revoked', revoked_at = ${now}, revoke_reason = ${reason} where id = ${id}`;
  await restate(tx, [id], now);
  await note(tx, product, caller, 'marked_product.revoked', { reason }, now);
  return findProduct(tx, id);
}

/** @throws Problem `not_found` unless it may be seen */
export async function findProduct(sql: Sql, id: string): Promise<Product> {
  const [product] = await productsById(sql, [id]);
  if (!product) throw new Problem('not_found', 'There is no such product.');
  return product;
}

/** @throws Problem `not_found` unless it may be seen */
export async function lockProduct(tx: Transaction, id: string): Promise<Product> {
  const [product] = await productsById(tx, [id], { lock: true });
  if (!product) throw new Problem('not_found', 'There is no such product.');
  return product;
}

/** In the owner's chain, and in that of whoever did it. */
export function note(
  tx: Transaction,
  { id, organisation_id }: Pick<Product, 'id' | 'organisation_id'>,
  caller: Caller,
  action: string,
  detail: Record<string, unknown>,
  at: Date,
): Promise<void> {
  const chains = [...new Set([organisation_id, caller.organisation_id])];
  const entry = { at, actor: caller.key_id, action, subject: id, detail };
  return appendAudit(
    tx,
    chains.map((each) => ({ organisation_id: each, ...entry })),
  );
}

function wrong(field: string, sentence: Sentence): Problem {
  const fault = fieldFault(`/body/${field}`, sentence);
  return new Problem('bad_request', say('product_faulty', { field, fault: sentence }), [fault]);
}
