/** Listing: selling, licensing, and what happens after a default. */
import type { SecondaryModule } from '../modules.ts';
import { expectationRoutes } from './expectations/routes.ts';
import { expertRoutes } from './experts/routes.ts';
import { feedbackRoutes } from './feedback/routes.ts';
import { expectationPages } from './pages/expectations.tsx';
import { expertPages } from './pages/experts.tsx';
import { feedbackPages } from './pages/feedback.tsx';

export const listing: SecondaryModule = {
  name: 'listing',
  routes:
    ({ service }) =>
    async (app) => {
      await app.register(expertRoutes(service));
      await app.register(expectationRoutes(service));
      await app.register(feedbackRoutes(service));
    },
  pages: (app, { service }) => {
    expertPages(app, service);
    expectationPages(app, service);
    feedbackPages(app, service);
  },
  listeners: [],
  derivations: [],
  tend: async () => ({}),
};
