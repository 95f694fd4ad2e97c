/** Writing drafts: a draft is the firm's, each version is kept, and nobody writes over what he has not read. */
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Transaction } from '../../db/client.ts';
import { fieldFault, Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { numberKeys } from '../../search/find.ts';
import { classLevels } from '../../search/words.ts';
import { say } from '../sentences.ts';
import { MAX_DRAFTS, MAX_VERSIONS, requireWithinLimits } from './limits.ts';
import {
  appendVersion,
  type Draft,
  type DraftText,
  type DraftVersion,
  digestOf,
  findDraft,
  findVersion,
  insertDraft,
} from './store.ts';

export type NewDraft = Pick<Draft, 'reference' | 'form' | 'right_type' | 'language'>;

/** A draft with what one of its versions says. */
export interface Written {
  draft: Draft;
  text: DraftVersion;
}

/** @throws Problem `refused` for what goes beyond a limit or is no number, `conflict` for a reference that is used */
export async function createDraft(
  tx: Transaction,
  given: NewDraft,
  text: DraftText,
  caller: Caller,
  now: Date,
): Promise<Written> {
  if (given.right_type === 'utility_model' && given.form !== 'CN')
    throw new Problem('refused', say('draft_utility_model', { filing_form: given.form }));
  requireSound(text);
  const { organisation_id: firm_id } = caller;
  // Two requests at once must not both pass the limit.
  await tx`select from organisation where id = ${firm_id} for update`;
  const [held] = await tx<{ count: number }[]>`select count(*) from filing_draft where firm_id = ${firm_id}`;
  if (held!.count >= MAX_DRAFTS) throw new Problem('refused', say('drafts_full', { count: MAX_DRAFTS }));
  const draft: Draft = { id: newId('fdr'), firm_id, ...given, version: 1, created_at: now };
  if (!(await insertDraft(tx, draft)))
    throw new Problem('conflict', say('draft_reference_taken', { reference: given.reference }));
  await write(tx, draft, text, '', caller, now);
  return { draft, text: await findVersion(tx, draft.id, 1) };
}

/**
 * Appends a version. One that says what the latest says is not stored again.
 * @param after the version that was read before it was written
 * @throws Problem `stale` when there is a later one, `not_found`, `refused`
 */
export async function writeVersion(
  tx: Transaction,
  draft_id: string,
  text: DraftText,
  { after, note }: { after: number; note: string },
  caller: Caller,
  now: Date,
): Promise<Written> {
  const draft = await findDraft(tx, draft_id, true);
  requireSound(text);
  const latest = await findVersion(tx, draft_id, draft.version);
  if (after !== draft.version) throw staleDraft(after, latest);
  if (digestOf(text).toString('hex') === latest.sha256) return { draft, text: latest };
  if (draft.version >= MAX_VERSIONS)
    throw new Problem('refused', say('draft_versions_full', { count: MAX_VERSIONS }));
  const next = { ...draft, version: draft.version + 1 };
  await write(tx, next, text, note, caller, now);
  return { draft: next, text: await findVersion(tx, draft_id, next.version) };
}

function staleDraft(after: number, { version, author_id, written_at }: DraftVersion): Problem {
  return new Problem(
    'stale',
    say('draft_stale', { version, after, author: author_id, written_at: written_at.toISOString() }),
  );
}

async function write(
  tx: Transaction,
  { id, version }: Draft,
  text: DraftText,
  note: string,
  { organisation_id, key_id }: Caller,
  now: Date,
): Promise<void> {
  await appendVersion(tx, id, text, { version, note, author_id: key_id, written_at: now });
  const detail = { version, sha256: digestOf(text).toString('hex') };
  await appendAudit(tx, [
    { organisation_id, at: now, actor: key_id, action: 'filing.draft.written', subject: id, detail },
  ]);
}

/** @throws Problem `refused` or `bad_request` naming the part */
export function requireSound(text: DraftText): void {
  requireWithinLimits(text);
  const odd = text.classes.find((symbol) => classLevels(symbol).length === 0);
  if (odd !== undefined) {
    const fault = say('draft_class_unknown', { symbol: odd });
    throw new Problem('refused', say('draft_class', { symbol: odd }), [fieldFault('/body/classes', fault)]);
  }
  for (const number of text.cited) numberKeys(number);
}
