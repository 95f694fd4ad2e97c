/** Drafts of applications: append-only versions of their texts, and comments on them. Who sees them is held by the database. */
import type { ApplicationForm, ClaimLanguage } from '../../../models/claims/types.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';

/** What an application says, part by part; an empty part is not written yet. */
export interface DraftText {
  title: string;
  claims: string;
  description: string;
  abstract: string;
  /** One figure a line, with its reference signs. */
  figures: string;
  /** IPC or CPC symbols that its authors expect. */
  classes: string[];
  /** Numbers of patents that it cites. */
  cited: string[];
}

export interface Draft {
  id: string;
  firm_id: string;
  /** The firm's own name for it. */
  reference: string;
  form: ApplicationForm;
  right_type: 'invention' | 'utility_model';
  language: ClaimLanguage;
  /** The latest. */
  version: number;
  created_at: Date;
}

export interface VersionHead {
  version: number;
  sha256: string;
  note: string;
  /** A person, or a key. */
  author_id: string;
  written_at: Date;
}

export type DraftVersion = VersionHead & DraftText;

/** In order of id; those that the caller may see. */
export async function listDrafts(
  sql: Sql,
  after: string,
  limit: number,
): Promise<(Draft & { title: string })[]> {
  return sql<(Draft & { title: string })[]>`
    select id, firm_id, reference, form, right_type, language, version, created_at, title
    from filing_draft join filing_draft_version using (version) where draft_id = id and id > ${after}
    order by id limit ${limit}`;
}

/** @throws Problem `not_found` unless the caller may see it */
export async function findDraft(sql: Sql, id: string, lock = false): Promise<Draft> {
  const [draft] = await sql<Draft[]>`
    select id, firm_id, reference, form, right_type, language, version, created_at from filing_draft
    where id = ${id} ${lock ? sql`for update` : sql``}`;
  if (!draft) throw new Problem('not_found', 'There is no such draft.');
  return draft;
}

export async function versionHeads(
  sql: Sql,
  draft_id: string,
  before: number | null,
  limit: number,
): Promise<VersionHead[]> {
  return sql<VersionHead[]>`
    select version, encode(sha256, 'hex') as sha256, note, author_id, written_at from filing_draft_version
    where draft_id = ${draft_id} and (${before}::integer is null or version < ${before})
    order by version desc limit ${limit}`;
}

/** @throws Problem `not_found` */
export async function findVersion(sql: Sql, draft_id: string, version: number): Promise<DraftVersion> {
  const [found] = await sql<DraftVersion[]>`
    select version, title, claims, description, abstract, figures, classes, cited, encode(sha256, 'hex') as sha256,
      note, author_id, written_at
    from filing_draft_version where draft_id = ${draft_id} and version = ${version}`;
  if (!found) throw new Problem('not_found', `The draft has no version ${version}.`);
  return found;
}

/** The draft with the text of a version; of its latest where none is named. */
export async function draftWithText(
  sql: Sql,
  id: string,
  version?: number,
): Promise<{ draft: Draft; text: DraftVersion }> {
  const draft = await findDraft(sql, id);
  return { draft, text: await findVersion(sql, id, version ?? draft.version) };
}

/** Equal texts have equal digests. */
export function digestOf({
  title,
  claims,
  description,
  abstract,
  figures,
  classes,
  cited,
}: DraftText): Buffer {
  return sha256(canonicalJson({ title, claims, description, abstract, figures, classes, cited }));
}

export async function insertDraft(tx: Transaction, draft: Draft): Promise<boolean> {
  const inserted =
    await tx`insert into filing_draft ${tx({ ...draft })} on conflict (firm_id, reference) do nothing`;
  return inserted.count === 1;
}

export async function appendVersion(
  tx: Transaction,
  draft_id: string,
  { title, claims, description, abstract, figures, classes, cited }: DraftText,
  { version, note, author_id, written_at }: Omit<VersionHead, 'sha256'>,
): Promise<void> {
  const text = { title, claims, description, abstract, figures, classes, cited };
  await tx`insert into filing_draft_version ${tx({
    draft_id,
    version,
    ...text,
    sha256: digestOf(text),
    note,
    author_id,
    written_at,
  })}`;
  await tx`update filing_draft set version = ${version} where id = ${draft_id}`;
}
