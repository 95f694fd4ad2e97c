/** How a form that changes something is taken: who may send it, and the token that it brings back. */
import type {
  FastifyContextConfig,
  FastifyError,
  FastifyInstance,
  FastifyReply,
  FastifyRequest,
} from 'fastify';
import Type, { type Static, type TObject, type TSchema } from 'typebox';
import { actFor } from '../db/tenancy.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { toProblem } from '../http/problems.ts';
import { Closed } from '../http/schemas.ts';
import { CSRF_FIELD } from '../http/session-cookie.ts';
import type { Service } from '../service.ts';
import { letPass } from './large-forms.ts';
import { type Answer, FORM_KEY_FIELD, takeTurn } from './once.ts';
import { htmlOf, type Page, send, sendHtml } from './render.tsx';
import { type View, viewOf } from './view.ts';

const MAX_TYPED_LENGTH = 2_000;
/** A field of a form, whatever was typed: what it should be is looked at by whoever says so beside it. */
export const Typed = Type.String({ maxLength: MAX_TYPED_LENGTH });
/** A box that was ticked, or left empty. */
export const Ticked = Type.Optional(Type.Literal('on'));

const MAX_TOKEN_LENGTH = 100;
/** The token of the session, which the guard has compared by the time that fields are looked at. */
export const Token = Type.String({ maxLength: MAX_TOKEN_LENGTH });

/** Fields of every form of a session. */
const OWN = { [CSRF_FIELD]: Token, [FORM_KEY_FIELD]: Type.Optional(Token) };

const UNPROCESSABLE = 422;
const TOO_LARGE = 413;
const NOTHING = Closed({});

type Who = Pick<FastifyContextConfig, 'access' | 'scope' | 'people' | 'proved'>;

/** Fields of other names, such as one for each row of a table. */
interface Others {
  names: RegExp;
  most: number;
  max_length: number;
}

interface Form<Params extends TObject, Fields extends Record<string, TSchema>> {
  who: Who;
  params?: Params | undefined;
  fields: Fields;
  others?: Others;
  /** The page that the form stands on, to which a change of language returns; its own address if left out. */
  at?: (params: Static<Params>) => string;
  /** Where more is written than forms have otherwise. */
  large?:
    | {
        body_bytes: number;
        /** The page of the form, for one that was larger. */
        unread: (asked: Pick<Sent<Params, Fields>, 'params' | 'request' | 'view'>) => Promise<Page>;
      }
    | undefined;
}

export interface Sent<Params extends TObject, Fields extends Record<string, TSchema>> {
  params: Static<Params>;
  body: Static<TObject<Fields>>;
  others: Record<string, string>;
  request: FastifyRequest;
  reply: FastifyReply;
  view: View;
  /** The page again, with what was wrong. */
  again(page: Page, status?: number): Promise<FastifyReply>;
  /** A page that is the answer: what it shows, it shows once. */
  show(page: Page): Promise<FastifyReply>;
  /** Leads to a page, so that sending it again is not what a reload does. */
  goTo(address: string): Promise<FastifyReply>;
}

/**
 * Takes forms of one plugin: `form(address, what, act)`. `public` ones have no session and so no token. Those of a session
 * are done once: what `goTo` or `show` answered is answered again.
 */
export function formsOf(app: FastifyInstance, service: Service) {
  return <Fields extends Record<string, TSchema>, Params extends TObject = typeof NOTHING>(
    address: string,
    { who, params, fields, others, at, large }: Form<Params, Fields>,
    act: (sent: Sent<Params, Fields>) => Promise<FastifyReply>,
  ) => {
    const is_public = who.access === 'public';
    const named = is_public ? fields : { ...OWN, ...fields };
    const body = others ? opened(named, others) : Closed(named);
    const viewIn = async (request: FastifyRequest): Promise<View> => {
      const seen = await viewOf(request, service);
      return at ? { ...seen, address: at(request.params as Static<Params>) } : seen;
    };
    const answerLarge = async (error: FastifyError, request: FastifyRequest, reply: FastifyReply) => {
      if (!large || toProblem(error).code !== 'body_too_large') throw error;
      await letPass(request.raw);
      const view = await viewIn(request);
      const params = request.params as Static<Params>;
      // Where a body was not read, the caller's part of the database is not yet open.
      const page = await actFor(callerOfGuarded(request), () => large.unread({ params, request, view }));
      return send(reply.code(TOO_LARGE), page, view);
    };
    return app.post(
      address,
      {
        config: who,
        ...(large && { bodyLimit: large.body_bytes, errorHandler: answerLarge }),
        schema: { hide: true, params: params ?? NOTHING, body },
      },
      async (request, reply) => {
        const view = await viewIn(request);
        const turn = is_public ? null : await takeTurn(service, request);
        if (turn?.answer) return give(reply.header('idempotency-replayed', 'true'), turn.answer);
        const done = async (answer: Answer) => {
          await turn?.keep(answer);
          return give(reply, answer);
        };
        try {
          return await act({
            params: request.params as Static<Params>,
            body: request.body as Static<TObject<Fields>>,
            others: without(request.body as Record<string, string>, named),
            request,
            reply,
            view,
            again: (page, status = UNPROCESSABLE) => send(reply.code(status), page, view),
            show: async (page) => done({ html: await htmlOf(page, view) }),
            goTo: (to) => done({ to }),
          });
        } finally {
          await turn?.end();
        }
      },
    );
  };
}

function opened(fields: Record<string, TSchema>, { names, most, max_length }: Others) {
  return Type.Object(fields, {
    additionalProperties: false,
    patternProperties: { [names.source]: Type.String({ maxLength: max_length }) },
    maxProperties: Object.keys(fields).length + most,
  });
}

function without(body: Record<string, string>, named: Record<string, TSchema>): Record<string, string> {
  return Object.fromEntries(Object.entries(body).filter(([name]) => !(name in named)));
}

function give(reply: FastifyReply, answer: Answer): FastifyReply {
  return 'to' in answer ? reply.redirect(answer.to, 303) : sendHtml(reply, answer.html);
}
