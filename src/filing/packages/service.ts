/** Packages of a draft: made from a version, kept sealed, and handed in through the port of the installation. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Finding } from '../../../models/claims/types.ts';
import type { Sentence } from '../../../models/sentences.ts';
import type { Caller } from '../../accounts/store.ts';
import { appendAudit } from '../../audit/log.ts';
import { sha256 } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { Problem } from '../../errors.ts';
import { newId } from '../../ids.ts';
import { emitEvents } from '../../outbox/emit.ts';
import type { Vault } from '../../secrets/vault.ts';
import { onThread } from '../../thread.ts';
import type { Office } from '../applications/store.ts';
import { checkVersion } from '../drafts/checks.ts';
import { type Draft, type DraftVersion, draftWithText } from '../drafts/store.ts';
import { say } from '../sentences.ts';
import type { MadePackage } from './make.ts';
import {
  archiveOf,
  findPackage,
  insertPackage,
  insertSubmission,
  type Package,
  packagesOf,
  type Submission,
  submissionsOf,
} from './store.ts';
import type { Receipt, SubmissionPort } from './submission-port.ts';

export interface PackageTask {
  draft: Draft;
  text: DraftVersion;
}

export type PackageAnswer = { ok: true; made: MadePackage } | { ok: false; refusal: Sentence | string };

/** Of one draft. */
export const MAX_PACKAGES = 200;
export const MAX_PACKAGE_BYTES = 33_554_432;
/** Of one package, received or not. */
export const MAX_SUBMISSIONS = 20;
/** Of one submission, with a wait between that doubles. */
const MAX_ATTEMPTS = 3;
const FIRST_WAIT_ms = 200;
const LIMIT_ms = 60_000;
const SHOWN_ERRORS = 5;
const OFFICE_OF: Readonly<Record<Draft['form'], Office>> = { CN: 'CN', EP: 'EP', PCT: 'WO' };

const setPackage = onThread<PackageTask, PackageAnswer>({
  module: new URL('thread.ts', import.meta.url),
  name: 'package',
  limit_ms: LIMIT_ms,
  remedy: say('package_shorter'),
});

export interface Asked {
  /** The latest if left out. */
  version?: number;
  despite_errors: boolean;
}

/** A version that may become a package, with the errors that were found in it. */
export interface Packable extends PackageTask {
  errors: number;
}

/** @throws Problem `not_found`, `refused` where the checks find errors and the firm does not say that it wants it nevertheless */
export async function packable(
  tx: Transaction,
  draft_id: string,
  { version, despite_errors }: Asked,
  { organisation_id }: Caller,
  now: Date,
): Promise<Packable> {
  const { draft, text } = await draftWithText(tx, draft_id, version);
  if (despite_errors && draft.firm_id !== organisation_id)
    throw new Problem('refused', say('package_despite_by_firm'));
  const { findings } = await checkVersion(tx, draft_id, text.version, now);
  const errors = findings.filter(({ severity }) => severity === 'error');
  if (errors.length > 0 && !despite_errors) throw withErrors(errors, text.version);
  return { draft, text, errors: errors.length };
}

function withErrors(errors: readonly Finding[], version: number): Problem {
  const shown = errors
    .slice(0, SHOWN_ERRORS)
    .map(({ rule, claim }) => (claim === null ? rule : `${rule} in claim ${claim}`));
  const more = errors.length > shown.length ? ` and ${errors.length - shown.length} more` : '';
  return new Problem('refused', say('package_errors', { version, errors: `${shown.join(', ')}${more}` }));
}

/** @throws Problem `refused` for a part that is missing or cannot be set, `conflict` while another package is made here */
export async function make({ draft, text }: PackageTask): Promise<MadePackage> {
  const answer = await setPackage({ draft, text });
  if (!answer.ok) throw new Problem('refused', answer.refusal);
  const { length } = answer.made.archive;
  if (length > MAX_PACKAGE_BYTES)
    throw new Problem('refused', say('package_too_large', { length, most: MAX_PACKAGE_BYTES }));
  return answer.made;
}

/** @returns the package that was made of those bytes before, where there is one */
export async function keep(
  tx: Transaction,
  vault: Vault,
  { draft, text, errors }: Packable,
  { archive, files }: MadePackage,
  { organisation_id, key_id }: Caller,
  now: Date,
): Promise<Package> {
  if ((await packagesOf(tx, draft.id)).length >= MAX_PACKAGES)
    throw new Problem('refused', say('packages_full', { count: MAX_PACKAGES }));
  const { found, is_new } = await insertPackage(
    tx,
    vault,
    {
      id: newId('fpk'),
      draft_id: draft.id,
      firm_id: draft.firm_id,
      version: text.version,
      office: OFFICE_OF[draft.form],
      sha256: sha256(Buffer.from(archive)).toString('hex'),
      size_bytes: archive.length,
      files,
      errors,
      organisation_id,
      author_id: key_id,
      made_at: now,
    },
    archive,
  );
  if (is_new) {
    const { id, version, sha256: digest } = found;
    await audit(
      tx,
      found,
      'filing.package.made',
      { package_id: id, version, sha256: digest, errors },
      { organisation_id, key_id },
      now,
    );
  }
  return found;
}

/**
 * Hands a package in. What comes of it is kept either way.
 * @throws Problem `not_found`, `conflict` when it was received before, `refused` without a port and over the limit
 */
export async function submit(
  tx: Transaction,
  vault: Vault,
  port: SubmissionPort | null,
  package_id: string,
  caller: Pick<Caller, 'organisation_id' | 'key_id'>,
  now: Date,
): Promise<Submission> {
  await acrossTenants(tx, () => tx`select from filing_package where id = ${package_id} for no key update`);
  const found = await findPackage(tx, package_id);
  if (port === null) throw new Problem('refused', say('package_no_way'));
  await requireOpen(tx, package_id);
  const bytes = await archiveOf(tx, vault, package_id);
  const { sha256: digest } = found;
  const name = `${package_id}-${digest.slice(0, 12)}.zip`;
  const { receipt, attempts, reason } = await tryToSubmit(() =>
    port.submit({ name, sha256: digest, bytes, at: now }),
  );
  const submission: Submission = {
    id: newId('fsb'),
    package_id,
    outcome: receipt ? 'received' : 'failed',
    attempts,
    receipt,
    reason,
    author_id: caller.key_id,
    submitted_at: now,
  };
  await insertSubmission(tx, submission);
  const told = { package_id, version: found.version, outcome: submission.outcome, attempts, receipt, reason };
  await audit(
    tx,
    found,
    `filing.package.${submission.outcome}`,
    { submission_id: submission.id, ...told },
    caller,
    now,
  );
  await emitEvents(tx, [
    {
      type: 'filing.package.submitted',
      pledge_id: null,
      bank_id: caller.organisation_id === found.firm_id ? null : caller.organisation_id,
      firm_id: found.firm_id,
      between_parties: true,
      occurred_at: now,
      data: { submission_id: submission.id, draft_id: found.draft_id, ...told },
    },
  ]);
  return submission;
}

async function requireOpen(sql: Sql, package_id: string): Promise<void> {
  const submissions = await submissionsOf(sql, package_id);
  const received = submissions.find(({ receipt }) => receipt !== null);
  if (received) throw new Problem('conflict', say('package_received', { receipt: received.receipt!.number }));
  if (submissions.length >= MAX_SUBMISSIONS)
    throw new Problem('refused', say('package_unreceived', { count: MAX_SUBMISSIONS }));
}

async function tryToSubmit(submit: () => Promise<Receipt>) {
  for (let attempts = 1; ; attempts++) {
    try {
      return { receipt: await submit(), attempts, reason: null };
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      if (attempts === MAX_ATTEMPTS) return { receipt: null, attempts, reason: reason.slice(0, 500) };
      await sleep(FIRST_WAIT_ms * 2 ** (attempts - 1));
    }
  }
}

/** The firm's chain, and that of its agency where that did it. */
function audit(
  tx: Transaction,
  { draft_id, firm_id }: Package,
  action: string,
  detail: object,
  { organisation_id, key_id }: Pick<Caller, 'organisation_id' | 'key_id'>,
  at: Date,
): Promise<void> {
  return appendAudit(
    tx,
    [...new Set([firm_id, organisation_id])].map((party) => ({
      organisation_id: party,
      at,
      actor: party === organisation_id ? key_id : organisation_id,
      action,
      subject: draft_id,
      detail: { ...detail },
    })),
  );
}
