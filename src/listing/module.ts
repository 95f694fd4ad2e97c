/** Listing: selling, licensing, and what happens after a default. */
import { EVERYONE } from '../http/guard.ts';
import type { SecondaryModule } from '../modules.ts';
import { dataRoomRoutes } from './data-room/routes.ts';
import { recordDeals } from './deals/register.ts';
import { listingDealRoutes } from './deals/routes.ts';
import { endedPledges } from './disposals/service.ts';
import { expectationRoutes } from './expectations/routes.ts';
import { expertRoutes } from './experts/routes.ts';
import { feedbackRoutes } from './feedback/routes.ts';
import { listingRoutes } from './listings/routes.ts';
import { endExpired } from './listings/service.ts';
import { dealPages } from './pages/deal-pages.tsx';
import { expectationPages } from './pages/expectations.tsx';
import { expertPages } from './pages/experts.tsx';
import { feedbackPages } from './pages/feedback.tsx';
import { listingPages } from './pages/pages.tsx';
import { wantPages } from './pages/want-pages.tsx';
import { wantRoutes } from './wants/routes.ts';
import { endExpiredWants } from './wants/service.ts';

export const listing: SecondaryModule = {
  name: 'listing',
  routes:
    ({ service }) =>
    async (app) => {
      await app.register(expertRoutes(service));
      await app.register(expectationRoutes(service));
      await app.register(feedbackRoutes(service));
      await app.register(listingRoutes(service));
      await app.register(wantRoutes(service));
      await app.register(listingDealRoutes(service));
      await app.register(dataRoomRoutes(service));
    },
  pages(app, { service }) {
    expertPages(app, service);
    expectationPages(app, service);
    feedbackPages(app, service);
    listingPages(app, service);
    dealPages(app, service);
    wantPages(app, service);
  },
  places: [
    { group: 'market', href: '/market', text: 'nav.market', for: EVERYONE },
    { group: 'market', href: '/experts', text: 'nav.experts', for: EVERYONE, also: '/engagements' },
    { group: 'manage', href: '/haircuts', text: 'nav.haircuts', for: ['staff'] },
  ],
  listeners: [endedPledges],
  derivations: [recordDeals],
  tend: async ({ database }, slot) => ({
    listings_expired: await database.transaction((tx) => endExpired(tx, slot)),
    wants_expired: await database.transaction((tx) => endExpiredWants(tx, slot)),
  }),
};
