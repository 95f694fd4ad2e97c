/** What server and worker do with the secrets of the database when they start. */
import type { Database, Transaction } from '../db/client.ts';
import { StartupError } from '../errors.ts';
import { keptAnswerPlace } from '../http/create.ts';
import { endpointPlace, headersPlace } from '../webhooks/sealed.ts';
import { publicKeys, signingKeyPlace } from '../webhooks/signing-keys.ts';
import { INSTALLATION, masterIdOf, SEALED_PREFIX, type Vault } from './vault.ts';

/** The ASCII bytes of "pledgese". */
const LOCK = '8100961311638516581';
const CLEAR = `not like '${SEALED_PREFIX}%'`;

/**
 * Refuses a database that was begun with another master key, and seals what is in it in clear from versions before. The
 * first signing key is made, so that the next start knows the master key by it.
 * @throws StartupError
 */
export async function beginSecrets(database: Database, master_key: Buffer, vault: Vault): Promise<void> {
  await database.transaction(async (tx) => {
    await tx`select pg_advisory_xact_lock(${LOCK}::bigint)`;
    await refuseOtherMaster(tx, master_key);
    await sealEndpoints(tx, vault);
    await sealSigningKeys(tx, vault);
    await sealAnswers(tx, vault);
    await publicKeys(tx, vault);
  });
}

/** @throws StartupError when what is sealed here is under another master key */
export async function refuseOtherMaster(tx: Transaction, master_key: Buffer): Promise<void> {
  const id = masterIdOf(master_key);
  const others = await tx<{ master_id: string }[]>`
    select distinct master_id from data_key where master_id <> ${id} order by 1`;
  if (others.length === 0) return;
  throw new StartupError(
    `The secrets in this database are sealed under the master key ${others.map(({ master_id }) => master_id).join(', ')}, and the one given is ${id}: give that one, or re-wrap them with "npm run secrets:rewrap" (docs/operate.md).`,
  );
}

async function sealEndpoints(tx: Transaction, vault: Vault): Promise<void> {
  type Row = Record<'id' | 'organisation_id' | 'secret', string> &
    Record<'previous_secret' | 'headers', string | null>;
  const rows = await tx<Row[]>`select id, organisation_id, secret, previous_secret, headers from endpoint
    where secret ${tx.unsafe(CLEAR)} or previous_secret ${tx.unsafe(CLEAR)} or headers ${tx.unsafe(CLEAR)} for update`;
  for (const { id, organisation_id, secret, previous_secret, headers } of rows) {
    const sealed = (place: string, text: string | null) =>
      text === null || text.startsWith(SEALED_PREFIX) ? text : vault.seal(organisation_id, place, text);
    await tx`update endpoint set ${tx({
      secret: await sealed(endpointPlace(id), secret),
      previous_secret: await sealed(endpointPlace(id), previous_secret),
      headers: await sealed(headersPlace(id), headers),
    })} where id = ${id}`;
  }
}

async function sealSigningKeys(tx: Transaction, vault: Vault): Promise<void> {
  const rows = await tx<{ id: string; private_key: string }[]>`select id, private_key from signing_key
    where private_key ${tx.unsafe(CLEAR)} for update`;
  for (const { id, private_key } of rows) {
    const sealed = await vault.seal(INSTALLATION, signingKeyPlace(id), private_key);
    await tx`update signing_key set private_key = ${sealed} where id = ${id}`;
  }
}

/** Answers that show a secret, kept for a day for requests that are repeated. */
async function sealAnswers(tx: Transaction, vault: Vault): Promise<void> {
  const rows = await tx<{ organisation_id: string; key: string; body: string }[]>`
    select organisation_id, key, body from idempotency_key where body like '{%"secret":"whsec\_%' for update`;
  for (const { organisation_id, key, body } of rows) {
    const sealed = await vault.seal(organisation_id, keptAnswerPlace(key), body);
    await tx`update idempotency_key set body = ${sealed}
      where organisation_id = ${organisation_id} and key = ${key}`;
  }
}
