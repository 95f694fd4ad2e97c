/** How a page is served: who may see it, how it is asked for, its text, and its error in place of it. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import type { Static, TObject } from 'typebox';
import type { OrganisationKind } from '../accounts/store.ts';
import { PROBLEMS } from '../errors.ts';
import { PAGE_POLICY } from '../http/harden.ts';
import { logFailure, toProblem } from '../http/problems.ts';
import { Closed } from '../http/schemas.ts';
import type { Service } from '../service.ts';
import { assets } from './assets.ts';
import { ErrorPage } from './error-page.tsx';
import { Layout } from './layout.tsx';
import { type View, ViewProvider, viewOf } from './view.ts';

export interface Page {
  title: string;
  body: ComponentChildren;
}

interface Route<Params extends TObject, Query extends TObject> {
  access: 'public' | readonly OrganisationKind[];
  params?: Params;
  query?: Query;
}

const NOTHING = Closed({});

export interface Asked<Params extends TObject, Query extends TObject> {
  params: Static<Params>;
  query: Static<Query>;
  request: FastifyRequest;
  view: View;
}

/** Serves pages of one plugin: `page(address, who, make)`. */
export function pagesOf(app: FastifyInstance, service: Service) {
  return <Params extends TObject = typeof NOTHING, Query extends TObject = typeof NOTHING>(
    address: string,
    { access, params, query }: Route<Params, Query>,
    make: (asked: Asked<Params, Query>) => Promise<Page>,
  ) =>
    app.get(
      address,
      {
        config: { access },
        schema: { hide: true, params: params ?? NOTHING, querystring: query ?? NOTHING },
      },
      async (request, reply) => {
        const view = await viewOf(request, service);
        const page = await make({
          params: request.params as Static<Params>,
          query: request.query as Static<Query>,
          request,
          view,
        });
        return send(reply, page, view);
      },
    );
}

export async function send(reply: FastifyReply, page: Page, view: View): Promise<FastifyReply> {
  const { style, chinese, islands } = await assets();
  const styles = view.words.language === 'zh' ? [style, chinese] : [style];
  const html = renderToString(
    <ViewProvider value={view}>
      <Layout title={page.title} styles={styles} islands={islands}>
        {page.body}
      </Layout>
    </ViewProvider>,
  );
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('vary', 'cookie, accept-language')
    .type('text/html; charset=utf-8')
    .send(`<!doctype html>${html}`);
}

/** Answers an error of a page with a page. */
export function errorPages(service: Service) {
  return async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const problem = toProblem(error);
    logFailure(problem, error, request);
    const view = await viewOf(request, service).catch(() => null);
    reply.code(PROBLEMS[problem.code].status);
    // The database may be what failed.
    if (!view) return reply.type('text/plain; charset=utf-8').send(PROBLEMS[problem.code].title);
    const title = view.words.say(`problem.${problem.code}`);
    return send(reply, { title, body: <ErrorPage problem={problem} request_id={request.id} /> }, view);
  };
}

/** Whether a request that no route takes came from a browser that looks for a page. */
export function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/v1/') && /\btext\/html\b/.test(headers.accept ?? '');
}
