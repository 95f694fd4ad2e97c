/** Packages of drafts, sealed, and what came of handing them in. Who sees them is held by the database. */
import type { Sql, Transaction } from '../../db/client.ts';
import { Problem } from '../../errors.ts';
import { placeIn } from '../../secrets/places.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { Office } from '../applications/store.ts';
import type { PackageFile } from './make.ts';
import type { Receipt } from './submission-port.ts';

export interface Package {
  id: string;
  draft_id: string;
  firm_id: string;
  version: number;
  office: Office;
  /** Of the archive. */
  sha256: string;
  size_bytes: number;
  files: PackageFile[];
  /** That the checks found, in spite of which the firm wanted it. */
  errors: number;
  /** Who made it. */
  organisation_id: string;
  author_id: string;
  made_at: Date;
}

export interface Submission {
  id: string;
  package_id: string;
  outcome: 'received' | 'failed';
  attempts: number;
  receipt: Receipt | null;
  reason: string | null;
  author_id: string;
  submitted_at: Date;
}

export const packagePlace = placeIn('filing_package');

/** Newest first. */
export async function packagesOf(sql: Sql, draft_id: string): Promise<Package[]> {
  return sql<Package[]>`${packages(sql)} where draft_id = ${draft_id} order by id desc`;
}

/** @throws Problem `not_found` unless the caller may see it */
export async function findPackage(sql: Sql, id: string): Promise<Package> {
  const [found] = await sql<Package[]>`${packages(sql)} where id = ${id}`;
  if (!found) throw new Problem('not_found', 'There is no such package.');
  return found;
}

function packages(sql: Sql) {
  return sql`select id, draft_id, firm_id, version, office, encode(sha256, 'hex') as sha256, size_bytes, files, errors,
    organisation_id, author_id, made_at from filing_package`;
}

/** The archive, held against its digest. @throws Problem `not_found` */
export async function archiveOf(sql: Sql, vault: Vault, id: string): Promise<Buffer> {
  const [found] = await sql<{ firm_id: string; content: string }[]>`
    select firm_id, content from filing_package where id = ${id}`;
  if (!found) throw new Problem('not_found', 'There is no such package.');
  return Buffer.from(await vault.open(found.firm_id, packagePlace(id), found.content), 'base64');
}

/** @returns the package; the one that is there where the same bytes were made of that version before */
export async function insertPackage(
  tx: Transaction,
  vault: Vault,
  made: Package,
  archive: Uint8Array,
): Promise<{ found: Package; is_new: boolean }> {
  const [same] = await tx<
    Package[]
  >`${packages(tx)} where draft_id = ${made.draft_id} and version = ${made.version}
    and sha256 = decode(${made.sha256}, 'hex')`;
  if (same) return { found: same, is_new: false };
  const content = await vault.seal(
    made.firm_id,
    packagePlace(made.id),
    Buffer.from(archive).toString('base64'),
  );
  const row = {
    ...made,
    sha256: Buffer.from(made.sha256, 'hex'),
    files: tx.json(made.files as never),
    content,
  };
  await tx`insert into filing_package ${tx(row)}`;
  return { found: made, is_new: true };
}

/** Newest first. */
export async function submissionsOf(sql: Sql, package_id: string): Promise<Submission[]> {
  return sql<Submission[]>`select id, package_id, outcome, attempts, receipt, reason, author_id, submitted_at
    from filing_submission where package_id = ${package_id} order by id desc`;
}

export async function insertSubmission(tx: Transaction, submission: Submission): Promise<void> {
  const { receipt } = submission;
  await tx`insert into filing_submission ${tx({ ...submission, receipt: receipt && tx.json(receipt as never) })}`;
}
