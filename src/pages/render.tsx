/** A page as text, and its error in place of it. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { ComponentChildren } from 'preact';
import { renderToString } from 'preact-render-to-string';
import { PROBLEMS, type ProblemCode } from '../errors.ts';
import { PAGE_POLICY } from '../http/harden.ts';
import { noteProblem, toProblem } from '../http/problems.ts';
import { hasSecondFactor } from '../people/second-factor.ts';
import type { Service } from '../service.ts';
import { ProofPage } from './account/proof-page.tsx';
import { assets } from './assets.ts';
import { ErrorPage } from './error-page.tsx';
import { keepForm } from './kept.ts';
import { Layout } from './layout.tsx';
import { SignInPage } from './sign-in/sign-in-pages.tsx';
import { type View, ViewProvider, viewOf } from './view.ts';

export interface Page {
  title: string;
  body: ComponentChildren;
}

export async function send(reply: FastifyReply, page: Page, view: View): Promise<FastifyReply> {
  return sendHtml(reply, await htmlOf(page, view));
}

export async function htmlOf(page: Page, view: View): Promise<string> {
  const { style, chinese, islands } = await assets();
  const styles = view.words.language === 'zh' ? [style, chinese] : [style];
  const html = renderToString(
    <ViewProvider value={view}>
      <Layout title={page.title} styles={styles} islands={islands}>
        {page.body}
      </Layout>
    </ViewProvider>,
  );
  return `<!doctype html>${html}`;
}

export function sendHtml(reply: FastifyReply, html: string): FastifyReply {
  return reply
    .header('content-security-policy', PAGE_POLICY)
    .header('vary', 'cookie, accept-language')
    .type('text/html; charset=utf-8')
    .send(html);
}

/** Answers an error of a page with a page. */
export function errorPages(service: Service) {
  return async (error: FastifyError, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const problem = toProblem(error);
    if (problem.code === 'unauthenticated' && isLooking(request))
      return reply.redirect(`/sign-in?${new URLSearchParams({ return_to: request.url })}`, 303);
    if (problem.code === 'proof_needed' && isLooking(request))
      return reply.redirect(`/account/proof?${new URLSearchParams({ return_to: request.url })}`, 303);
    noteProblem(problem, error, request);
    const view = await viewOf(request, service).catch(() => null);
    reply.code(PROBLEMS[problem.code].status);
    // The database may be what failed.
    if (!view) return reply.type('text/plain; charset=utf-8').send(PROBLEMS[problem.code].title);
    const asked = await askFirst(problem.code, request, service, view);
    if (asked) return send(reply, asked, view);
    const title = view.words.say(`problem.${problem.code}`);
    return send(reply, { title, body: <ErrorPage problem={problem} request_id={request.id} /> }, view);
  };
}

/** What must be shown before a form that was sent can be taken, with the form in it; null where nothing can help. */
async function askFirst(
  code: ProblemCode,
  request: FastifyRequest,
  service: Service,
  view: View,
): Promise<Page | null> {
  const { authorization } = request.headers;
  if (authorization !== undefined || (code !== 'unauthenticated' && code !== 'proof_needed')) return null;
  const kept = await keepForm(request, service);
  const onward = kept === null ? {} : { kept };
  if (code === 'unauthenticated')
    return {
      title: view.words.say('sign_in.title'),
      body: <SignInPage email="" faults={{}} onward={onward} />,
    };
  const second_factor = await hasSecondFactor(service.system.sql, view.caller!.key_id);
  return {
    title: view.words.say('proof.title'),
    body: <ProofPage faults={{}} {...{ onward, second_factor }} />,
  };
}

/** A key that is refused is told so; a browser is shown the way in, and comes back. */
function isLooking({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers.authorization === undefined;
}

/** Whether a request that no route takes came from a browser that looks for a page. */
export function wantsPage({ method, url, headers }: FastifyRequest): boolean {
  return method === 'GET' && !url.startsWith('/v1/') && /\btext\/html\b/.test(headers.accept ?? '');
}
