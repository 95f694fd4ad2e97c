/** What the checks of form and claims say of a version, kept with it: the same version of the checks says the same again. */
import { checkApplication } from '../../../models/claims/check.ts';
import type { ApplicationText, Finding } from '../../../models/claims/types.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import type { Sql, Transaction } from '../../db/client.ts';
import { requireFormula } from '../../errors.ts';
import { VERSION } from '../../package.ts';
import { type Draft, type DraftText, draftWithText } from './store.ts';

export interface StoredCheck {
  version: number;
  /** Of the program whose checks they are. */
  checks_version: string;
  findings: Finding[];
  /** Of the findings as canonical JSON. */
  sha256: string;
  checked_at: Date;
}

/** @throws Problem `refused` with what the checks cannot read */
export function findingsIn(text: ApplicationText): Finding[] {
  return requireFormula(() => checkApplication(text));
}

/** A part that is empty is not written yet. */
export function applicationText(
  { form, language, right_type }: Pick<Draft, 'form' | 'language' | 'right_type'>,
  { title, claims, description, abstract, figures }: DraftText,
): ApplicationText {
  const written = Object.entries({ title, description, abstract, figures }).filter(([, text]) => text !== '');
  return { form, language, right_type, claims, ...Object.fromEntries(written) };
}

/** Checks a version, or finds what these checks said of it before. @throws Problem `not_found`, `refused` */
export async function checkVersion(
  tx: Transaction,
  draft_id: string,
  version: number,
  now: Date,
): Promise<StoredCheck> {
  const { draft, text } = await draftWithText(tx, draft_id, version);
  const stored = await checksOf(tx, draft_id, version);
  const same = stored.find(({ checks_version }) => checks_version === VERSION);
  if (same) return same;
  const findings = findingsIn(applicationText(draft, text));
  const digest = sha256(canonicalJson(findings));
  await tx`insert into filing_check ${tx({
    draft_id,
    version,
    checks_version: VERSION,
    findings: tx.json(findings as never),
    sha256: digest,
    checked_at: now,
  })} on conflict do nothing`;
  return { version, checks_version: VERSION, findings, sha256: digest.toString('hex'), checked_at: now };
}

/** Latest first. */
export async function checksOf(sql: Sql, draft_id: string, version: number): Promise<StoredCheck[]> {
  return sql<StoredCheck[]>`
    select version, checks_version, findings, encode(sha256, 'hex') as sha256, checked_at from filing_check
    where draft_id = ${draft_id} and version = ${version} order by checked_at desc, checks_version`;
}
