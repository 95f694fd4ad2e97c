/** `npm run recompute`: a valuation again from its receipt alone, without the service, compared to the last bit. */
import { createReadStream } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { Ajv, type ErrorObject } from 'ajv';
import { isCalendarDate } from '../models/calendar.ts';
import { run, UsageError } from '../src/command.ts';
import { StartupError } from '../src/errors.ts';
import {
  contentOf,
  type Difference,
  firstDifference,
  inputsOf,
  isSigned,
  Receipt,
} from '../src/valuations/receipt.ts';

const HELP = `npm run -s recompute -- FILE [--key=X] [--json]

Checks a receipt of GET /v1/pledges/{id}/valuations/{valuation_id}/receipt: hashes its inputs, values the patent again
from the file alone and compares the result with the file's to the last bit, then checks the signature. Ends with 0 only
if all agrees, 1 if anything differs or the file is no whole receipt, 2 if called wrongly.

  FILE     the receipt as it was answered, or - for standard input
  --key=X  the installation's public key, the x of a key of its /.well-known/jwks.json: a receipt under any other key
           does not agree. Without it the signature tells that nothing was changed, but not who signed.
  --json   one line: agrees, input_sha256_ok, result_ok, signature_ok, key_pinned, differences (the first in each part)
  --help   this text
`;

/** A receipt takes some 20 kB, and some 100 kB once its calibration knows every field and age. */
export const MAX_RECEIPT_BYTES = 1_048_576;

const X_OF_JWK = /^[A-Za-z0-9_-]{43}$/;

export interface Verdict {
  agrees: boolean;
  /** Inputs, and the hashes and ids that are made from them. */
  input_sha256_ok: boolean;
  /** Every bit of the result, and its hash. */
  result_ok: boolean;
  /** By the pinned key if one was given, else by the key that the receipt names. */
  signature_ok: boolean;
  key_pinned: boolean;
  /** The first in each part of the receipt. */
  differences: Difference[];
}

/** @param pinned the x of the key that must have signed; null when the receipt's own word is taken */
export function recompute({ signature, ...stated }: Receipt, pinned: string | null): Verdict {
  const content = contentOf(inputsOf(stated), stated.known_at);
  const parts = Object.keys(content) as (keyof typeof content)[];
  const differences = parts.flatMap((part) => firstDifference(stated[part], content[part], `/${part}`) ?? []);
  const ofResult = differences.filter(({ path }) => path.startsWith('/result')).length;
  const otherKey = pinned === null ? null : firstDifference(signature.x, pinned, '/signature/x');
  const signature_ok = otherKey === null && isSigned({ ...stated, signature });
  return {
    agrees: differences.length === 0 && signature_ok,
    input_sha256_ok: differences.length === ofResult,
    result_ok: ofResult === 0,
    signature_ok,
    key_pinned: pinned !== null,
    differences: otherKey === null ? differences : [...differences, otherKey],
  };
}

const validate = new Ajv({ formats: { date: isCalendarDate, 'date-time': true } }).compile<Receipt>(Receipt);

/** @throws an error naming place and rule, when the text is not a whole receipt of this version */
export function parseReceipt(text: string): Receipt {
  const value: unknown = JSON.parse(text);
  if (!validate(value)) throw new Error(faultText(validate.errors![0]!));
  const found = misspelling(text, value);
  if (found)
    throw new Error(
      `at character ${found.index + 1}, ${found[0].slice(0, 40)} is not written as the service writes it`,
    );
  return value;
}

function faultText({ instancePath, message, params }: ErrorObject): string {
  const rule = params.allowedValue === undefined ? message : `must be ${JSON.stringify(params.allowedValue)}`;
  return `${instancePath || '/'} ${rule}`;
}

/**
 * Where a text departs from the one way to write its value, white space aside: a digit too many to matter, or a name
 * given twice, is a change that parsing would hide.
 */
function misspelling(text: string, value: unknown): RegExpExecArray | undefined {
  const written = tokensOf(JSON.stringify(value));
  return tokensOf(text).find(([token], index) => token !== written[index]?.[0]);
}

function tokensOf(text: string) {
  return [...text.matchAll(/"[^"\\]*(?:\\.[^"\\]*)*"|[[\]{}:,]|[^\s"[\]{}:,]+/g)];
}

/** @param file its name, or - for standard input */
export async function receiptText(file: string): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of file === '-' ? process.stdin : createReadStream(file)) {
    bytes += chunk.length;
    if (bytes > MAX_RECEIPT_BYTES) throw new Error(`it is over ${MAX_RECEIPT_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}

function report({ valuation_id, patent, as_of, signature }: Receipt, verdict: Verdict): string {
  const { agrees, input_sha256_ok, result_ok, signature_ok, key_pinned, differences } = verdict;
  const signer = key_pinned
    ? `by the key pinned with --key, ${signature.key_id}`
    : `by the key in the file, ${signature.key_id}: name the installation's own with --key to know that it signed`;
  return [
    `${valuation_id} of ${patent.office} ${patent.application_number} as of ${as_of}`,
    `inputs:    ${input_sha256_ok ? 'hash to what the receipt says' : 'DIFFER'}`,
    `result:    ${result_ok ? 'the same to the last bit' : 'DIFFERS'}`,
    `signature: ${signature_ok ? `good, ${signer}` : `BAD, ${key_pinned ? 'not by the key pinned with --key' : 'not by the key in the file'}`}`,
    ...differences.map(
      ({ path, stated, recomputed }) => `  ${path}: the receipt says ${stated}, not ${recomputed}`,
    ),
    agrees ? 'The receipt agrees.' : 'The receipt does NOT agree.',
  ].join('\n');
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } },
  });
  if (values.help) return void process.stdout.write(HELP);
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0)
    throw new UsageError('Name one file, or - for standard input: npm run -s recompute -- FILE');
  if (values.key !== undefined && !X_OF_JWK.test(values.key))
    throw new UsageError('--key: give the x of a key of /.well-known/jwks.json, 43 characters of base64url.');
  try {
    const receipt = parseReceipt(await receiptText(file));
    const verdict = recompute(receipt, values.key ?? null);
    process.stdout.write(`${values.json ? JSON.stringify(verdict) : report(receipt, verdict)}\n`);
    process.exitCode = verdict.agrees ? 0 : 1;
  } catch (error) {
    const { message, syscall } = error as NodeJS.ErrnoException;
    const remedy =
      syscall === undefined
        ? 'Fetch the receipt again and keep it as answered, or use the version of the program that made it.'
        : 'Name a file that can be read.';
    throw new StartupError(`${file} cannot be checked: ${message}. ${remedy}`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await run(main);
