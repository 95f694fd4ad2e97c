/** Filing: from a draft to a watched patent. Its subjects are joined here. */
import type { HttpConfig } from '../config.ts';
import type { SecondaryModule } from '../modules.ts';
import { agencyRoutes } from './agencies/agency-routes.ts';
import { engagementRoutes } from './agencies/engagement-routes.ts';
import { computeRecords, recordListener } from './agencies/record.ts';
import { noteGrants } from './applications/grant.ts';
import { remind } from './applications/remind.ts';
import { applicationRoutes } from './applications/routes.ts';
import { draftRoutes } from './drafts/routes.ts';
import { fileDrop } from './packages/file-drop.ts';
import { packageRoutes } from './packages/package-routes.ts';
import { agencyPages } from './pages/agencies.tsx';
import { packagePages } from './pages/packages.tsx';
import { filingPages } from './pages/pages.ts';
import { priorArtRoutes } from './prior-art/routes.ts';

/** Where packages are handed in; null where the installation has no such place. */
function portOf({ filing_drop_folder }: HttpConfig) {
  return filing_drop_folder === null ? null : fileDrop(filing_drop_folder);
}

export const filing: SecondaryModule = {
  name: 'filing',
  routes:
    ({ service, http }) =>
    async (app) => {
      await app.register(draftRoutes(service));
      await app.register(priorArtRoutes(service));
      await app.register(applicationRoutes(service));
      await app.register(agencyRoutes(service));
      await app.register(engagementRoutes(service));
      await app.register(packageRoutes(service, portOf(http)));
    },
  pages(app, { service, http }) {
    filingPages(app, service);
    agencyPages(app, service);
    packagePages(app, service, portOf(http));
  },
  places: [{ group: 'patents', href: '/filing', text: 'nav.filing', for: ['firm', 'agency', 'staff'] }],
  listeners: [recordListener],
  derivations: [async (tx, patent_ids, at) => void (await noteGrants(tx, patent_ids, at))],
  tend: ({ database }, slot) =>
    database.transaction(async (tx) => ({
      ...(await remind(tx, slot)),
      ...(await noteGrants(tx, null, slot)),
      ...(await computeRecords(tx, slot)),
    })),
};
