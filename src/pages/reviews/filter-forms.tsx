/** Forms by which somebody saves, renames and deletes filters of the queue. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { PROBLEMS, Problem } from '../../errors.ts';
import { actingOf, personOf } from '../../http/guard.ts';
import { type Filter, MAX_FILTER_NAME_CHARACTERS, removeFilter, saveFilter } from '../../review/filters.ts';
import type { Service } from '../../service.ts';
import { blank } from '../asking.ts';
import { formsOf, Typed } from '../forms.ts';
import type { Page } from '../render.tsx';
import type { View } from '../view.ts';
import { FILTER_QUERY, filterOf } from './filter-query.ts';
import { addressOf, type Refused } from './queue-filters.tsx';

const WHO = { access: ['staff'], scope: 'read', people: true } as const;

/** @param queue the page of the queue, with what was refused */
export function filterForms(
  app: FastifyInstance,
  service: Service,
  queue: (request: FastifyRequest, view: View, asked: Filter, refused: Refused) => Promise<Page>,
): void {
  const { database, clock } = service;
  const form = formsOf(app, service);

  form(
    '/reviews/filters',
    {
      who: WHO,
      fields: { ...FILTER_QUERY, name: Typed, instead_of: Type.Optional(Typed) },
      at: () => '/reviews',
    },
    async ({ body, request, view, again, goTo }) => {
      const asked = filterOf(body);
      const name = body.name.trim();
      const refuse = async (refused: Omit<Refused, 'name'>, status?: number) =>
        again(await queue(request, view, asked, { name: body.name, ...refused }), status);
      if (name === '' || name.length > MAX_FILTER_NAME_CHARACTERS)
        return refuse({ fault: view.words.say('reviews.filter_nameless'), problem: null });
      try {
        const filter = { ...asked, name, instead_of: blank(body.instead_of) };
        await database.transaction((tx) => saveFilter(tx, actingOf(request), filter, clock.now()));
      } catch (error) {
        if (!(error instanceof Problem)) throw error;
        return refuse({ fault: undefined, problem: error }, PROBLEMS[error.code].status);
      }
      return goTo(addressOf(asked));
    },
  );

  form(
    '/reviews/filters/removal',
    { who: WHO, fields: { name: Typed }, at: () => '/reviews' },
    async ({ body, request, goTo }) => {
      await removeFilter(database.sql, personOf(request).person_id, body.name);
      return goTo('/reviews');
    },
  );
}
