/** Filing: from a draft to a watched patent. Its subjects are joined here. */
import type { SecondaryModule } from '../modules.ts';
import { noteGrants } from './applications/grant.ts';
import { remind } from './applications/remind.ts';
import { applicationRoutes } from './applications/routes.ts';
import { draftRoutes } from './drafts/routes.ts';
import { filingPages } from './pages/pages.ts';
import { priorArtRoutes } from './prior-art/routes.ts';

export const filing: SecondaryModule = {
  name: 'filing',
  routes:
    ({ service }) =>
    async (app) => {
      await app.register(draftRoutes(service));
      await app.register(priorArtRoutes(service));
      await app.register(applicationRoutes(service));
    },
  pages(app, { service }) {
    filingPages(app, service);
  },
  listeners: [],
  derivations: [async (tx, patent_ids, at) => void (await noteGrants(tx, patent_ids, at))],
  tend: ({ database }, slot) =>
    database.transaction(async (tx) => ({
      ...(await remind(tx, slot)),
      ...(await noteGrants(tx, null, slot)),
    })),
};
