/** How a page is served: who may see it, and how it is asked for. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Static, TObject } from 'typebox';
import type { OrganisationKind } from '../accounts/store.ts';
import { Closed } from '../http/schemas.ts';
import type { Action } from '../people/roles.ts';
import type { Service } from '../service.ts';
import { type Page, send } from './render.tsx';
import { type View, viewOf } from './view.ts';

interface Route<Params extends TObject, Query extends TObject> {
  access: 'public' | readonly OrganisationKind[];
  /** What a role must allow, if it is more than to read. */
  scope?: Action;
  /** For people who signed in, and no keys. */
  people?: true;
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
    { params, query, ...who }: Route<Params, Query>,
    make: (asked: Asked<Params, Query>) => Promise<Page>,
  ) =>
    app.get(
      address,
      {
        config: who,
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
