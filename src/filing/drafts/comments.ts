/** Comments on a draft, each at a part or a claim of the version it was made on, open until it is resolved. */
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { say } from '../sentences.ts';
import { MAX_COMMENTS, type TextPart } from './limits.ts';
import { findDraft, findVersion } from './store.ts';

export interface Comment {
  id: string;
  version: number;
  part: TextPart;
  /** Number of the claim, where it is about one. */
  claim: number | null;
  body: string;
  /** Of whoever wrote it: the firm, or an agency that it engaged. */
  organisation_id: string;
  author_id: string;
  written_at: Date;
  resolved_by: string | null;
  resolved_at: Date | null;
}

export type NewComment = Pick<Comment, 'version' | 'part' | 'claim' | 'body'>;

/** In order of id. */
export async function listComments(
  sql: Sql,
  draft_id: string,
  after: string,
  limit: number,
): Promise<Comment[]> {
  return sql<Comment[]>`select ${columns(sql)} from filing_comment
    where draft_id = ${draft_id} and id > ${after} order by id limit ${limit}`;
}

/** @throws Problem `not_found`, `refused` */
export async function addComment(
  tx: Transaction,
  draft_id: string,
  given: NewComment,
  { organisation_id, key_id }: Caller,
  now: Date,
): Promise<Comment> {
  await findDraft(tx, draft_id);
  await findVersion(tx, draft_id, given.version);
  if (given.claim !== null && given.part !== 'claims')
    throw new Problem('refused', say('comment_off_claims'));
  const [held] = await tx<
    { count: number }[]
  >`select count(*) from filing_comment where draft_id = ${draft_id}`;
  if (held!.count >= MAX_COMMENTS)
    throw new Problem('refused', say('comments_full', { count: MAX_COMMENTS }));
  const comment: Comment = {
    id: newId('fcm'),
    ...given,
    organisation_id,
    author_id: key_id,
    written_at: now,
    resolved_by: null,
    resolved_at: null,
  };
  await tx`insert into filing_comment ${tx({ ...comment, draft_id })}`;
  const { version, part, claim } = given;
  const detail = { comment_id: comment.id, version, part, claim };
  await appendAudit(tx, [
    { organisation_id, at: now, actor: key_id, action: 'filing.draft.commented', subject: draft_id, detail },
  ]);
  return comment;
}

/** Resolving twice is resolving once. @throws Problem `not_found` */
export async function resolveComment(
  tx: Transaction,
  draft_id: string,
  comment_id: string,
  { organisation_id, key_id }: Caller,
  now: Date,
): Promise<Comment> {
  const found = async () => {
    const [comment] = await tx<Comment[]>`select ${columns(tx)} from filing_comment
      where draft_id = ${draft_id} and id = ${comment_id}`;
    if (!comment) throw new Problem('not_found', 'There is no such comment.');
    return comment;
  };
  await findDraft(tx, draft_id);
  if ((await found()).resolved_at !== null) return found();
  await tx`update filing_comment set resolved_by = ${key_id}, resolved_at = ${now}
    where id = ${comment_id} and resolved_at is null`;
  const detail = { comment_id };
  await appendAudit(tx, [
    { organisation_id, at: now, actor: key_id, action: 'filing.comment.resolved', subject: draft_id, detail },
  ]);
  return found();
}

function columns(sql: Sql) {
  return sql`id, version, part, claim, body, organisation_id, author_id, written_at, resolved_by, resolved_at`;
}
