/**
 * Requests that create: effect, stored answer and idempotency key are one transaction, so a retry after any failure
 * either finds the first answer or starts afresh. Parallel twins wait for the first on the key's row.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import { canonicalJson, sha256 } from '../canonical.ts';
import type { Database, Transaction } from '../db/client.ts';
import { Problem } from '../errors.ts';
import type { Vault } from '../secrets/vault.ts';
import { callerOfGuarded } from './guard.ts';

/** How long a key is remembered. */
export const IDEMPOTENCY_HOURS = 24;
const MAX_KEY_LENGTH = 255;

/** How the answer is stored for a repeated request: whole and readable, if nothing else is said. */
export interface Keeping<T> {
  /** What of it is stored, without what is shown only once. */
  kept?: (answer: T) => T;
  /** Seals it, for it holds a secret that a repeated request is shown again; the request, which may hold one too, is told by a keyed hash. */
  vault?: Vault;
}

/** Where a stored answer is kept, for its vault. */
export function keptAnswerPlace(key: string): string {
  return `idempotency_key/${key}`;
}

/** Runs `work` once for each idempotency key and answers 201 with what it returned. */
export async function create<T extends object>(
  request: FastifyRequest,
  reply: FastifyReply,
  database: Database,
  work: (tx: Transaction) => Promise<T>,
  { kept = (answer) => answer, vault }: Keeping<T> = {},
): Promise<T> {
  reply.code(201);
  const key = keyOf(request);
  if (key === null) return database.transaction(work);
  const { organisation_id } = callerOfGuarded(request);
  const asked = canonicalJson([request.method, request.url, request.body ?? null]);
  const request_sha256 = vault
    ? sha256(await vault.fingerprint(organisation_id, keptAnswerPlace(key), asked))
    : sha256(asked);
  const { answer, replayed } = await database.transaction(async (tx) => {
    const first = await tx`insert into idempotency_key (organisation_id, key, request_sha256)
      values (${organisation_id}, ${key}, ${request_sha256}) on conflict do nothing`;
    if (first.count === 0)
      return {
        answer: await storedAnswer<T>(tx, organisation_id, key, request_sha256, vault),
        replayed: true,
      };
    const answer = await work(tx);
    const text = JSON.stringify(kept(answer));
    const body = vault ? await vault.seal(organisation_id, keptAnswerPlace(key), text) : text;
    await tx`update idempotency_key set body = ${body}
      where organisation_id = ${organisation_id} and key = ${key}`;
    return { answer, replayed: false };
  });
  if (replayed) reply.header('idempotency-replayed', 'true');
  return answer;
}

/** The header as a quoted string of RFC 8941 or bare. */
function keyOf(request: FastifyRequest): string | null {
  const header = request.headers['idempotency-key'];
  if (header === undefined) return null;
  const key = String(header).replace(/^"(.*)"$/, '$1');
  if (key.length === 0 || key.length > MAX_KEY_LENGTH)
    throw new Problem(
      'bad_request',
      `The header Idempotency-Key must hold 1 to ${MAX_KEY_LENGTH} characters.`,
    );
  return key;
}

async function storedAnswer<T>(
  tx: Transaction,
  organisation_id: string,
  key: string,
  request_sha256: Buffer,
  vault: Vault | undefined,
): Promise<T> {
  const [stored] = await tx<{ request_sha256: Buffer; body: string }[]>`
    select request_sha256, body from idempotency_key where organisation_id = ${organisation_id} and key = ${key}`;
  if (!stored?.request_sha256.equals(request_sha256))
    throw new Problem(
      'idempotency_mismatch',
      'This Idempotency-Key came with another request before; use a new one.',
    );
  const text = vault ? await vault.open(organisation_id, keptAnswerPlace(key), stored.body) : stored.body;
  return JSON.parse(text) as T;
}

/** Forgets keys older than their time. */
export async function forgetKeys({ sql }: Database): Promise<{ forgotten: number }> {
  const forgotten = await sql`delete from idempotency_key
    where created_at < now() - make_interval(hours => ${IDEMPOTENCY_HOURS})`;
  return { forgotten: forgotten.count };
}
