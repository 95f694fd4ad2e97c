/** Receipts: what a valuation was made of, for its parties, signed; and whether it comes out again without the service. */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import t from 'tap';
import { MAX_RECEIPT_BYTES, parseReceipt, recompute } from '../../jobs/recompute.ts';
import { DEFAULT_ASSUMPTIONS } from '../../models/assumptions.ts';
import { addDays } from '../../models/calendar.ts';
import { canonicalJson } from '../../src/canonical.ts';
import type { Transaction } from '../../src/db/client.ts';
import { LANGUAGES } from '../../src/pages/language/catalogue.ts';
import { patentId } from '../../src/patents/identity.ts';
import { cnSample } from '../../src/patents/sources/cnipa/sample.ts';
import { revalueOne } from '../../src/pledges/revalue.ts';
import { type ModelSet, modelSet, partOf } from '../../src/valuations/models.ts';
import { contentOf, inputsOf, type Receipt, signReceipt } from '../../src/valuations/receipt.ts';
import { latestModels, storeModels } from '../../src/valuations/store.ts';
import { newKeyPair } from '../../src/webhooks/sign.ts';
import { rotateSigningKey } from '../../src/webhooks/signing-keys.ts';
import { openFolder } from '../database.ts';
import { buildService, CN_PATENTS, type Party } from '../service.ts';

interface ValueFlow {
  points: { as_of: string; status: string; patents: { patent_id: string; valuation_id: string }[] }[];
}

// A dozen processes take their time on a busy machine.
t.setTimeout(180_000);

const RECOMPUTE = fileURLToPath(new URL('../../jobs/recompute.ts', import.meta.url));
const REPORT = fileURLToPath(new URL('../../jobs/report/main.ts', import.meta.url));

const service = await buildService(t);
const { database, vault, clock, call, bank_a, bank_b, firm_a, firm_b, staff } = service;
const { sql } = database;
// tap's own is shared by all that run this file at once.
const folder = await openFolder('pledgewatch-receipts-');
t.teardown(() => rm(folder, { recursive: true }));

const today = () => clock.now().toISOString().slice(0, 10);

/** A pledge of one patent, of whose use everything is declared. */
async function pledged(patent_id = service.takePatent(), bank = bank_a, firm = firm_a): Promise<string> {
  const { status, body, text } = await call<{ id: string }>(firm.key, 'POST', '/v1/pledges', {
    bank_id: bank.id,
    firm_id: firm.id,
    patents: [
      {
        patent_id,
        annual_revenue_minor: 512_345_671,
        launch: { value_minor: 90_000_003, development_cost_minor: 80_000_001 },
        reproduction_cost_minor: 33_333_333,
      },
    ],
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: addDays(today(), 700),
  });
  if (status !== 201) throw new Error(text);
  return body.id;
}

async function pointsOf(pledge_id: string) {
  return (await call<ValueFlow>(staff.key, 'GET', `/v1/pledges/${pledge_id}/value-flow`)).body.points;
}

const receiptOf = (party: Party, pledge_id: string, valuation_id: string) =>
  call<Receipt & { code: string; detail: string }>(
    party.key,
    'GET',
    `/v1/pledges/${pledge_id}/valuations/${valuation_id}/receipt`,
  );

/** Runs `npm run recompute`, or another program. */
async function command(given: string[], input = '', program = RECOMPUTE) {
  const child = spawn(process.execPath, ['--import', 'tsx', program, ...given]);
  let [output, errors] = ['', ''];
  child.stdout.on('data', (piece) => {
    output += piece;
  });
  child.stderr.on('data', (piece) => {
    errors += piece;
  });
  // It may end before it has read all.
  child.stdin.on('error', () => {});
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  return { code, output, errors };
}

const pledge_id = await pledged();
const [point] = await pointsOf(pledge_id);
const { valuation_id } = point!.patents[0]!;
const { text, body: receipt } = await receiptOf(bank_a, pledge_id, valuation_id);
const file = path.join(folder, 'receipt.json');
await writeFile(file, text);

/** The text with another digit at the first place where `before` ends, written as the service would write it. */
function tampered(before: RegExp): string {
  const found = before.exec(text)!;
  const at = found.index + found[0].length;
  const changed = [...'0123456789'].map((digit) => text.slice(0, at) + digit + text.slice(at + 1));
  return changed.find((each) => each !== text && JSON.stringify(JSON.parse(each)) === each)!;
}

t.test('the parties and staff get one and the same receipt, others none', async (t) => {
  t.hasStrict(receipt, {
    format: 'pledgewatch-receipt/1',
    valuation_id,
    as_of: '2009-06-10',
    known_at: '2009-06-10T02:00:00.000Z',
    declared: { annual_revenue: 5_123_456.71 },
    result: { valuation: { status: 'valued', methods: { option_to_launch: { ok: true } } } },
  });
  t.equal(text, canonicalJson(receipt), 'as it is hashed and signed');
  const [row] = await sql`select mid_minor, encode(input_sha256, 'hex') as input_sha256 from valuation
    where valuation_id = ${valuation_id}`;
  t.equal(receipt.result.mid_minor, row!.mid_minor);
  t.equal(receipt.input_sha256, row!.input_sha256);
  for (const party of [firm_a, staff])
    t.equal((await receiptOf(party, pledge_id, valuation_id)).text, text, 'to the byte');
  for (const party of [bank_b, firm_b])
    t.hasStrict(await receiptOf(party, pledge_id, valuation_id), {
      status: 404,
      body: { code: 'not_found', detail: 'There is no such pledge.' },
    });
});

t.test('a valuation is had through a pledge whose value it is part of, and no other', async (t) => {
  const other = await pledged();
  const own = (await pointsOf(other))[0]!.patents[0]!.valuation_id;
  t.equal((await receiptOf(bank_a, other, own)).status, 200);
  const { status, body } = await receiptOf(bank_a, other, valuation_id);
  t.equal(status, 404);
  t.match(body.detail, /no such valuation in this pledge/);
  t.equal((await receiptOf(staff, 'missing', valuation_id)).status, 404);
  t.equal((await receiptOf(staff, pledge_id, 'missing')).status, 404);
});

t.test('the command recomputes a receipt from the file alone', async (t) => {
  const plain = await command([file]);
  t.match(plain, { code: 0, errors: '', output: /by the key in the file.*--key/ });
  t.match(plain.output, /\nThe receipt agrees\.\n$/);
  const keys = await call<{ keys: { x: string }[] }>(null, 'GET', '/.well-known/jwks.json');
  const pinned = await command([file, `--key=${keys.body.keys[0]!.x}`]);
  t.match(pinned, { code: 0, output: /by the key pinned with --key/ });
  const json = await command(['-', '--json'], JSON.stringify(receipt, null, 2));
  t.equal(json.code, 0, 'white space is free');
  t.same(JSON.parse(json.output), {
    agrees: true,
    input_sha256_ok: true,
    result_ok: true,
    signature_ok: true,
    key_pinned: false,
    differences: [],
  });
});

const reportOf = (party: Party, pledge_id: string, valuation_id: string, query = '') =>
  service.app.inject({
    url: `/v1/pledges/${pledge_id}/valuations/${valuation_id}/report${query}`,
    headers: { authorization: `Bearer ${party.key}` },
  });

t.test('the report of a valuation comes out of its receipt alone, to the byte', async (t) => {
  for (const language of LANGUAGES) {
    const { statusCode, headers, rawPayload } = await reportOf(
      bank_a,
      pledge_id,
      valuation_id,
      `?language=${language}`,
    );
    t.equal(statusCode, 200, language);
    t.match(headers, {
      'content-type': 'application/pdf',
      'content-disposition': `inline; filename="${valuation_id}-${language}.pdf"`,
    });
    const out = path.join(folder, `${language}.pdf`);
    const made = await command([file, `--language=${language}`, `--out=${out}`, '--json'], '', REPORT);
    t.equal(made.code, 0, made.errors);
    t.same(JSON.parse(made.output), {
      valuation_id,
      language,
      file: out,
      bytes: rawPayload.length,
      sha256: createHash('sha256').update(rawPayload).digest('hex'),
    });
    t.ok(rawPayload.equals(await readFile(out)), 'what is written is what was answered');
  }
});

t.test('who may see a valuation gets its report, others none', async (t) => {
  for (const party of [firm_a, staff])
    t.equal((await reportOf(party, pledge_id, valuation_id)).statusCode, 200);
  for (const party of [bank_b, firm_b])
    t.equal((await reportOf(party, pledge_id, valuation_id)).statusCode, 404);
  t.equal((await reportOf(bank_a, pledge_id, valuation_id, '?language=de')).statusCode, 400);
  t.equal((await reportOf(bank_a, pledge_id, 'missing')).statusCode, 404);
});

t.test('the command makes no report of what does not agree, nor where it cannot', async (t) => {
  const out = path.join(folder, 'report.pdf');
  const changed = await command(['-', `--out=${out}`], tampered(/"low_minor":\d*?(?=\d,)/), REPORT);
  t.match(changed, { code: 1, output: '', errors: /^- does not agree with itself: .*\n$/ });
  t.match(await command(['-'], '{}', REPORT), { code: 1, errors: /^- is no receipt to be read: .*\n$/ });
  const nowhere = path.join(out, 'nowhere', 'report.pdf');
  t.match(await command(['-', `--out=${nowhere}`], text, REPORT), {
    code: 1,
    errors: /cannot be written: .*Name another place with --out/,
  });
  t.match(await command(['-', '--language=de'], text, REPORT), {
    code: 2,
    errors: /--language is 'de': choose one of en, zh, ru/,
  });
  t.equal((await command([], '', REPORT)).code, 2);
});

/** Where a digit is changed, which parts of the verdict stand, and the places that are named. */
const CHANGES: { what: string; before: RegExp; inputs: boolean; result: boolean; paths: string[] }[] = [
  {
    what: 'a fact',
    before: /"facts":.*?"claims":/,
    inputs: false,
    result: false,
    paths: ['/input_sha256', '/valuation_id', '/result/valuation/if_valid/p05', '/result_sha256'],
  },
  {
    what: 'a coefficient',
    before: /"coefficients":\[-?\d\./,
    inputs: false,
    result: false,
    paths: [
      '/lapse_model/id',
      '/model_set_id',
      '/input_sha256',
      '/valuation_id',
      '/result/valuation/if_valid/p05',
      '/result_sha256',
    ],
  },
  {
    what: 'an assumption',
    before: /"haircut":.*?"value":0\./,
    inputs: false,
    result: false,
    paths: [
      '/assumptions/id',
      '/model_set_id',
      '/input_sha256',
      '/valuation_id',
      '/result/valuation/collateral',
      '/result_sha256',
    ],
  },
  {
    what: 'a bit of the result',
    before: /"weighted":.*?"p50":\d+\.\d*?(?=\d,)/,
    inputs: true,
    result: false,
    paths: ['/result/valuation/weighted/p50'],
  },
  {
    what: 'a minor figure',
    before: /"low_minor":\d*?(?=\d,)/,
    inputs: true,
    result: false,
    paths: ['/result/low_minor'],
  },
  {
    what: 'the signature',
    before: /"value":"(?=[\w-]{86}")/,
    inputs: true,
    result: true,
    paths: [],
  },
];

t.test('the command finds one changed digit, and names the place', async (t) => {
  for (const { what, before, inputs, result, paths } of CHANGES) {
    const { differences, ...verdict } = recompute(parseReceipt(tampered(before)), null);
    t.same(
      verdict,
      { agrees: false, input_sha256_ok: inputs, result_ok: result, signature_ok: false, key_pinned: false },
      what,
    );
    t.same(
      differences.map(({ path }) => path),
      paths,
      what,
    );
  }
  const { code, output } = await command(['-'], tampered(/"low_minor":\d*?(?=\d,)/));
  t.equal(code, 1);
  const { low_minor } = receipt.result;
  t.match(output, new RegExp(`/result/low_minor: the receipt says \\d+, not ${low_minor}\n`));
  t.match(output, /result: +DIFFERS\nsignature: BAD/);
  t.match(output, /does NOT agree/);
});

const agrees = (changed: string) => {
  try {
    return recompute(parseReceipt(changed), null).agrees;
  } catch {
    return false;
  }
};

t.test('whatever character of a value is changed, the receipt no longer agrees', async (t) => {
  const leaves = [...text.matchAll(/"(?:[^"\\]|\\.)+":?|[^\s"[\]{}:,]+/g)].filter(
    ([token]) => !token.endsWith('":'),
  );
  t.ok(leaves.length > 300 && agrees(text));
  const change = fc.record({
    leaf: fc.nat(leaves.length - 1),
    at: fc.nat(1000),
    to: fc.constantFrom(...'0123456789aeX-'),
  });
  fc.assert(
    fc.property(change, ({ leaf, at, to }) => {
      const { 0: token, index } = leaves[leaf]!;
      const [start, length] = token.startsWith('"') ? [index + 1, token.length - 2] : [index, token.length];
      const place = start + (at % length);
      fc.pre(text[place] !== to);
      return !agrees(text.slice(0, place) + to + text.slice(place + 1));
    }),
    { numRuns: 200, seed: 20090610 },
  );
});

t.test('a value changed for one of another kind is found too', async (t) => {
  const flipped = [
    ['"converged":true', '"converged":false'],
    ['"market":null', '"market":0'],
    ['"industry":null', '"industry":"chemistry"'],
    ['"challenges":[]', '"challenges":["challenge_filed"]'],
    ['"mid_minor":', '"mid_minor":1,"mid_minor":'],
    ['"haircut":{', '"haircut":{"value":0.1,'],
    ['"value":0.5,', '"value":0.50,'],
    ['"value":0.5,', '"value":0.50000000000000001,'],
    ['"as_of":"2009', '"as_of":"\\u0032009'],
    ['{"as_of"', '{"added":0,"as_of"'],
  ] as const;
  for (const [from, to] of flipped) {
    t.ok(text.includes(from), from);
    t.notOk(agrees(text.replace(from, to)), to);
  }
});

t.test(
  'a receipt that someone else has signed agrees with itself, and not with the pinned key',
  async (t) => {
    const { signature, ...content } = receipt;
    const inputs = inputsOf({ ...content, facts: { ...receipt.facts, claims: 99 } });
    const forged = signReceipt(contentOf(inputs, receipt.known_at), { id: 'forged', ...newKeyPair() });
    const file = canonicalJson(forged);
    t.equal(recompute(parseReceipt(file), null).agrees, true);
    const { code, output } = await command(['-', '--json', `--key=${signature.x}`], file);
    t.equal(code, 1);
    t.match(JSON.parse(output), {
      agrees: false,
      input_sha256_ok: true,
      result_ok: true,
      signature_ok: false,
      key_pinned: true,
      differences: [{ path: '/signature/x' }],
    });
    const misnamed = { ...forged, signature: { ...forged.signature, key_id: signature.key_id } };
    t.equal(recompute(misnamed, null).signature_ok, false, 'the name of a key is no key');
  },
);

t.test('what is no whole receipt is refused in one sentence', async (t) => {
  const refused = (reason: string) => ({
    code: 1,
    output: '',
    errors: new RegExp(`^[^\n]* cannot be checked: [^\n]*${reason}[^\n]*\n$`),
  });
  t.match(await command(['-'], text.slice(0, text.length / 3)), refused('JSON'), 'cut short');
  const misspelt = text.replace('"value":0.5,', '"value":0.50,');
  t.match(await command(['-'], misspelt), refused('at character \\d+, 0.50 is not written as'));
  const flood = ' '.repeat(MAX_RECEIPT_BYTES + 1);
  t.match(await command(['-'], flood), refused('over 1048576 bytes'));
  t.match(await command(['nowhere.json']), refused('ENOENT.*Name a file that can be read'));

  const throws = (changed: string, reason: RegExp) => t.throws(() => parseReceipt(changed), reason);
  throws(text.replace('receipt/1', 'receipt/9'), /^\/format must be "pledgewatch-receipt\/1"/);
  throws(text.replace('"filed_on"', '"filled_on"'), /\/facts must have .* 'filed_on'/);
  throws(text.replace('"as_of":"2009-06-10"', '"as_of":"2009-06-31"'), /\/as_of must match format/);
  throws(text.replace('"low_minor":', '"low_minor":1.5,"low_minor":'), /1.5 is not written/);
  fc.assert(
    fc.property(fc.nat(text.length - 1), (length) => !agrees(text.slice(0, length))),
    { numRuns: 200, seed: 20090610 },
  );
});

t.test('the command that is called wrongly says how to call it', async (t) => {
  t.match(await command([]), { code: 2, output: '', errors: /^Name one file[^\n]*\n$/ });
  t.match(await command(['-', '--key=x']), { code: 2, output: '', errors: /^--key: give the x[^\n]*\n$/ });
  t.match(await command(['--help']), { code: 0, output: /--json/, errors: '' });
});

t.test('nothing is signed that today’s code does not reach', async (t) => {
  const refused = async (reason: RegExp) => {
    const { status, body, text: answer } = await receiptOf(bank_a, pledge_id, valuation_id);
    t.hasStrict({ status, code: body.code }, { status: 409, code: 'conflict' });
    t.match(body.detail, reason);
    t.notMatch(answer, /signature/);
  };
  const [kept] = await sql<{ detail: string; mid_minor: number; parameters: string }[]>`
    select detail::text, mid_minor, parameters::text from valuation
    join model_version on model_version.id = model_version_id where valuation_id = ${valuation_id}`;
  /** As no one may: these tables only grow. */
  const tamper = (change: (tx: Transaction) => Promise<unknown>) =>
    database.transaction(async (tx) => {
      await tx`alter table valuation disable trigger user`;
      await tx`alter table model_version disable trigger user`;
      await change(tx);
      await tx`alter table valuation enable trigger user`;
      await tx`alter table model_version enable trigger user`;
    });
  const setDetail = (detail: string) => (tx: Transaction) =>
    tx`update valuation set detail = ${detail}::text::jsonb where valuation_id = ${valuation_id}`;
  const setMid = (mid_minor: number) => (tx: Transaction) =>
    tx`update valuation set mid_minor = ${mid_minor} where valuation_id = ${valuation_id}`;
  const setModel = (parameters: string) => (tx: Transaction) =>
    tx`update model_version set parameters = ${parameters}::text::jsonb where kind = 'lapse-hazard'`;
  const setSet = (id: string | null) => (tx: Transaction) =>
    tx`update valuation set model_set_id = ${id} where valuation_id = ${valuation_id}`;

  const { facts, ...rest } = JSON.parse(kept!.detail);
  await tamper(setDetail(JSON.stringify({ ...rest, facts: { ...facts, claims: 99 } })));
  await refused(/no longer hash to what was stored.*Ask for a later valuation/);
  await tamper(setDetail(JSON.stringify(rest)));
  await refused(/no longer hash/);
  await tamper(setDetail(JSON.stringify({ ...rest, facts, weighted: { ...rest.weighted, p50: 1 } })));
  await refused(/\/result\/valuation\/weighted\/p50 was stored as 1 and comes out as \d/);
  await tamper(setDetail(kept!.detail));

  await tamper(setMid(kept!.mid_minor + 1));
  await refused(/\/result\/mid_minor was stored as \d+ and/);
  await tamper(setMid(kept!.mid_minor));

  const model = JSON.parse(kept!.parameters);
  await tamper(setModel(JSON.stringify({ ...model, coefficients: [-1, ...model.coefficients.slice(1)] })));
  await refused(/\/lapse_model\/id was stored as/);
  await tamper(setModel(kept!.parameters));

  await tamper(setSet(null));
  await refused(/was made before all that goes into one was kept/);
  await tamper(setSet(receipt.model_set_id));
  t.equal((await receiptOf(bank_a, pledge_id, valuation_id)).text, text);
});

t.test('a valuation keeps its assumptions and models when others take their place', async (t) => {
  const now = clock.now();
  const used = (await latestModels(sql, now))!;
  const { haircut } = DEFAULT_ASSUMPTIONS;
  const changed = { ...DEFAULT_ASSUMPTIONS, haircut: { ...haircut, value: 0.3 } };
  const other = modelSet({ ...used, assumptions: partOf('assumptions', changed) });
  t.not(other.id, used.id);
  clock.set(new Date(now.getTime() + 60_000));
  const valuedUnder = async (models: ModelSet) => {
    await database.transaction((tx) => revalueOne(tx, pledge_id, models, clock.now()));
    const { valuation_id } = (await pointsOf(pledge_id)).at(-1)!.patents[0]!;
    return (await receiptOf(bank_a, pledge_id, valuation_id)).body;
  };
  await storeModels(sql, other, clock.now());
  const second = await valuedUnder(other);
  t.equal(second.assumptions.parameters.haircut.value, 0.3);
  t.equal(second.model_set_id, other.id);
  t.same(second.lapse_model, receipt.lapse_model);
  t.hasStrict(recompute(second, null), { agrees: true });
  t.ok(second.result.collateral_minor! > receipt.result.collateral_minor!);

  const own = (await latestModels(sql, clock.now()))!;
  t.equal(own.id, used.id, 'the assumptions are those of this program again');
  const third = await valuedUnder(own);
  t.equal(third.valuation_id, valuation_id, 'the same inputs are the same valuation');
  const [latest] = await sql`select count(*) from model_set`;
  t.equal(latest!.count, 2);
  t.equal((await receiptOf(bank_a, pledge_id, valuation_id)).text, text, 'to the byte');
  clock.set(now);
});

t.test('the newest key signs', async (t) => {
  const { public_key } = await database.transaction((tx) => rotateSigningKey(tx, vault));
  const { body } = await receiptOf(bank_a, pledge_id, valuation_id);
  t.not(body.signature.key_id, receipt.signature.key_id);
  t.equal(`whpk_${Buffer.from(body.signature.x, 'base64url').toString('base64')}`, public_key);
  t.ok(recompute(body, body.signature.x).agrees);
  t.notOk(recompute(body, receipt.signature.x).agrees);
});

/** A patent in force when the tests begin whose termination the gazette really published in the months after. */
async function lapsingPatent(): Promise<string> {
  for await (const record of cnSample.read(createReadStream(CN_PATENTS))) {
    if (!record.ok) continue;
    const { office, application_number } = record.patent;
    const lapse = record.signals.find(({ kind }) => kind === 'lapsed');
    const granted = record.signals.some(
      ({ kind, published_on }) => kind === 'granted' && published_on < today(),
    );
    if (granted && lapse && lapse.published_on > '2009-10-01' && lapse.published_on < '2010-01-01')
      return patentId(office, application_number);
  }
  throw new Error('the file has no such patent');
}

t.test('also a worthless and an unknown value has its receipt', async (t) => {
  const lapsing = await pledged(await lapsingPatent());
  await service.passTo('2010-01-01T02:00:00Z');
  clock.set(new Date('2010-06-01T02:00:00Z'));
  const silent = await pledged();
  const statuses: string[] = [];
  for (const pledge of [pledge_id, lapsing, silent])
    for (const { patents } of await pointsOf(pledge)) {
      const { text } = await receiptOf(firm_a, pledge, patents[0]!.valuation_id);
      const found = parseReceipt(text);
      t.hasStrict(recompute(found, null), { agrees: true, differences: [] });
      statuses.push(found.result.valuation.status);
    }
  t.same(new Set(statuses), new Set(['valued', 'worthless', 'unknown']));
});
