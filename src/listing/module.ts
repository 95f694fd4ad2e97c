/** Listing: selling, licensing, and what happens after a default. */
import type { SecondaryModule } from '../modules.ts';

export const listing: SecondaryModule = {
  name: 'listing',
  routes: () => async () => {},
  pages: () => {},
  listeners: [],
  derivations: [],
  tend: async () => ({}),
};
