/** Rules of the house that no compiler holds: who may import whom, and what may not stand in a file. */
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import t from 'tap';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const MAX_LINES = 500;
/** The entry points, which alone may start jobs. */
const STARTERS = ['src/server.ts', 'src/worker.ts'];
/** What each folder may import from, besides itself. */
const MAY_IMPORT: Record<string, string[]> = {
  models: [],
  src: ['models'],
  jobs: ['models', 'src'],
};
/** Secondary modules, which never import each other. */
const SECONDARY = ['filing', 'listing', 'marking', 'network'];

interface SourceFile {
  /** From the root, with slashes. */
  name: string;
  text: string;
}

async function filesIn(folder: string, ending: RegExp): Promise<SourceFile[]> {
  const entries = await readdir(path.join(ROOT, folder), { recursive: true, withFileTypes: true });
  const names = entries
    .filter((entry) => entry.isFile() && ending.test(entry.name))
    .map((entry) => path.relative(ROOT, path.join(entry.parentPath, entry.name)).replaceAll('\\', '/'));
  return Promise.all(
    names.sort().map(async (name) => ({ name, text: await readFile(path.join(ROOT, name), 'utf8') })),
  );
}

/** Every module that a file names, static, dynamic or re-exported; relative ones as paths from the root. */
function importsOf({ name, text }: SourceFile): string[] {
  return [...text.matchAll(/(?:\bfrom\s+|\bimport\s+|\bimport\(\s*)['"]([^'"]+)['"]/g)].map(([, target]) =>
    target!.startsWith('.') ? path.posix.join(path.posix.dirname(name), target!) : target!,
  );
}

const CODE = /\.(ts|tsx|mjs)$/;
const [models, src, jobs, tests] = await Promise.all(
  ['models', 'src', 'jobs', 'test'].map((folder) => filesIn(folder, CODE)),
);
const product = [...models!, ...src!, ...jobs!];
const written = [
  ...product,
  ...tests!,
  ...(await filesIn('migrations', /\.sql$/)),
  ...(await filesIn('docs', /\.md$/)),
];

t.test('imports go one way: models, src, jobs', async (t) => {
  t.ok(models!.length > 10 && src!.length > 30 && jobs!.length > 5);
  for (const file of product) {
    const own = file.name.split('/')[0]!;
    for (const target of importsOf(file)) {
      const folder = target.split('/')[0]!;
      if (!['models', 'src', 'jobs', 'test'].includes(folder) || folder === own) continue;
      const allowed =
        MAY_IMPORT[own]!.includes(folder) || (folder === 'jobs' && STARTERS.includes(file.name));
      t.ok(allowed, `${file.name} imports ${target}`);
    }
  }
});

t.test('secondary modules know nothing of each other, and the core nothing of them', async (t) => {
  for (const file of src!) {
    const own = file.name.split('/')[1]!;
    for (const target of importsOf(file)) {
      const [top, folder] = target.split('/');
      if (top !== 'src' || !SECONDARY.includes(folder!) || folder === own) continue;
      t.equal(file.name, 'src/modules.ts', `${file.name} imports ${target}`);
    }
  }
});

t.test('models are pure', async (t) => {
  for (const file of models!) {
    t.same(
      importsOf(file).filter((target) => target.startsWith('node:')),
      [],
      `${file.name} imports nothing of the runtime`,
    );
    const impure = /\bDate\.now\(|\bnew Date\(\)|\bMath\.random\(|\bprocess\.|\bfetch\(/.exec(file.text);
    t.equal(impure?.[0], undefined, `${file.name}: clock, chance or I/O`);
  }
});

/** What may not stand in any file, and in none that is code. */
const BANNED: [string, RegExp][] = [
  ['unfinished work', /\b(TODO|FIXME)\b/],
  ['a path of some machine', /(?<![\w.~])\/(work|tmp|home|Users)\//],
];
const BANNED_IN_CODE: [string, RegExp][] = [
  ['console', /\bconsole\.\w+\(/],
  ['any', /\bas any\b|: any\b|<any>/],
  ['a silenced checker', /@ts-(ignore|nocheck|expect-error)/],
];

t.test('nothing is left lying in a file', async (t) => {
  for (const { name, text } of written) {
    if (name === 'test/tidy.test.ts') continue;
    for (const [what, pattern] of [...BANNED, ...(CODE.test(name) ? BANNED_IN_CODE : [])])
      t.equal(pattern.exec(text)?.[0], undefined, `${name}: ${what}`);
  }
});

t.test('no code is made of text', async (t) => {
  const made = /\beval\(|\bnew Function\b|\bFunction\(|'node:vm'|\bset(Timeout|Interval)\(\s*['"`]/;
  for (const { name, text } of product) t.equal(made.exec(text)?.[0], undefined, name);
});

t.test('markup is made of elements alone', async (t) => {
  const put = /dangerouslySetInnerHTML|\binnerHTML\b|\bouterHTML\b|insertAdjacentHTML|document\.write/;
  for (const { name, text } of src!) t.equal(put.exec(text)?.[0], undefined, name);
});

t.test('programs are started with a list of arguments, through no shell', async (t) => {
  const starting = product.filter((file) => importsOf(file).includes('node:child_process'));
  t.ok(starting.length > 2);
  for (const { name, text } of starting) {
    const [, taken] = /import \{([^}]+)\} from 'node:child_process'/.exec(text)!;
    t.notMatch(taken, /\bexec(Sync)?\b/, `${name} takes no line for a shell`);
    for (const [call] of text.matchAll(/\b(?:spawn|execFile|fork)\(\s*['"`][^'"`]* [^'"`]*['"`]/g))
      t.fail(`${name}: arguments in the name of the program: ${call}`);
    // On Windows npm is a script; its arguments are our own words.
    for (const [shell] of text.matchAll(/\bshell:.*/g))
      t.equal(`${name} ${shell}`, "src/setup.mjs shell: process.platform === 'win32',");
  }
});

/** Each was read: what its patterns are made of. Whoever adds one says that no caller's text gets there. */
const MAKING_PATTERNS: Record<string, string> = {
  'models/claims/features.ts': 'patterns of marks of ours',
  'models/claims/rules/vague.ts': 'a constant',
  'models/claims/terms-zh.ts': 'constants',
  'models/sentences.ts': 'texts of ours, escaped',
  'src/accounts/found.ts': 'a constant',
  'src/config.ts': 'a constant',
  'src/db/copy.ts': 'a constant',
  'src/http/session-cookie.ts': 'the names of our two cookies',
  'src/pages/organisation/pages.tsx': 'a constant',
  'src/pages/sign-in/other-ways.tsx': 'a constant',
  'src/pages/sign-in/pages.tsx': 'a constant',
  'src/patents/sources/cnipa/notice-fields.ts': 'labels of a table of ours, escaped',
  'src/patents/sources/st27/kipris-status.ts': 'a constant',
  'src/patents/sources/uspto/interferences.ts': 'a constant',
  'src/patents/sources/uspto/maintenance-fees.ts': 'one of two widths',
  'src/patents/sources/uspto/open-data.ts': 'keys of a table of ours',
};

t.test('patterns are made of our own words', async (t) => {
  const making = product.filter(({ text }) => /\bRegExp\(/.test(text)).map(({ name }) => name);
  t.same(making.sort(), Object.keys(MAKING_PATTERNS).sort());
});

t.test('the log goes to an output of the process, and nowhere else', async (t) => {
  const opened = product.flatMap(({ name, text }) =>
    [...text.matchAll(/\bpino\.(?:destination|transport|multistream)\(.*\)/g)].map(
      ([call]) => `${name} ${call}`,
    ),
  );
  t.same(opened, [
    'src/process.ts pino.destination({ dest: destination, sync: true }))',
    'jobs/scratch.ts pino.destination(2))',
  ]);
});

t.test('a file of the product fits in the head', async (t) => {
  for (const { name, text } of product) {
    const lines = text.split('\n').length - 1;
    t.ok(lines <= MAX_LINES, `${name} has ${lines} lines, at most ${MAX_LINES} are allowed`);
  }
});

t.test('migrations are numbered without gaps', async (t) => {
  const names = (await readdir(path.join(ROOT, 'migrations'))).sort();
  for (const [index, name] of names.entries())
    t.match(name, new RegExp(`^${String(index + 1).padStart(4, '0')}_[a-z0-9_]+\\.sql$`));
});

t.test('every file of routes is registered', async (t) => {
  const app = src!.find(({ name }) => name === 'src/app.ts')!;
  const registering = (folder: string) => src!.find(({ name }) => name === `src/${folder}/module.ts`) ?? app;
  for (const { name, text } of src!.filter(({ name }) => name.endsWith('/routes.ts'))) {
    const [, factory] = /export const (\w+Routes)\b/.exec(text) ?? [];
    t.ok(factory, `${name} exports its routes`);
    t.match(registering(name.split('/')[1]!).text, `app.register(${factory}(`, name);
  }
});

t.test('every test file is one that the runner takes', async (t) => {
  const rules = await readFile(path.join(ROOT, '.taprc'), 'utf8');
  t.match(rules, 'test/**/*.test.ts');
  for (const { name, text } of tests!)
    if (/from 'tap'/.test(text) && !/import type .* from 'tap'/.test(text)) t.match(name, /\.test\.ts$/);
});
