/** Lists in docs/ and the README that must stay true: settings, licences, install scripts, and the tests that answer ASVS. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
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
  const reviewed = rowsOf(review).map(([name]) => name!.replaceAll('`', ''));
  t.same(reviewed.sort(), scripted.map(nameOf).sort());
});

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
