/** Lists in docs/ and the README that must stay true: settings, licences, install scripts, and the tests that answer ASVS. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { runInNewContext } from 'node:vm';
import t from 'tap';
import { loadConfig } from '../../src/config.ts';
import { SEALED_COLUMNS } from '../../src/secrets/columns.ts';
import { isAllowed, LICENCES_FILE, licencesFile } from '../../src/supply/licences-file.ts';
import {
  type LockedPackage,
  nameOf,
  productionPackages,
  READ_LICENCES,
  ROOT,
} from '../../src/supply/lock.ts';
import { MISSION } from '../mission/rows.ts';
import { TARGETS } from '../mutation/targets.ts';

const MAX_OUTPUT_BYTES = 100_000_000;

const read = (name: string) => readFile(path.join(ROOT, name), 'utf8');

/** The cells of every row of the tables in a text, without their heads. */
function rowsOf(text: string): string[][] {
  const lines = text.split('\n');
  const rule = (line: string | undefined) => line?.startsWith('| ---') ?? false;
  return lines
    .filter((line, at) => line.startsWith('| ') && !rule(line) && !rule(lines[at + 1]))
    .map((line) => line.slice(2, -2).split(' | '));
}

t.test('every setting stands in the README, the manual or both, with its default', async (t) => {
  const config = await read('src/config.ts');
  const names = [...config.matchAll(/^ {2}([A-Z][A-Z_]+): /gm)].map(([, name]) => name!);
  t.ok(names.length > 10);
  const readme = await read('README.md');
  const settings = rowsOf(readme.slice(readme.indexOf('## Settings'))).map(([name]) => name);
  for (const name of names) t.ok(settings.includes(`\`${name}\``), name);
  const manual = await read('docs/operate.md');
  for (const name of names.filter((name) => /PROXIES|ORIGINS|HSTS|PER_MINUTE/.test(name)))
    t.match(manual, `\`${name}\``);
});

t.test('docs/licences.md names every production package with an allowed licence, as installed', async (t) => {
  const file = await readFile(LICENCES_FILE, 'utf8');
  t.equal(file, await licencesFile());
  const rows = new Map(rowsOf(file).map(([name, version, licence]) => [`${name}@${version}`, licence]));
  const installed = (await productionPackages()).filter(({ folder }) => existsSync(path.join(ROOT, folder)));
  t.ok(installed.length > 300);
  for (const { folder } of installed) {
    const found = JSON.parse(await read(`${folder}/package.json`)) as LockedPackage & { license?: string };
    t.equal(rows.get(nameOf(found)), found.license ?? READ_LICENCES[nameOf(found)], nameOf(found));
  }
});

t.test('a licence that is not on the list is refused', async (t) => {
  for (const licence of ['MIT', 'Apache-2.0 AND BSL-1.0', '(MIT OR GPL-3.0-only)']) t.ok(isAllowed(licence));
  for (const licence of ['GPL-3.0-only', 'MIT AND GPL-3.0-only', 'none stated', 'UNLICENSED', ''])
    t.notOk(isAllowed(licence), licence);
});

t.test('the bill of materials is CycloneDX 1.6 and has every production package with its hash', async (t) => {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import=tsx', 'src/supply/sbom.ts'], {
    cwd: ROOT,
    maxBuffer: MAX_OUTPUT_BYTES,
  });
  const bill = JSON.parse(stdout) as {
    bomFormat: string;
    specVersion: string;
    components: { name: string; version: string; hashes?: { alg: string; content: string }[] }[];
  };
  t.match(bill, { bomFormat: 'CycloneDX', specVersion: '1.6' });
  const packages = new Set((await productionPackages()).map(nameOf));
  t.same(bill.components.map(nameOf).sort(), [...packages].sort());
  for (const { name, hashes } of bill.components)
    t.match(hashes, [{ alg: 'SHA-512', content: /^[0-9a-f]{128}$/ }], name);
});

t.test('every install script is allowed by name and reviewed at its version, and none besides', async (t) => {
  const { allowScripts } = JSON.parse(await read('package.json')) as { allowScripts: Record<string, true> };
  const lock = JSON.parse(await read('package-lock.json')) as {
    packages: Record<string, { version: string; hasInstallScript?: boolean }>;
  };
  const scripted = Object.entries(lock.packages)
    .filter(([folder, { hasInstallScript }]) => folder !== '' && hasInstallScript)
    .map(([folder, { version }]) => ({ name: folder.replace(/^.*node_modules\//, ''), version }));
  t.ok(scripted.length > 2);
  t.same(Object.keys(allowScripts).sort(), scripted.map(({ name }) => name).sort());
  const review = await read('docs/supply-chain.md');
  const scripts = review.slice(review.indexOf('## Install scripts'));
  const reviewed = rowsOf(scripts).map(([name]) => name!.replaceAll('`', ''));
  t.same(reviewed.sort(), scripted.map(nameOf).sort());
});

t.test(
  'docs/supply-chain.md says within how many days a weak component is replaced, the worse the sooner',
  async (t) => {
    const text = await read('docs/supply-chain.md');
    const part = text.slice(text.indexOf('## Days to replace'), text.indexOf('## Install scripts'));
    const rows = rowsOf(part);
    t.same(
      rows.map(([severity]) => severity!.split(/\W/)[0]),
      ['critical', 'high', 'moderate', 'low'],
    );
    const days = rows.map(([, each]) => Number(each));
    t.ok(days.every((each, at) => each > (days[at - 1] ?? 0)));
    t.ok(days.at(-1)! <= 90);
    const { dependencies } = JSON.parse(await read('package.json')) as {
      dependencies: Record<string, string>;
    };
    for (const [, name] of part.matchAll(/`([^`]+)`/g)) t.ok(name! in dependencies, name!);
  },
);

t.test('versions are exact, and every package is pinned by hash', async (t) => {
  const { dependencies, devDependencies } = JSON.parse(await read('package.json')) as Record<
    string,
    Record<string, string>
  >;
  for (const [name, version] of Object.entries({ ...dependencies, ...devDependencies }))
    t.match(version, /^\d+\.\d+\.\d+(-[\w.]+)?$/, name);
  const lock = JSON.parse(await read('package-lock.json')) as {
    packages: Record<string, { integrity?: string }>;
  };
  for (const [folder, { integrity }] of Object.entries(lock.packages))
    if (folder !== '') t.match(integrity, /^sha512-/, folder);
});

/** Items of level 1 and 2 in ASVS 5.0.0, by chapter; 9 and 17 are of functions that the service has not. */
const ASVS_ITEMS: Record<string, number> = {
  1: 27,
  2: 11,
  3: 19,
  4: 10,
  5: 9,
  6: 35,
  7: 18,
  8: 7,
  10: 29,
  11: 14,
  12: 9,
  13: 13,
  14: 9,
  15: 13,
  16: 16,
};

/** The names of all tests, as they stand in the files: the first text of each `t.test(`. */
async function testNames(): Promise<Set<string>> {
  const files = (await readdir(path.join(ROOT, 'test'), { recursive: true })).filter((name) =>
    name.endsWith('.test.ts'),
  );
  const texts = await Promise.all(files.map((name) => read(path.join('test', name))));
  return new Set(texts.flatMap(namesIn));
}

function namesIn(text: string): string[] {
  return [...text.matchAll(/\bt\.test\(\s*(['"`])(.+?)\1,/g)].map(([, , name]) =>
    name!.replaceAll("\\'", "'"),
  );
}

/** Files of the product by their names. */
async function productFiles(): Promise<[name: string, text: string][]> {
  const names = await Promise.all(
    ['models', 'src', 'jobs'].map(async (folder) =>
      (await readdir(path.join(ROOT, folder), { recursive: true })).map((name) => `${folder}/${name}`),
    ),
  );
  const code = names.flat().filter((name) => /\.(ts|tsx|mjs)$/.test(name));
  return Promise.all(code.sort().map(async (name) => [name, await read(name)] as [string, string]));
}

/** What a text of the code names a hash, cipher or signature by. */
const ALGORITHM =
  /'((?:sha|md|blake|aes|des|chacha|camellia|rsa|ed|x|argon|scrypt|pbkdf)-?\d[\w-]*|argon2\w+|scrypt|EdDSA|[EPRH]S(?:256|384|512))'/g;

t.test('docs/keys.md names the algorithms that the code names, and no other', async (t) => {
  const named = new Set<string>();
  for (const [, text] of await productFiles())
    for (const [, algorithm] of text.matchAll(ALGORITHM)) named.add(algorithm!);
  const text = await read('docs/keys.md');
  const part = text.slice(text.indexOf('## Algorithms'), text.indexOf('## Connections'));
  const listed = rowsOf(part).map(([name]) => name!.replaceAll('`', ''));
  t.same([...named].sort(), listed.sort());
});

/** Modules by which a program talks to another machine; those that listen alone are left out by what they take of them. */
const REACHING =
  /import (?!type)([^;]*) from '(undici|postgres|openid-client|node:(?:net|http|https|tls|dgram|dns)(?:\/promises)?)'|import\('(@opentelemetry\/exporter[^']*)'\)/g;

t.test('docs/keys.md names whatever opens a connection', async (t) => {
  const opening: string[] = [];
  for (const [name, text] of await productFiles())
    for (const [, taken = '', from] of text.matchAll(REACHING)) {
      const listens =
        from?.startsWith('node:') &&
        !/\b(connect|request|get|Agent|Socket\(|lookup|resolve\w*)\b/.test(taken);
      if (!listens) opening.push(name);
    }
  const text = await read('docs/keys.md');
  const rows = rowsOf(text.slice(text.indexOf('## Connections')));
  const listed = rows.flatMap(([by]) => [...by!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
  t.same([...new Set(opening)].sort(), listed.sort());
});

const LOG_CALL = /\blog(?:\.(?:debug|info|warn|error|fatal)|\[[^\]]+\])\(/g;
const TEXT = /(['`])((?:(?!\1).)+)\1/g;

/** What stands between a bracket that was just opened and its end. */
function within(code: string, from: number): string {
  let at = from;
  for (let open = 1; open > 0; at++) open += code[at] === '(' ? 1 : code[at] === ')' ? -1 : 0;
  return code.slice(from, at - 1);
}

t.test('docs/operate.md tells every line that the log may have, and what to do', async (t) => {
  const manual = await read('docs/operate.md');
  const lines = manual.slice(manual.indexOf('## What the log says'));
  let told = 0;
  for (const [file, code] of await productFiles())
    for (const { 0: call, index } of code.matchAll(LOG_CALL))
      for (const [, , words] of within(code, index + call.length).matchAll(TEXT)) {
        // Words of one piece are names of fields. Of those with values between, the longest piece without one counts.
        if (!words!.includes(' ')) continue;
        const [piece] = words!.split(/\$\{[^}]*\}/).sort((a, b) => b.length - a.length);
        t.ok(lines.includes(piece!), `${file}: ${words}`);
        told += 1;
      }
  t.ok(told > 20, `${told} lines`);
});

/** A number, or several by name. */
type LimitValue = number | Record<string, number>;

const CONSTANT = /^(?:export )?const ([A-Z][A-Z0-9]+(?:_\w+)*)\b[^=\n]*= ([^;]*?)(?: as const[^;]*)?;/gm;
const LIMIT_NAME = /^(MAX|MOST|LEAST|MIN)_|LIMITS?(_|$)|TIMEOUT|DEADLINE|_BODY_BYTES$/;
/** All of it is limits, whatever their names. */
const LIMITS_FILE = 'src/http/limits.ts';
/** Named like limits, and texts. */
const NO_NUMBERS = ['jobs/capacity/text.ts LIMITS', 'models/capacity/plan.ts LIMIT_NAMES'];

/** The limits of the product by `file name`, reckoned from what stands in the code and what it imports. */
async function limitsOfCode(): Promise<Map<string, LimitValue>> {
  const files = new Map(await productFiles());
  const inFile = (file: string) => [...files.get(file)!.matchAll(CONSTANT)];
  const numberOf = (file: string, name: string): LimitValue => {
    const text = inFile(file).find(([, made]) => made === name)?.[2];
    if (text === undefined) return numberOf(sourceOf(files.get(file)!, file, name), name);
    const used = [...text.matchAll(/\b[A-Z][A-Z0-9]+(?:_\w+)*\b/g)].map(([other]) => other);
    return reckoned(text, Object.fromEntries(used.map((other) => [other, numberOf(file, other)])));
  };
  const limits = new Map<string, LimitValue>();
  for (const file of files.keys())
    for (const [, name] of inFile(file)) {
      const is_limit = LIMIT_NAME.test(name!) || file === LIMITS_FILE;
      if (is_limit && !NO_NUMBERS.includes(`${file} ${name}`))
        limits.set(`${file} ${name}`, numberOf(file, name!));
    }
  return limits;
}

/** The file that a name is imported from. */
function sourceOf(code: string, file: string, name: string): string {
  for (const [, taken, from] of code.matchAll(/^import \{([^}]*)\} from '(\.[^']*)'/gm))
    if (taken!.split(',').some((each) => each.trim() === name)) return path.join(path.dirname(file), from!);
  throw new Error(`${file} has ${name} from nowhere`);
}

/** @throws Error for what is neither a number nor several */
function reckoned(text: string, scope: Record<string, LimitValue>): LimitValue {
  const value: unknown = runInNewContext(`(${text})`, scope);
  const several = typeof value === 'object' ? Object.values(value ?? {}) : [value];
  if (several.length > 0 && several.every((each) => typeof each === 'number')) return value as LimitValue;
  throw new Error(`${text} is no number`);
}

function told(value: LimitValue): string {
  if (typeof value !== 'number')
    return Object.entries(value)
      .map(([name, each]) => `${name} ${told(each)}`)
      .join(', ');
  const is_far = value >= 1e15 || (value > 0 && value < 1e-3);
  return is_far ? String(value) : value.toLocaleString('en-US', { maximumFractionDigits: 20 });
}

t.test('docs/limits.md names every limit of the code with its value, and no other', async (t) => {
  const rows = rowsOf(await read('docs/limits.md')).filter(([, , , , file]) => file !== undefined);
  t.same(
    rows.filter(([, , what, beyond]) => what!.length < 5 || beyond!.length < 3),
    [],
    'each says of what it is, and what happens beyond it',
  );
  const listed = new Map(
    rows.map(([name, value, , , file]) => [`${file} ${name}`.replaceAll('`', ''), value!]),
  );
  t.equal(listed.size, rows.length, 'no limit stands there twice');
  const settings = loadConfig({}) as unknown as Record<string, unknown>;
  const expected = new Map<string, string>();
  for (const name of (await read('src/config.ts')).matchAll(/^ {2}([A-Z_]+(?:PER_MINUTE|AGE_SECONDS)): /gm))
    expected.set(`src/config.ts ${name[1]}`, told(settings[name[1]!.toLowerCase()] as number));
  t.equal(expected.size, 4);
  for (const [key, value] of await limitsOfCode()) expected.set(key, told(value));
  t.ok(expected.size > 400);
  t.same(Object.fromEntries([...listed].sort()), Object.fromEntries([...expected].sort()));
});

t.test(
  'docs/limits.md names whatever is costly: all that is made on a thread, by operations and limits that are there',
  async (t) => {
    const text = await read('docs/limits.md');
    const part = text.slice(text.indexOf('## What is costly'), text.indexOf('## Settings'));
    const rows = rowsOf(part);
    const threads: string[] = [];
    for (const [, code] of await productFiles())
      for (const [, name] of code.matchAll(/= onThread<[^(]*\(\{[^}]*?\bname: '([^']+)'/g))
        threads.push(name!);
    t.ok(threads.length > 5);
    const listed = rows.filter(([, , bound]) => bound!.includes('on a thread')).map(([what]) => what!);
    t.same(listed.sort(), threads.sort());
    const { paths } = JSON.parse(await read('openapi/openapi.json')) as {
      paths: Record<string, Record<string, { operationId: string }>>;
    };
    const operations = Object.values(paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    const limits = rowsOf(text.slice(text.indexOf('## Settings'))).map(([name]) => name);
    for (const [, asked, bound] of rows) {
      for (const [, name] of asked!.matchAll(/`(\w+)`/g)) t.ok(operations.includes(name!), name!);
      for (const [name] of bound!.matchAll(/`\w+`/g)) t.ok(limits.includes(name), name);
    }
  },
);

t.test(
  'each rule of docs/limits.md on fields that must agree is told by the code as there, and tested',
  async (t) => {
    const text = await read('docs/limits.md');
    const rules = rowsOf(text.slice(text.indexOf('## Fields that must agree')));
    t.ok(rules.length > 25);
    const code = (await productFiles()).map(([, each]) => each).join('\n');
    const names = await testNames();
    for (const [of, rule, told, test] of rules) {
      t.ok(code.includes(told!), `${of}: ${rule}: "${told}" is told`);
      t.ok(names.has(test!.replaceAll('`', '')), `${of}: ${test}`);
    }
  },
);

t.test('docs/data-classes.md says who sees each field that only some see, sealed ones all', async (t) => {
  const text = await read('docs/data-classes.md');
  const part = text.slice(
    text.indexOf('## Fields that only some see'),
    text.indexOf('## Tables of the house'),
  );
  const rows = rowsOf(part);
  t.ok(rows.length > 15);
  const contract = await read('openapi/openapi.json');
  const names = await testNames();
  const sealed: string[] = [];
  for (const [fields, seen_by, instead, held_by] of rows) {
    t.ok(seen_by!.length > 3 && instead!.length > 3, fields!);
    for (const [, field] of fields!.matchAll(/`([^`]+)`/g))
      if (field!.includes('.')) sealed.push(field!);
      else t.ok(contract.includes(`"${field}":`), `${field} is in the contract`);
    const tests = [...held_by!.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
    t.ok(tests.length > 0, fields!);
    for (const name of tests) t.ok(names.has(name), name);
  }
  t.same(sealed.sort(), SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort());
});

t.test('docs/asvs.md answers every item, and every test that it names exists', async (t) => {
  const text = await read('docs/asvs.md');
  const names = await testNames();
  t.ok(names.size > 400);
  const rows = rowsOf(text);
  const items = rows.map(([item]) => item!);
  t.equal(new Set(items).size, items.length, 'no item stands there twice');
  const counts: Record<string, number> = {};
  for (const item of items) counts[item.split('.')[0]!] = (counts[item.split('.')[0]!] ?? 0) + 1;
  t.same(counts, ASVS_ITEMS);
  const states: Record<string, number> = { held: 0, open: 0, 'not applicable': 0 };
  for (const [item, level, , state, answer] of rows) {
    t.match(level, /^[12]$/, `level of ${item}`);
    t.ok(state! in states, `${item} is ${state}`);
    states[state!]! += 1;
    const named = [...answer!.matchAll(/`([^`]+)`/g), ...answer!.matchAll(/“([^”]+)”/g)].map(
      ([, name]) => name!,
    );
    if (state === 'held') t.ok(named.length > 0, `${item} names a test`);
    t.ok(answer!.length > 3, `${item} says why`);
    for (const name of named.filter((name) => !/^[A-Z_]+$/.test(name)))
      t.ok(names.has(name), `${item}: ${name}`);
  }
  const { held, open, 'not applicable': not_applicable } = states;
  t.match(text, `${held} items are held, ${open} open, ${not_applicable} not applicable.`);
});

t.test('what is mutated, and the tests that must notice, exist and stand in docs/mutation.md', async (t) => {
  const text = await read('docs/mutation.md');
  const listed = rowsOf(text.slice(0, text.indexOf('## Survivors'))).map(([file]) =>
    file!.replaceAll('`', ''),
  );
  const mutated = TARGETS.flatMap(({ mutate }) => mutate);
  t.same(listed.filter((file) => file !== 'all').sort(), [...mutated].sort());
  for (const file of mutated) t.ok(existsSync(path.join(ROOT, file)), file);
  for (const { file, only = [] } of TARGETS.flatMap(({ noticed_by }) => noticed_by)) {
    const names = namesIn(await read(file));
    for (const name of only) t.ok(names.includes(name), `${file}: ${name}`);
  }
});

t.test('every row of the mission names tests that are there', async (t) => {
  const texts = new Map<string, string>();
  for (const { row, tests } of MISSION) {
    t.ok(tests.length > 0, row);
    for (const { file, name } of tests) {
      const text = texts.get(file) ?? (await readFile(new URL(`../../${file}`, import.meta.url), 'utf8'));
      texts.set(file, text);
      t.ok(text.includes(`'${name}'`), `${file}: ${name}`);
    }
  }
});
