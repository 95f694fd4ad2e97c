/** Marks on products: is this thing genuine, and is its patent alive? */
import type { SecondaryModule } from '../modules.ts';
import { markRoutes } from './marks/routes.ts';
import { markingPages } from './pages/pages.tsx';
import { productRoutes } from './products/routes.ts';
import { restate } from './products/statement.ts';
import { productsOfPatents } from './products/store.ts';
import { scanRoutes } from './scans/routes.ts';
import { tendMarks } from './tend.ts';
import { verificationRoutes } from './verification/routes.ts';

export const marking: SecondaryModule = {
  name: 'marking',
  routes: (setting) => async (app) => {
    await app.register(productRoutes(setting));
    await app.register(markRoutes(setting));
    await app.register(scanRoutes(setting));
    await app.register(verificationRoutes(setting));
  },
  pages: markingPages,
  places: [{ group: 'patents', href: '/marking', text: 'nav.marking', for: ['firm', 'staff'] }],
  listeners: [],
  derivations: [
    async (tx, patent_ids, at) => void (await restate(tx, await productsOfPatents(tx, patent_ids), at)),
  ],
  tend: ({ database }, slot) => tendMarks(database, slot),
};
