// The mend of the PostgreSQL driver, put onto the installed postgres 3.4.9 after every install (package.json
// "postinstall", and src/setup.mjs for installs without scripts). Plain JavaScript: it runs before anything else can.
//
// What is wrong in 3.4.9, all of it seen when a connection is lost with work under way:
// - a small write is flushed from setImmediate; when the socket went away in between, null is dereferenced outside of
//   every promise and the process dies (porsager/postgres issues 1066, 1154, 1208; pull requests 1168, 1209 open);
// - a query given to a connection that has lost its socket (the rollback of a cut transaction) stays pending for ever;
// - the flush timer, the unsent bytes and the half-read answer of the lost socket outlive it: the next socket never
//   flushes, or its first query gets the old one's error, or rows with holes;
// - the question for array types that a new connection asks first is not awaited: when the connection is lost under it,
//   its rejection is nobody's and the process dies;
// - a cursor whose consumer is busy when the socket goes writes to the null socket too.
// The mend settles such queries with CONNECTION_CLOSED and clears that state.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const ORIGINAL_SHA256 = 'ee3a218d9aa6a6f2887c1a19da50009335fe84c11a5431d5cab72d6bc528632f';
const MENDED_SHA256 = '5f197f84ff5e2894ef147b3d267d38c18acbb1ca9448aa54115c040c1518b3fe';

/** Each text stands exactly once in the original. */
export const REPLACEMENTS = [
  ['        return fetchArrayTypes()\n', '        return fetchArrayTypes().catch(() => undefined)\n'],
  [
    '    if (q.cancelled)\n      return\n',
    "    if (q.cancelled)\n      return\n\n    if (socket === null)\n      return (queryError(q, Errors.connection('CONNECTION_CLOSED', options)), true)\n",
  ],
  [
    '  function nextWrite(fn) {\n',
    "  function nextWrite(fn) {\n    if (socket === null) {\n      chunk = nextWriteTimer = null\n      error(Errors.connection('CONNECTION_CLOSED', options))\n      return true\n    }\n",
  ],
  [
    '    clearImmediate(nextWriteTimer)\n    socket.removeListener',
    '    clearImmediate(nextWriteTimer)\n    chunk = nextWriteTimer = null\n    socket.removeListener',
  ],
  [
    '    closedTime = performance.now()\n',
    '    query = results = errorResponse = null\n    result = new Result()\n    rows = 0\n    closedTime = performance.now()\n',
  ],
  [
    '    try {\n      const x = await Promise.resolve(query.cursorFn(result))\n',
    '    const suspended = query\n    try {\n      const x = await Promise.resolve(query.cursorFn(result))\n      if (query !== suspended)\n        return\n',
  ],
  [
    '    } catch (err) {\n      write(Sync)\n      query.reject(err)\n',
    '    } catch (err) {\n      if (query !== suspended)\n        return\n      write(Sync)\n      query.reject(err)\n',
  ],
];

/**
 * Mends the driver file in place; does nothing when it is mended already.
 * @param {string} file path of the installed postgres/src/connection.js
 * @throws {Error} when the file is neither the one known nor the mended one
 */
export function mendPostgres(
  file = fileURLToPath(new URL('connection.js', import.meta.resolve('postgres'))),
) {
  const original = readFileSync(file, 'utf8');
  const found = sha256(original);
  if (found === MENDED_SHA256) return;
  const mended = REPLACEMENTS.reduce((text, [before, after]) => text.replace(before, after), original);
  if (found !== ORIGINAL_SHA256 || sha256(mended) !== MENDED_SHA256) {
    throw new Error(
      `${file} is not the file of postgres 3.4.9 that src/db/mend-postgres.mjs mends (sha256 ${found}): ` +
        'run npm ci; after a new version of postgres, check whether it still loses queries (test/db/client.test.ts) and renew the mend.',
    );
  }
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, mended);
  renameSync(draft, file);
}

function sha256(text) {
  return createHash('sha256').update(text).digest('hex');
}

// npm runs postinstall also when it only writes the lock file; then there is nothing to mend.
const isScript = process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
if (isScript && existsSync(new URL('../../node_modules/postgres', import.meta.url))) mendPostgres();
