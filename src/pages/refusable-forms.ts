/** How a form is taken: what it does leads on to a page; what is refused comes back with its faults and all that was typed. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static, type TObject } from 'typebox';
import type { Caller, OrganisationKind } from '../accounts/store.ts';
import { PROBLEMS, Problem } from '../errors.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { Closed } from '../http/schemas.ts';
import { CSRF_FIELD } from '../http/session-cookie.ts';
import type { Action } from '../people/roles.ts';
import type { Service } from '../service.ts';
import { type Page, send } from './render.tsx';
import { type View, viewOf } from './view.ts';

const MAX_TYPED_LENGTH = 4_000;
/** A field as a person fills it in; empty when left so. */
export const Typed = Type.String({ maxLength: MAX_TYPED_LENGTH });

const NOTHING = Closed({});
/** For a key, which needs no token, the field may be missing. */
const TOKEN = { [CSRF_FIELD]: Type.Optional(Typed) };

interface Route<Params extends TObject, Body extends TObject> {
  access: readonly OrganisationKind[];
  scope: Action;
  params?: Params;
  body?: Body;
}

export interface Given<Params extends TObject, Body extends TObject> {
  params: Static<Params>;
  body: Static<Body>;
  caller: Caller;
  request: FastifyRequest;
  view: View;
}

interface Work<Params extends TObject, Body extends TObject> {
  /** The page that the form stands on, to which a change of language returns. */
  at: (params: Static<Params>) => string;
  /** @returns the address to go on to, or a page that is shown this once */
  act: (given: Given<Params, Body>) => Promise<string | Page>;
  /** The page of the form anew; left out, a refusal is a page of its own. */
  again?: (given: Given<Params, Body>, problem: Problem) => Promise<Page>;
}

/** Takes forms of one plugin: `form(address, who, work)`. */
export function formsOf(app: FastifyInstance, service: Service) {
  return <Params extends TObject = typeof NOTHING, Body extends TObject = typeof NOTHING>(
    address: string,
    { access, scope, params, body }: Route<Params, Body>,
    { at, act, again }: Work<Params, Body>,
  ) =>
    app.post(
      address,
      {
        config: { access, scope },
        schema: {
          hide: true,
          params: params ?? NOTHING,
          body: Closed({ ...TOKEN, ...(body?.properties ?? {}) }),
        },
      },
      async (request, reply) => {
        const place = request.params as Static<Params>;
        const view = { ...(await viewOf(request, service)), address: at(place) };
        const given = {
          params: place,
          body: request.body as Static<Body>,
          caller: callerOfGuarded(request),
          request,
          view,
        };
        try {
          const done = await act(given);
          return typeof done === 'string' ? reply.redirect(done, 303) : await send(reply, done, view);
        } catch (error) {
          if (!again || !(error instanceof Problem) || !REFUSALS.has(error.code)) throw error;
          const { status } = PROBLEMS[error.code];
          return send(reply.code(status), await again(given, error), view);
        }
      },
    );
}

/** What the person at the form can mend there. */
const REFUSALS = new Set<Problem['code']>(['bad_request', 'refused', 'conflict', 'webhook_url_refused']);
