// First-run set-up, run by npm before start and test: installs the packages when they are absent or older than
// package-lock.json, and mends the database driver. Plain JavaScript for Node 20 and later, since nothing is installed yet.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, statSync, utimesSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const LOCK = join(ROOT, '.pledgewatch', 'setup.lock');
const OLDEST_NODE_MAJOR = 20;
const LOCK_BEAT_ms = 2_000;
const LOCK_STALE_ms = 15_000;
const AWAY = /ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH|ERR_SOCKET_TIMEOUT/;

/** npm writes this file last, so it also tells a finished installation from one that was cut short. */
function isInstalled() {
  const installed = join(ROOT, 'node_modules', '.package-lock.json');
  return (
    existsSync(installed) && statSync(installed).mtimeMs >= statSync(join(ROOT, 'package-lock.json')).mtimeMs
  );
}

async function installOnce() {
  let told = false;
  while (!isInstalled()) {
    mkdirSync(join(ROOT, '.pledgewatch'), { recursive: true });
    if (takeLock()) {
      const beat = setInterval(() => utimesSync(LOCK, new Date(), new Date()), LOCK_BEAT_ms);
      try {
        if (!isInstalled()) await install();
      } finally {
        clearInterval(beat);
        rmSync(LOCK, { recursive: true, force: true });
      }
      return;
    }
    if (!told) say('Another process is installing the packages; waiting for it.');
    told = true;
    await sleep(500);
  }
}

/** The holder touches the lock as long as it lives; one left untouched belongs to a dead process. */
function takeLock() {
  try {
    mkdirSync(LOCK);
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    const held = statSync(LOCK, { throwIfNoEntry: false });
    if (held && Date.now() - held.mtimeMs > LOCK_STALE_ms) rmSync(LOCK, { recursive: true, force: true });
    return false;
  }
}

async function install() {
  say('Installing the packages with npm ci; this takes about a minute.');
  // npm ci itself may try for ten minutes before it says that the registry is away.
  const ping = await npm(['ping', '--fetch-retries=1', '--fetch-retry-mintimeout=1000']);
  if (AWAY.test(ping.complaint)) {
    throw new Error(
      'The packages could not be fetched, since the npm registry does not answer: go online, or set a registry that answers (npm config set registry), and run this again.',
    );
  }
  const { code, complaint } = await npm(['ci', '--include=dev', '--no-audit', '--no-fund']);
  if (code === 0) return;
  const said = complaint
    .replaceAll(/npm error ?/g, '')
    .trim()
    .split('\n')
    .slice(0, 4)
    .join(' ');
  throw new Error(`npm ci failed (${code}), saying: ${said} Mend that, and run this again.`);
}

async function npm(args) {
  // The packages' own node must not run the npm that is about to remove it.
  const path = (process.env.PATH ?? '').split(delimiter).filter((folder) => !folder.includes('node_modules'));
  const child = spawn('npm', [...args, '--loglevel=error'], {
    cwd: ROOT,
    env: { ...process.env, PATH: path.join(delimiter) },
    shell: process.platform === 'win32',
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (text) => {
    complaint += text;
  });
  return new Promise((resolve, reject) => {
    child.on('close', (code) => resolve({ code, complaint }));
    child.on('error', () =>
      reject(new Error('npm does not run: install Node.js 24 with its npm, and run this again.')),
    );
  });
}

function say(text) {
  process.stderr.write(`pledgewatch: ${text}\n`);
}

try {
  if (Number.parseInt(process.versions.node, 10) < OLDEST_NODE_MAJOR) {
    throw new Error(`Node.js ${process.versions.node} is too old: install Node.js 24, or at least 20.`);
  }
  await installOnce();
  const { mendPostgres } = await import('./db/mend-postgres.mjs');
  mendPostgres();
} catch (error) {
  say(error.message);
  process.exitCode = 1;
}
