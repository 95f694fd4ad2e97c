/**
 * Pages for anybody: of a mark, of a product (the notice of 35 USC 287), and of a claim. Pages of a mark are rendered once for all
 * marks of a lot that say the same; what differs is put in where it stands.
 */
import { readFile } from 'node:fs/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { PLACE } from '../../../models/scans/places.ts';
import { dateOf } from '../../clock.ts';
import { PROBLEMS, Problem } from '../../errors.ts';
import { PAGE_POLICY } from '../../http/harden.ts';
import { Closed, Id } from '../../http/schemas.ts';
import type { ModuleSetting } from '../../modules.ts';
import { isLanguage, type Words, wordsIn } from '../../pages/language/words.ts';
import { languageOf } from '../../pages/view.ts';
import { statements } from '../products/statement.ts';
import { claimMark } from '../verification/claim.ts';
import { PLACE_HEADER } from '../verification/routes.ts';
import { type Shown, shownOf } from '../verification/shown.ts';
import { placeOf, verifierOf } from '../verification/verify.ts';
import { ClaimBody, MarkBody, markHtml, Patents, STYLE_PATH } from './mark-page.tsx';

const STYLE_MAX_AGE_SECONDS = 3_600;
const MAX_PREPARED = 5_000;
const MAX_TYPED_LENGTH = 1_000;
/** Stand in prepared pages for what each mark has of its own; none of them needs escaping. */
const SLOTS = { serial: '~serial~', path: '~path~', told: '~told~' };
const SLOT = /~(serial|path|told)~/g;
const PUBLIC = { config: { access: 'public' }, schema: { hide: true } } as const;

export function publicPages(app: FastifyInstance, { service }: ModuleSetting): void {
  const { system } = service;
  const verifier = verifierOf(service, app.log);
  const prepared = preparedPages();
  const style = readFile(new URL('mark.css', import.meta.url));

  app.get(STYLE_PATH, PUBLIC, async (_request, reply) =>
    reply
      .header('cache-control', `public, max-age=${STYLE_MAX_AGE_SECONDS}`)
      .type('text/css; charset=utf-8')
      .send(await style),
  );

  const markPage = async (request: FastifyRequest, reply: FastifyReply) => {
    const query = request.query as Record<string, unknown>;
    const path = request.url.split('?', 1)[0]!;
    const told = typeof query.m === 'string' && path.startsWith('/01/') ? query.m : null;
    const text = told === null ? path : `${path}?m=${told}`;
    const shown = shownOf(await verifier.verify(text, scannedAt(request, query.place)));
    const { serial = '' } = shown.mark ?? {};
    return answer(reply, prepared(wordsOf(request), shown, { serial, path, told }));
  };
  app.get('/m/*', PUBLIC, markPage);
  app.get('/01/*', PUBLIC, markPage);

  app.get(
    '/p/:id',
    { ...PUBLIC, schema: { hide: true, params: Closed({ id: Id }) } },
    async (request, reply) => {
      const { id } = request.params as { id: string };
      const [now] = await statements(system.sql, id, 1);
      if (!now) throw new Problem('not_found', 'There is no such product with a public page.');
      const words = wordsOf(request);
      const { product, owner } = now.said;
      const children = (
        <>
          <h1>{product}</h1>
          <p>{owner}</p>
          {now.said.state === 'revoked' && <p role="alert">{words.say('mark.revoked_note')}</p>}
          <Patents {...{ words, said: now.said, said_at: now.at, product_id: id }} />
        </>
      );
      return answer(reply, markHtml({ words, title: product, children }));
    },
  );

  app.post(
    '/claims',
    { ...PUBLIC, schema: { hide: true, body: Closed({ mark: Typed, code: Typed }) } },
    async (request, reply) => {
      const { mark, code } = request.body as { mark: string; code: string };
      const words = wordsOf(request);
      const place = scannedAt(request, undefined);
      const { status, receipt } = await claimMark(service, verifier, { mark, code }, place).then(
        (claimed) => ({ status: 201, receipt: claimed.receipt }),
        failureOf,
      );
      const back = mark.startsWith('/') && !mark.startsWith('//') ? mark : '/';
      const children = <ClaimBody {...{ words, receipt, back }} />;
      reply.code(status);
      return answer(reply, markHtml({ words, title: words.say('mark.claim_title'), children }));
    },
  );
}

const Typed = Type.String({ maxLength: MAX_TYPED_LENGTH });

/** What whoever claims can mend, or must know. */
function failureOf(error: unknown) {
  if (!(error instanceof Problem && error.sentence && ['refused', 'conflict'].includes(error.code)))
    throw error;
  return { status: PROBLEMS[error.code].status, receipt: error.sentence };
}

/** What is no place is none: the page is for people. */
function scannedAt({ headers }: FastifyRequest, told: unknown): string | null {
  return placeOf(headers[PLACE_HEADER], typeof told === 'string' && PLACE.test(told) ? told : undefined);
}

function wordsOf(request: FastifyRequest): Words {
  const { lang } = request.query as { lang?: unknown };
  return wordsIn(isLanguage(lang) ? lang : languageOf(request));
}

function answer(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('vary', 'cookie, accept-language')
    .type('text/html; charset=utf-8')
    .send(html);
}

interface Own {
  serial: string;
  path: string;
  told: string | null;
}

function preparedPages() {
  const pages = new Map<string, string>();
  return (words: Words, shown: Shown, own: Own): string => {
    const { result, reason, mark } = shown;
    const claimed_on = mark?.claimed_at ? dateOf(mark.claimed_at) : '';
    const said = mark && [mark.product_id, mark.statement_sha256, mark.lot];
    const key = JSON.stringify([words.language, result, reason, claimed_on, own.told === null, said]);
    let page = pages.get(key);
    if (page === undefined) {
      page = render(words, shown, own.told === null);
      if (pages.size >= MAX_PREPARED) pages.clear();
      pages.set(key, page);
    }
    return page.replaceAll(SLOT, (_, slot: keyof Own) => own[slot] ?? '');
  };
}

function render(words: Words, shown: Shown, is_short: boolean): string {
  const mark = shown.mark && { ...shown.mark, serial: SLOTS.serial };
  const told = is_short ? null : SLOTS.told;
  // What is no mark of ours is not repeated.
  const query = mark && told !== null ? { query: `m=${told}&` } : {};
  const children = <MarkBody {...{ words, shown: { ...shown, mark }, path: SLOTS.path, told }} />;
  return markHtml({ words, title: words.say('mark.page_title'), ...query, children });
}
