/** Forms of what the service may refuse: what is refused comes back with its faults and all that was typed. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type, { type Static, type TObject } from 'typebox';
import type { Caller, OrganisationKind } from '../accounts/store.ts';
import { PROBLEMS, Problem } from '../errors.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { refusalOf } from '../http/refusals.ts';
import { Closed } from '../http/schemas.ts';
import { CSRF_FIELD } from '../http/session-cookie.ts';
import type { Action } from '../people/roles.ts';
import type { Service } from '../service.ts';
import { formsOf, Token } from './forms.ts';
import { type LargeForm, unread } from './large-forms.ts';
import type { Page } from './render.tsx';
import type { View } from './view.ts';

const MAX_TYPED_LENGTH = 4_000;
/** A field as a person fills it in; empty when left so. */
export const Typed = Type.String({ maxLength: MAX_TYPED_LENGTH });

const NOTHING = Closed({});
/** For a key, which needs no token, the field may be missing. */
const TOKEN = { [CSRF_FIELD]: Type.Optional(Token) };

interface Route<Params extends TObject, Body extends TObject> {
  access: readonly OrganisationKind[];
  scope: Action;
  params?: Params;
  body?: Body;
  /** Where more is written than forms have otherwise. */
  large?: LargeForm;
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
  /** The same of a large form that was not read, with what is stored. */
  anew?: (given: Pick<Given<Params, Body>, 'params' | 'view'>, problem: Problem) => Promise<Page>;
}

/** Takes forms of one plugin: `form(address, who, work)`. */
export function refusableFormsOf(app: FastifyInstance, service: Service) {
  const form = formsOf(app, service);
  return <Params extends TObject = typeof NOTHING, Body extends TObject = typeof NOTHING>(
    address: string,
    { params, body, large, ...who }: Route<Params, Body>,
    { at, act, again, anew }: Work<Params, Body>,
  ) =>
    form(
      address,
      {
        who,
        params,
        fields: { ...TOKEN, ...body?.properties },
        at,
        large: large &&
          anew && {
            body_bytes: large.body_bytes,
            unread: ({ params, view }) => anew({ params, view }, unread(large)),
          },
      },
      async (sent) => {
        const { params, request, view } = sent;
        const given = {
          params,
          body: sent.body as Static<Body>,
          caller: callerOfGuarded(request),
          request,
          view,
        };
        try {
          const done = await act(given);
          return await (typeof done === 'string' ? sent.goTo(done) : sent.show(done));
        } catch (error) {
          if (!again || !(error instanceof Problem) || !REFUSALS.has(error.code)) throw error;
          request.refusal = refusalOf(error);
          return sent.again(await again(given, error), PROBLEMS[error.code].status);
        }
      },
    );
}

/** What the person at the form can mend there. */
const REFUSALS = new Set<Problem['code']>([
  'conflict_of_interest',
  'range_refused',
  ...(['bad_request', 'refused', 'conflict', 'stale', 'webhook_url_refused'] as const),
  ...(['own_listing', 'not_in_force', 'listing_expired', 'listing_withdrawn', 'already_sold'] as const),
  ...(['offer_expired', 'unacquainted', 'consent_missing', 'consent_forged', 'not_recorded'] as const),
]);
