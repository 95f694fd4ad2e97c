/** The second factor: codes by time (RFC 6238), and recovery codes for when the device is lost. */
import { randomBytes } from 'node:crypto';
import { Secret, TOTP } from 'otpauth';
import { systemClock } from '../clock.ts';
import type { Sql, Transaction } from '../db/client.ts';
import type { Vault } from '../secrets/vault.ts';
import { hashToken } from './tokens.ts';

/** RFC 4226, R6: 160 bits. */
const SECRET_BYTES = 20;
const STEP_SECONDS = 30;
/** A code counts in the step before and after its own: for transmission, and clocks that differ. */
const WINDOW_STEPS = 1;
const RECOVERY_CODES = 10;
/** 120 bits, so a plain hash is enough. */
const RECOVERY_CODE_BYTES = 15;
const CODE = /^\d{6}$/;
/** What a code of either kind may look like. */
export const CODE_PATTERN = '^[0-9A-Za-z -]{6,40}$';

/** Whose factor it is. */
export interface Owner {
  person_id: string;
  organisation_id: string;
}

/** A secret for an authenticator, which counts from its first code on. */
export async function beginTotp(
  tx: Transaction,
  vault: Vault,
  { person_id, organisation_id }: Owner,
  email: string,
): Promise<{ secret: string; uri: string }> {
  const secret = new Secret({ buffer: new Uint8Array(randomBytes(SECRET_BYTES)).buffer });
  const sealed = await vault.seal(organisation_id, totpPlace(person_id), secret.base32);
  await tx`update person_login set totp_secret = ${sealed}, totp_since = null, totp_step = 0
    where person_id = ${person_id}`;
  return { secret: secret.base32, uri: generator(secret, email).toString() };
}

/** @returns recovery codes, shown this once, or null when the code is wrong or no secret waits for one */
export async function confirmTotp(
  tx: Transaction,
  vault: Vault,
  owner: Owner,
  code: string,
): Promise<string[] | null> {
  const { person_id } = owner;
  if (!(await totpCounts(tx, vault, owner, code))) return null;
  await tx`update person_login set totp_since = now() where person_id = ${person_id}`;
  const codes = Array.from({ length: RECOVERY_CODES }, mintRecoveryCode);
  await tx`delete from recovery_code where person_id = ${person_id}`;
  const rows = codes.map((each) => ({ person_id, code_sha256: hashToken(plain(each)) }));
  await tx`insert into recovery_code ${tx(rows)}`;
  return codes;
}

export async function removeTotp(tx: Transaction, person_id: string): Promise<void> {
  await tx`update person_login set totp_secret = null, totp_since = null where person_id = ${person_id}`;
  await tx`delete from recovery_code where person_id = ${person_id}`;
}

/** A code of the authenticator or a recovery code; either counts once. */
export async function secondFactorCounts(
  tx: Transaction,
  vault: Vault,
  owner: Owner,
  code: string,
): Promise<boolean> {
  if (CODE.test(code)) return totpCounts(tx, vault, owner, code);
  const used = await tx`delete from recovery_code
    where person_id = ${owner.person_id} and code_sha256 = ${hashToken(plain(code))}`;
  return used.count === 1;
}

/** Two with the same code at once wait for each other on the row, and the later finds its step used. */
async function totpCounts(
  tx: Transaction,
  vault: Vault,
  { person_id, organisation_id }: Owner,
  code: string,
): Promise<boolean> {
  const [row] = await tx<{ totp_secret: string | null; totp_step: number }[]>`
    select totp_secret, totp_step from person_login where person_id = ${person_id} for update`;
  if (!row?.totp_secret) return false;
  const secret = Secret.fromBase32(await vault.open(organisation_id, totpPlace(person_id), row.totp_secret));
  const totp = generator(secret, '');
  const timestamp = systemClock.now().getTime();
  const delta = totp.validate({ token: code, window: WINDOW_STEPS, timestamp });
  if (delta === null) return false;
  const step = totp.counter({ timestamp }) + delta;
  if (step <= row.totp_step) return false;
  await tx`update person_login set totp_step = ${step} where person_id = ${person_id}`;
  return true;
}

function generator(secret: Secret, label: string): TOTP {
  return new TOTP({ issuer: 'Pledgewatch', label, secret, period: STEP_SECONDS });
}

export function totpPlace(person_id: string): string {
  return `person_login/${person_id}/totp`;
}

/** Four groups of six letters. */
function mintRecoveryCode(): string {
  const letters = new Secret({ buffer: new Uint8Array(randomBytes(RECOVERY_CODE_BYTES)).buffer }).base32;
  return letters.match(/.{6}/g)!.join('-');
}

/** However it was copied. */
function plain(code: string): string {
  return code.toUpperCase().replace(/[ -]/g, '');
}

export async function hasSecondFactor(sql: Sql, person_id: string): Promise<boolean> {
  const [row] = await sql<{ has: boolean }[]>`
    select totp_since is not null as has from person_login where person_id = ${person_id}`;
  return row?.has ?? false;
}
