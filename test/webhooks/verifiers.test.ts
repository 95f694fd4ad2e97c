/** The verifiers that banks copy, each run by its own runtime where the machine has it, against src/webhooks/verify.ts. */
import { execFile } from 'node:child_process';
import { createHmac, generateKeyPairSync, type KeyObject, sign as signBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import fc from 'fast-check';
import t from 'tap';
import { headers, newSecret, signature } from '../../src/webhooks/sign.ts';
import { verify } from '../../src/webhooks/verify.ts';

const FOLDER = fileURLToPath(new URL('../../docs/verifiers/', import.meta.url));
const RUN_LIMIT_ms = 60_000;
const NOW_S = 1_800_000_000;
const ID = 'evt_2bYq7Zk0';
const BODY = '{"type":"patent.lapsed","note":"專利 — патент"}';
const MALFORMED_KEY =
  'A key is "whsec_" and base64 of 24 to 64 bytes, "whpk_" and base64 of 32 bytes, or the x of a JWK: copy it again, whole.';

/** One event as a receiver got it, and what every verifier must say of it. */
interface Case {
  name: string;
  headers: Record<string, string>;
  body: Buffer;
  key: string;
  expected: string;
}

/** One language: how its version is asked, what it must be at least, and how its verifier is run. */
interface Language {
  file: string;
  version: [string, ...string[]];
  at_least: [major: number, minor: number];
  command: [string, ...string[]];
  /** Whether v1a can be verified, or a command that exits with 0 where it can. */
  ed25519: boolean | [string, ...string[]];
  /** Run once before the first command. */
  build?: [string, ...string[]];
}

/** Where the one language that must be built is built. */
const build_folder = await mkdtemp(path.join(tmpdir(), 'pledgewatch-verifiers-'));
t.teardown(() => rm(build_folder, { recursive: true, force: true }));

const LANGUAGES: Language[] = [
  {
    file: 'verify.mjs',
    version: [process.execPath, '--version'],
    at_least: [18, 0],
    command: [process.execPath, `${FOLDER}verify.mjs`],
    ed25519: true,
  },
  {
    file: 'verify.py',
    version: ['python3', '--version'],
    at_least: [3, 8],
    command: ['python3', `${FOLDER}verify.py`],
    ed25519: ['python3', '-c', 'import cryptography.hazmat.primitives.asymmetric.ed25519'],
  },
  {
    file: 'Verify.java',
    version: ['javac', '--version'],
    at_least: [17, 0],
    command: ['java', `${FOLDER}Verify.java`],
    ed25519: true,
  },
  {
    file: 'verify.go',
    version: ['go', 'version'],
    at_least: [1, 18],
    command: ['go', 'run', `${FOLDER}verify.go`],
    ed25519: true,
  },
  {
    file: 'verify.cs',
    version: ['dotnet', '--version'],
    at_least: [8, 0],
    command: ['dotnet', `${build_folder}/out/verify.dll`],
    ed25519: false,
    build: ['dotnet', 'build', `${build_folder}/verify.csproj`, '--output', `${build_folder}/out`],
  },
  {
    file: 'verify.php',
    version: ['php', '--version'],
    at_least: [8, 0],
    command: ['php', `${FOLDER}verify.php`],
    ed25519: ['php', '-r', 'exit(extension_loaded("sodium") ? 0 : 1);'],
  },
];

/** What the command prints; rejects when it is not there or fails. */
async function output([file, ...args]: [string, ...string[]], input = ''): Promise<string> {
  const running = promisify(execFile)(file, args, { timeout: RUN_LIMIT_ms });
  running.child.stdin?.on('error', () => undefined).end(input);
  return (await running).stdout;
}

interface Verifier {
  language: Language;
  version: string;
  ed25519: boolean;
}

const yes = () => true;
const no = () => false;

/** The verifier if its runtime is here and recent enough, in a list of one; else an empty list. */
async function found(language: Language): Promise<Verifier[]> {
  const version = await output(language.version).then(
    (text) => /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? '',
    () => '',
  );
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [least_major, least_minor] = language.at_least;
  if (major < least_major || (major === least_major && minor < least_minor)) return [];
  if (language.build) {
    await writeFile(`${build_folder}/verify.csproj`, projectOf(language.file, major));
    await output(language.build);
  }
  const { ed25519 } = language;
  const able = typeof ed25519 === 'boolean' ? ed25519 : await output(ed25519).then(yes, no);
  return [{ language, version, ed25519: able }];
}

const projectOf = (file: string, major: number) => `<Project Sdk="Microsoft.NET.Sdk">
  <PropertyGroup><OutputType>Exe</OutputType><TargetFramework>net${major}.0</TargetFramework></PropertyGroup>
  <ItemGroup><Compile Include="${FOLDER}${file}" /></ItemGroup>
</Project>`;

const verifiers = (await Promise.all(LANGUAGES.map(found))).flat();

/** One answer a case, in order. */
async function answers({ language }: Verifier, cases: readonly Case[]): Promise<string[]> {
  const lines = cases.map(
    ({ headers, body, key }) =>
      `${JSON.stringify({ headers, body: body.toString('base64'), key, now: NOW_S })}\n`,
  );
  return (await output(language.command, lines.join(''))).trimEnd().split(/\r?\n/);
}

/** The answer that a case must get from this verifier: the expected one, or what it lacks for v1a. */
function isRight(verifier: Verifier, { key, expected }: Case, answer: string | undefined): boolean {
  if (answer === expected) return true;
  return !verifier.ed25519 && !key.startsWith('whsec_') && /^v1a needs Ed25519, which /.test(answer ?? '');
}

const pair = () => {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const x = String(publicKey.export({ format: 'jwk' }).x);
  return { privateKey, x, whpk: `whpk_${Buffer.from(x, 'base64url').toString('base64')}` };
};
/** One `v1a,<base64>` signature over the same text as `v1`. */
const signatureV1a = (id: string, timestamp_s: number, body: string | Buffer, key: KeyObject) => {
  const signed = Buffer.concat([Buffer.from(`${id}.${timestamp_s}.`), Buffer.from(body)]);
  return `v1a,${signBytes(null, signed, key).toString('base64')}`;
};

const [old_secret, new_secret, other_secret] = [newSecret(), newSecret(), newSecret()];
const [ours, other] = [pair(), pair()];
const v1 = () => signature(ID, NOW_S, BODY, new_secret);
const v1a = (timestamp_s = NOW_S) => signatureV1a(ID, timestamp_s, BODY, ours.privateKey);
const valid = { ...headers(ID, NOW_S, BODY, [new_secret]) };
const at = (timestamp_s: number) => headers(ID, timestamp_s, BODY, [new_secret]);
const signedBy = (...signatures: string[]) => ({ ...valid, 'webhook-signature': signatures.join(' ') });

type Given = [name: string, expected: string, headers: Record<string, string>, key?: string, body?: string];
const caseOf = ([name, expected, headers, key = new_secret, body = BODY]: Given): Case => ({
  name,
  expected,
  headers,
  key,
  body: Buffer.from(body),
});

/** What verify.ts too must say. */
function symmetricCases(): Given[] {
  const { 'webhook-id': _id, ...no_id } = valid;
  const { 'webhook-timestamp': _timestamp, ...no_timestamp } = valid;
  const { 'webhook-signature': _signature, ...no_signature } = valid;
  const shouted = Object.fromEntries(
    Object.entries(valid).map(([name, value]) => [name.toUpperCase(), value]),
  );
  const mac = v1().slice('v1,'.length);
  return [
    ['valid', 'ok', valid],
    ['valid, names in capitals', 'ok', shouted],
    ['valid, empty body', 'ok', headers(ID, NOW_S, '', [new_secret]), new_secret, ''],
    ['rotated, new secret held', 'ok', headers(ID, NOW_S, BODY, [new_secret, old_secret])],
    ['rotated, old secret held', 'ok', headers(ID, NOW_S, BODY, [new_secret, old_secret]), old_secret],
    ['beside v1a', 'ok', signedBy(v1a(), v1())],
    ['another secret', 'no_matching_signature', valid, other_secret],
    ['tampered body', 'no_matching_signature', valid, new_secret, BODY.replace('lapsed', 'lapsee')],
    ['body with one more line end', 'no_matching_signature', valid, new_secret, `${BODY}\n`],
    ['wrong id', 'no_matching_signature', { ...valid, 'webhook-id': 'evt_2bYq7Zk1' }],
    ['wrong timestamp', 'no_matching_signature', { ...valid, 'webhook-timestamp': `${NOW_S - 1}` }],
    ['300 s old', 'ok', at(NOW_S - 300)],
    ['301 s old', 'too_old', at(NOW_S - 301)],
    ['300 s ahead', 'ok', at(NOW_S + 300)],
    ['301 s ahead', 'too_new', at(NOW_S + 301)],
    ['milliseconds', 'malformed_timestamp', { ...valid, 'webhook-timestamp': `${NOW_S}000` }],
    ['no id', 'missing_header', no_id],
    ['no timestamp', 'missing_header', no_timestamp],
    ['no signature', 'missing_header', no_signature],
    ['no headers', 'missing_header', {}],
    ['empty signature', 'missing_header', signedBy('')],
    ['id given twice', 'missing_header', { ...valid, 'Webhook-Id': ID }],
    ['id with a dot', 'malformed_id', { ...valid, 'webhook-id': 'evt.1' }],
    ['id with a line end', 'malformed_id', { ...valid, 'webhook-id': `${ID}\n` }],
    ['id of other letters', 'malformed_id', { ...valid, 'webhook-id': 'событие' }],
    ['timestamp with a fraction', 'malformed_timestamp', { ...valid, 'webhook-timestamp': `${NOW_S}.0` }],
    ['timestamp with a sign', 'malformed_timestamp', { ...valid, 'webhook-timestamp': `+${NOW_S}` }],
    ['timestamp with a line end', 'malformed_timestamp', { ...valid, 'webhook-timestamp': `${NOW_S}\n` }],
    [
      'timestamp in wide digits',
      'malformed_timestamp',
      { ...valid, 'webhook-timestamp': '１８００００００００' },
    ],
    ['only v1a', 'no_matching_signature', signedBy(v1a())],
    ['mac under the name of v1a', 'no_matching_signature', signedBy(`v1a,${mac}`)],
    ['no version', 'no_matching_signature', signedBy(mac)],
    ['malformed base64', 'no_matching_signature', signedBy('v1,%%%not-base64%%%')],
    ['no padding', 'no_matching_signature', signedBy(v1().replace(/=+$/, ''))],
    ['half a signature', 'no_matching_signature', signedBy(v1().slice(0, 20))],
    ['signature of other letters', 'no_matching_signature', signedBy('v1,подпись')],
    ['malformed before valid', 'ok', signedBy('v1,%', 'v1', 'v1a,%', '', v1())],
  ];
}

function asymmetricCases(): Given[] {
  const raw = Buffer.from(ours.x, 'base64url');
  const confused = createHmac('sha256', raw).update(`${ID}.${NOW_S}.${BODY}`).digest('base64');
  // 64 bytes end in one letter whose low four bits stand for nothing: another letter, the same bytes.
  const respelled = v1a().replace(/.==$/, (end) => `${String.fromCharCode(end.charCodeAt(0) + 1)}==`);
  const old = { ...valid, 'webhook-timestamp': `${NOW_S - 301}`, 'webhook-signature': v1a(NOW_S - 301) };
  const both = signedBy(signatureV1a(ID, NOW_S, BODY, other.privateKey), v1a());
  return [
    ['valid', 'ok', signedBy(v1a()), ours.whpk],
    ['valid, key as x of the JWK', 'ok', signedBy(v1a()), ours.x],
    ['beside v1', 'ok', signedBy(v1(), v1a()), ours.whpk],
    ['rotated, old key held', 'ok', both, other.x],
    ['rotated, new key held', 'ok', both, ours.x],
    ['another key', 'no_matching_signature', signedBy(v1a()), other.whpk],
    ['tampered body', 'no_matching_signature', signedBy(v1a()), ours.whpk, `${BODY} `],
    ['wrong id', 'no_matching_signature', { ...signedBy(v1a()), 'webhook-id': 'evt_1' }, ours.whpk],
    ['301 s old', 'too_old', old, ours.whpk],
    ['only v1', 'no_matching_signature', valid, ours.whpk],
    ['v1 with the public key as secret', 'no_matching_signature', signedBy(`v1,${confused}`), ours.whpk],
    ['under the name of v1', 'no_matching_signature', signedBy(v1a().replace('v1a', 'v1')), ours.whpk],
    ['malformed base64', 'no_matching_signature', signedBy('v1a,%%%'), ours.whpk],
    ['bits that stand for nothing', 'no_matching_signature', signedBy(respelled), ours.whpk],
    ['no padding', 'no_matching_signature', signedBy(v1a().replace('==', '')), ours.whpk],
    ['63 bytes', 'no_matching_signature', signedBy(`v1a,${'A'.repeat(84)}`), ours.whpk],
    ['zeros', 'no_matching_signature', signedBy(`v1a,${'A'.repeat(86)}==`), ours.whpk],
  ];
}

/** A mistake of the receiver's own, told apart from a malformed event and never repeated. */
function keyCases(): Given[] {
  const keys = {
    empty: '',
    'no prefix': new_secret.slice('whsec_'.length),
    'secret of 23 bytes': `whsec_${Buffer.alloc(23, 7).toString('base64')}`,
    'secret of 65 bytes': `whsec_${Buffer.alloc(65, 7).toString('base64')}`,
    'secret with a line end': `${new_secret}\n`,
    'secret without padding': new_secret.replace(/=+$/, ''),
    'public key of 31 bytes': `whpk_${Buffer.alloc(31, 7).toString('base64')}`,
    'public key in base64url': `whpk_${ours.x}`,
    'x with padding': `${ours.x}=`,
    'not base64': 'whpk_%%%',
  };
  return Object.entries(keys).map(([name, key]) => [name, MALFORMED_KEY, valid, key]);
}

t.test('each verifier is run, by the runtimes of this machine', async (t) => {
  const files = (await readdir(FOLDER)).filter((name) => name !== 'README.md');
  t.same(LANGUAGES.map(({ file }) => file).sort(), files.sort());
  for (const { language, version, ed25519 } of verifiers)
    t.pass(`${language.file}: ${version}${ed25519 ? '' : ', v1 only'}`);
  t.ok(verifiers.some(({ language }) => language.file === 'verify.mjs'));
});

t.test('verify.ts says of v1 what every verifier must say', async (t) => {
  for (const { name, headers, body, key, expected } of symmetricCases().map(caseOf)) {
    const verification = verify(headers, body, [key], NOW_S);
    t.equal(verification.ok ? 'ok' : verification.reason, expected, name);
  }
});

const cases = [...symmetricCases(), ...asymmetricCases(), ...keyCases()].map(caseOf);

for (const verifier of verifiers) {
  t.test(`${verifier.language.file} says of each event what it must`, async (t) => {
    const given = await answers(verifier, cases);
    t.equal(given.length, cases.length, 'one answer a case');
    for (const [i, one] of cases.entries())
      t.ok(isRight(verifier, one, given[i]), one.name, { said: given[i], must: one.expected });
  });
}

t.test('law: what is signed is verified, and one changed bit is not', async (t) => {
  const event = fc.record({
    id: fc.stringMatching(/^[A-Za-z0-9_-]{1,40}$/),
    secret: fc.uint8Array({ minLength: 24, maxLength: 64 }),
    body: fc.uint8Array({ minLength: 1, maxLength: 300 }),
    age_s: fc.integer({ min: -300, max: 300 }),
    bit: fc.nat(),
  });
  const law = fc.asyncProperty(fc.array(event, { minLength: 100, maxLength: 100 }), async (events) => {
    const cases = events.flatMap(({ id, secret, body, age_s, bit }): Case[] => {
      const whsec = `whsec_${Buffer.from(secret).toString('base64')}`;
      const signed = headers(id, NOW_S - age_s, body, [whsec]);
      signed['webhook-signature'] +=
        ` ${signatureV1a(id, NOW_S - age_s, Buffer.from(body), ours.privateKey)}`;
      const changed = Buffer.from(body);
      changed[(bit >> 3) % body.length]! ^= 1 << (bit & 7);
      return [whsec, ours.x].flatMap((key) => [
        { name: 'signed', headers: signed, key, body: Buffer.from(body), expected: 'ok' },
        { name: 'changed', headers: signed, key, body: changed, expected: 'no_matching_signature' },
      ]);
    });
    await Promise.all(
      verifiers.map(async (verifier) => {
        const given = await answers(verifier, cases);
        const wrong = cases.findIndex((one, i) => !isRight(verifier, one, given[i]));
        if (wrong >= 0) throw new Error(`${verifier.language.file}: ${cases[wrong]!.name}, ${given[wrong]}`);
      }),
    );
  });
  await t.resolves(fc.assert(law, { numRuns: 1, endOnFailure: true }));
});
