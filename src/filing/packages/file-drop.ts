/**
 * A folder that another program takes packages from. A package appears whole or not at all: it is written beside its name,
 * brought to the disk, and then given the name, which never replaces another file. The receipt beside it comes last.
 */
import { randomBytes } from 'node:crypto';
import { link, open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { sha256 } from '../../canonical.ts';
import { say } from '../sentences.ts';
import type { Handed, Receipt, SubmissionPort } from './submission-port.ts';

/** Of one attempt; the request that waits for it stands in a transaction. */
const DEADLINE_ms = 2_000;
const RECEIPT_DIGITS = 16;

export function fileDrop(folder: string): SubmissionPort {
  return {
    submit: (handed) =>
      Promise.race([drop(folder, handed), late(say('drop_silent', { count: DEADLINE_ms / 1000 }).text)]),
  };
}

async function late(reason: string): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  setTimeout(() => reject(new Error(reason)), DEADLINE_ms).unref();
  return promise;
}

async function drop(folder: string, { name, sha256: digest, bytes, at }: Handed): Promise<Receipt> {
  const file = path.join(folder, name);
  await place(file, bytes);
  if (sha256(await readFile(file)).toString('hex') !== digest)
    throw new Error(say('drop_other_bytes', { name }).text);
  const receipt: Receipt = {
    number: receiptNumber(name, digest),
    name,
    sha256: digest,
    received_at: at.toISOString(),
  };
  await place(`${file}.receipt.json`, Buffer.from(`${JSON.stringify(receipt, null, 2)}\n`));
  return JSON.parse(await readFile(`${file}.receipt.json`, 'utf8')) as Receipt;
}

function receiptNumber(name: string, digest: string): string {
  return `PW-${sha256(`${name}|${digest}`).toString('hex').slice(0, RECEIPT_DIGITS).toUpperCase()}`;
}

/** Does nothing where the name is taken: what is there is looked at by whoever asked. */
async function place(file: string, bytes: Uint8Array): Promise<void> {
  const beside = `${file}.${randomBytes(6).toString('hex')}.part`;
  try {
    const handle = await open(beside, 'wx', 0o640);
    try {
      await handle.writeFile(bytes);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await link(beside, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    await rm(beside, { force: true });
  }
}
