/** What the pages of a draft show, read together. */
import { organisationNames } from '../../accounts/store.ts';
import type { Sql } from '../../db/client.ts';
import type { StoredCheck } from '../drafts/checks.ts';
import { checksOf } from '../drafts/checks.ts';
import { type Comment, listComments } from '../drafts/comments.ts';
import {
  type Draft,
  type DraftVersion,
  draftWithText,
  type VersionHead,
  versionHeads,
} from '../drafts/store.ts';

/** The newest; all are in GET /v1/filing/drafts/{id}/versions and comments. */
const MAX_SHOWN_VERSIONS = 20;
const MAX_SHOWN_COMMENTS = 200;

export interface ShownDraft {
  draft: Draft;
  text: DraftVersion;
  check: StoredCheck | null;
  comments: Comment[];
  versions: VersionHead[];
  /** Of who commented. */
  names: ReadonlyMap<string, string>;
}

/** @throws Problem `not_found` */
export async function readDraft(sql: Sql, id: string): Promise<ShownDraft> {
  const { draft, text } = await draftWithText(sql, id);
  const [check = null] = await checksOf(sql, id, draft.version);
  const comments = await listComments(sql, id, '', MAX_SHOWN_COMMENTS);
  const versions = await versionHeads(sql, id, null, MAX_SHOWN_VERSIONS);
  const names = await organisationNames(sql, [
    ...new Set(comments.map(({ organisation_id }) => organisation_id)),
  ]);
  return { draft, text, check, comments, versions, names };
}
