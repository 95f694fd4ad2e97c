/** The network: who needs what, who offers it, and how they meet. Each part joins in here. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import type { ModuleSetting, SecondaryModule, TendContext } from '../modules.ts';
import type { Listener } from '../outbox/hear.ts';
import { introductionRoutes } from './introductions/introduction-routes.ts';
import { expireUnanswered } from './introductions/service.ts';
import { learn } from './matching/learnt.ts';
import { expirePostings } from './needs/expire.ts';
import { listings } from './needs/listings.ts';
import { needRoutes } from './needs/need-routes.ts';
import { offerRoutes } from './needs/offer-routes.ts';
import { needsPages } from './pages/needs-pages.tsx';

const ROUTES: readonly ((setting: ModuleSetting) => FastifyPluginAsync)[] = [
  ({ service }) => needRoutes(service),
  ({ service }) => offerRoutes(service),
  ({ service }) => introductionRoutes(service),
];
const PAGES: readonly ((app: FastifyInstance, setting: ModuleSetting) => void)[] = [needsPages];
const LISTENERS: readonly Listener[] = [listings];
const TENDED: readonly ((context: TendContext, slot: Date) => Promise<Record<string, number>>)[] = [
  ({ database }, slot) => expirePostings(database, slot),
  ({ database }, slot) => expireUnanswered(database, slot),
  ({ database }, slot) => learn(database, slot),
];

export const network: SecondaryModule = {
  name: 'network',
  routes: (setting) => async (app) => {
    for (const routes of ROUTES) await app.register(routes(setting));
  },
  pages(app, setting) {
    for (const pages of PAGES) pages(app, setting);
  },
  listeners: LISTENERS,
  derivations: [],
  async tend(context, slot) {
    const sum: Record<string, number> = {};
    for (const tend of TENDED) Object.assign(sum, await tend(context, slot));
    return sum;
  },
};
