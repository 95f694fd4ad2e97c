/** The network: who needs what, who offers it, and how they meet. Each part joins in here. */
import type { FastifyInstance, FastifyPluginAsync } from 'fastify';
import { EVERYONE } from '../http/guard.ts';
import type { ModuleSetting, SecondaryModule, TendContext } from '../modules.ts';
import type { Listener } from '../outbox/hear.ts';
import { bulletinRoutes } from './bulletins/bulletin-routes.ts';
import { issueBulletins } from './bulletins/issue.ts';
import { deskClientRoutes } from './desks/client-routes.ts';
import { deskRoutes } from './desks/desk-routes.ts';
import { handoverRoutes } from './desks/handover-routes.ts';
import { countOutcomes } from './desks/outcomes.ts';
import { importRoutes } from './imports/import-routes.ts';
import { introductionRoutes } from './introductions/introduction-routes.ts';
import { expireUnanswered } from './introductions/service.ts';
import { learn } from './matching/learnt.ts';
import { expirePostings } from './needs/expire.ts';
import { listings } from './needs/listings.ts';
import { needRoutes } from './needs/need-routes.ts';
import { offerRoutes } from './needs/offer-routes.ts';
import { bulletinPages } from './pages/bulletins-pages.tsx';
import { deskPages } from './pages/desks-pages.tsx';
import { importPages } from './pages/imports-pages.tsx';
import { needsPages } from './pages/needs-pages.tsx';
import { planPages } from './pages/plans-pages.tsx';
import { planRoutes } from './plans/plan-routes.ts';

const ROUTES: readonly ((setting: ModuleSetting) => FastifyPluginAsync)[] = [
  ({ service }) => needRoutes(service),
  ({ service }) => offerRoutes(service),
  ({ service }) => introductionRoutes(service),
  ({ service }) => deskRoutes(service),
  ({ service }) => deskClientRoutes(service),
  ({ service }) => handoverRoutes(service),
  ({ service }) => importRoutes(service),
  ({ service }) => planRoutes(service),
  ({ service }) => bulletinRoutes(service),
];
const PAGES: readonly ((app: FastifyInstance, setting: ModuleSetting) => void)[] = [
  needsPages,
  deskPages,
  importPages,
  bulletinPages,
  planPages,
];
const LISTENERS: readonly Listener[] = [listings];
const TENDED: readonly ((context: TendContext, slot: Date) => Promise<Record<string, number>>)[] = [
  ({ database }, slot) => expirePostings(database, slot),
  ({ database }, slot) => expireUnanswered(database, slot),
  ({ database }, slot) => learn(database, slot),
  ({ database }, slot) => countOutcomes(database, slot),
  ({ database }, slot) => issueBulletins(database, slot),
];

export const network: SecondaryModule = {
  name: 'network',
  routes: (setting) => async (app) => {
    for (const routes of ROUTES) await app.register(routes(setting));
  },
  pages(app, setting) {
    for (const pages of PAGES) pages(app, setting);
  },
  places: [
    { group: 'market', href: '/network', text: 'nav.network', for: EVERYONE },
    { group: 'market', href: '/desks', text: 'nav.desks', for: ['agency', 'expert', 'staff'] },
    { group: 'market', href: '/bulletins', text: 'nav.bulletins', for: EVERYONE },
    { group: 'manage', href: '/plans', text: 'nav.plans', for: EVERYONE },
  ],
  listeners: LISTENERS,
  derivations: [],
  async tend(context, slot) {
    const sum: Record<string, number> = {};
    for (const tend of TENDED) Object.assign(sum, await tend(context, slot));
    return sum;
  },
};
