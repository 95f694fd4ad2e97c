/** Where the bar leads to: few groups by what people do, each with the places that a kind of organisation has in it. */
import type { OrganisationKind } from '../accounts/store.ts';
import { EVERYONE } from '../http/guard.ts';
import type { Key } from './language/catalogue.ts';

export const GROUPS = ['watch', 'patents', 'market', 'manage'] as const;
export type Group = (typeof GROUPS)[number];

export interface Place {
  group: Group;
  href: string;
  text: Key;
  for: readonly OrganisationKind[];
  /** Where pages of it stand that are not below its own address. */
  also?: string;
}

/** A group as somebody sees it; its own link leads to the first of its places. */
export interface ShownGroup {
  group: Group;
  places: readonly Place[];
}

const LENDING = ['bank', 'firm'] as const;

/** Of the monitor itself; modules beside it bring their own. */
export const CORE_PLACES: readonly Place[] = [
  { group: 'watch', href: '/reviews', text: 'nav.reviews', for: ['staff'] },
  { group: 'watch', href: '/portfolio', text: 'nav.portfolio', for: ['bank', 'staff'] },
  { group: 'watch', href: '/pledges', text: 'nav.pledges', for: ['bank', 'firm', 'staff'] },
  { group: 'watch', href: '/alerts', text: 'nav.alerts', for: ['firm'] },
  { group: 'watch', href: '/calendar', text: 'nav.calendar', for: LENDING },
  { group: 'patents', href: '/patents', text: 'nav.patents', for: EVERYONE },
  { group: 'patents', href: '/knowledge-map', text: 'nav.map', for: EVERYONE },
  { group: 'patents', href: '/valuation', text: 'nav.valuation', for: ['firm'] },
  { group: 'manage', href: '/rules', text: 'nav.rules', for: ['bank'] },
  { group: 'manage', href: '/webhooks', text: 'nav.webhooks', for: LENDING },
  { group: 'manage', href: '/consents', text: 'nav.consents', for: ['firm'] },
  { group: 'manage', href: '/sources', text: 'nav.sources', for: ['staff'] },
  { group: 'manage', href: '/models', text: 'nav.models', for: ['staff'] },
  { group: 'manage', href: '/jobs', text: 'nav.jobs', for: ['staff'] },
  { group: 'manage', href: '/audit', text: 'nav.audit', for: ['bank', 'firm', 'staff'] },
];

/** Groups in which the kind of organisation has a place. */
export function groupsFor(kind: OrganisationKind, places: readonly Place[]): ShownGroup[] {
  const own = places.filter((place) => place.for.includes(kind));
  return GROUPS.map((group) => ({ group, places: own.filter((place) => place.group === group) })).filter(
    (shown) => shown.places.length > 0,
  );
}

/** Whether a page is one of the place. @param here its path, without the query */
export function isWithin({ href, also }: Place, here: string): boolean {
  return [href, also].some((at) => at !== undefined && (here === at || here.startsWith(`${at}/`)));
}
