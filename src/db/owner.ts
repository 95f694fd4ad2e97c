/**
 * One living process at a time owns a folder: it listens on a Unix socket there and answers with its process id. Unlike
 * a pid file, the claim ends with the process, however that ends, and a reused process id means nothing.
 */
import { rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { StartupError } from '../errors.ts';

const ANSWER_LIMIT_ms = 2_000;

/**
 * @param path socket path of the claim, at most 103 bytes
 * @param folder what is claimed, for the error's text
 * @returns what gives the claim up
 * @throws StartupError naming the living owner
 */
export async function claim(path: string, folder: string): Promise<() => Promise<void>> {
  const owner = await ownerOf(path);
  if (owner) {
    throw new StartupError(
      `${folder} is in use by a living Pledgewatch, ${owner}: stop that process first, or set PLEDGEWATCH_HOME to another folder.`,
    );
  }
  await rm(path, { force: true });
  const server = createServer((socket) => socket.on('error', () => undefined).end(String(process.pid)));
  // Any account may ask, so that one started by root is seen by an ordinary user, and its remains too.
  const open = { path, readableAll: true, writableAll: true };
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(open, resolve));
  server.unref();
  return () => new Promise((resolve) => server.close(() => resolve()));
}

/**
 * @returns a connection when a living process listens on the socket `path`
 * @throws StartupError when that cannot be known, as when it belongs to another account
 */
export function answers(path: string): Promise<Socket | undefined> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once('connect', () => resolve(socket));
    socket.on('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ECONNREFUSED' || cause.code === 'ENOENT') return resolve(undefined);
      reject(
        new StartupError(
          `Cannot tell whether ${path} is in use (${cause.code}): start Pledgewatch as the account that owns it.`,
          { cause },
        ),
      );
    });
  });
}

async function ownerOf(path: string): Promise<string | undefined> {
  const socket = await answers(path);
  if (!socket) return undefined;
  const name = new Promise<string | undefined>((resolve) => {
    socket.setTimeout(ANSWER_LIMIT_ms, () => resolve('a process that does not answer'));
    socket.once('data', (text) => resolve(`process ${text}`));
    // It ended while we asked.
    socket.once('close', () => resolve(undefined));
  });
  return name.finally(() => socket.destroy());
}
