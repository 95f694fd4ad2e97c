/**
 * Style, fonts and islands in one call of esbuild, kept in memory under names that carry a hash of what is in them, so that
 * browsers keep them for ever. Built at the first page that asks.
 */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { build } from 'esbuild';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../errors.ts';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const AT = '/assets';
const YEAR_SECONDS = 31_536_000;

const TYPES: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.woff2': 'font/woff2',
};

interface Asset {
  type: string;
  bytes: Buffer;
  /** Null where the format is compressed already. */
  gzipped: Buffer | null;
}

interface Assets {
  style: string;
  /** Fonts for Chinese pages. */
  chinese: string;
  islands: string;
  files: ReadonlyMap<string, Asset>;
}

let built: Promise<Assets> | null = null;

/** Addresses of style and islands, and the files behind all addresses. */
export function assets(): Promise<Assets> {
  built ??= make();
  return built;
}

async function make(): Promise<Assets> {
  const { outputFiles } = await build({
    entryPoints: ['style.css', 'chinese.css', 'islands/islands.ts'].map((name) => path.join(FOLDER, name)),
    bundle: true,
    minify: true,
    write: false,
    outdir: FOLDER,
    entryNames: '[name]-[hash]',
    assetNames: 'fonts/[name]-[hash]',
    loader: { '.woff2': 'file' },
    format: 'esm',
    target: ['es2022', 'chrome123', 'firefox120', 'safari17.5'],
    logLevel: 'silent',
  });
  const files = await Promise.all(
    outputFiles.map(async ({ path: file, contents }) => {
      const name = `${AT}/${path.relative(FOLDER, file).replaceAll('\\', '/')}`;
      const type = TYPES[path.extname(file)]!;
      const bytes = Buffer.from(contents);
      const gzipped = type.startsWith('font/') ? null : await promisify(gzip)(bytes, { level: 9 });
      return [name, { type, bytes, gzipped }] as const;
    }),
  );
  const named = (entry: string) => files.find(([name]) => name.startsWith(`${AT}/${entry}-`))![0];
  return {
    style: named('style'),
    chinese: named('chinese'),
    islands: named('islands'),
    files: new Map(files),
  };
}

export function serveAssets(app: FastifyInstance): void {
  app.get(`${AT}/*`, { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
    const { files } = await assets();
    const file = files.get(request.url.split('?')[0]!);
    if (!file) throw new Problem('not_found', 'There is no such file; reload the page that named it.');
    const zips = /\bgzip\b/.test(request.headers['accept-encoding'] ?? '');
    reply.headers({ 'cache-control': `public, max-age=${YEAR_SECONDS}, immutable`, vary: 'accept-encoding' });
    if (file.gzipped && zips)
      return reply.header('content-encoding', 'gzip').type(file.type).send(file.gzipped);
    return reply.type(file.type).send(file.bytes);
  });
}
