/** What needs and offers have in common: who posts as what, under which name, and how what they say is known again. */
import { attempt } from '../../../models/failure.ts';
import { noRegion, readRegion } from '../../../models/matching/regions.ts';
import type { Sentence } from '../../../models/sentences.ts';
import { type Caller, findOrganisation, type OrganisationKind } from '../../accounts/store.ts';
import { holdsName } from '../../anonymity/names.ts';
import { showUnder } from '../../anonymity/service.ts';
import { findPseudonym } from '../../anonymity/store.ts';
import { canonicalJson, sha256 } from '../../canonical.ts';
import type { Transaction } from '../../db/client.ts';
import { fieldFault, Problem } from '../../errors.ts';
import { say } from '../sentences.ts';

/** As what an organisation takes part. Its kind says what it may do with loans; this says what it is. */
export const PROFILES = [
  'firm',
  'university',
  'inventor',
  'local_government',
  'bank',
  'agency',
  'expert',
] as const;
export type Profile = (typeof PROFILES)[number];

const CUSTOMERS: readonly Profile[] = ['firm', 'university', 'inventor', 'local_government'];
export const PROFILES_OF: Readonly<Record<OrganisationKind, readonly Profile[]>> = {
  firm: CUSTOMERS,
  buyer: CUSTOMERS,
  bank: ['bank'],
  agency: ['agency'],
  expert: ['expert'],
  staff: [],
};

export const OFFER_KINDS = ['patent', 'listing', 'agency', 'expert', 'technology'] as const;
export type OfferKind = (typeof OFFER_KINDS)[number];

export const FIELDS = 35;
export const MAX_TITLE_CHARS = 200;
export const MAX_BODY_CHARS = 4_000;
/** Of one list of regions, fields or patents. */
export const MAX_LISTED = 40;
/** Open at a time, of one organisation. */
export const MAX_OPEN_NEEDS = 200;
export const MAX_OPEN_OFFERS = 2_000;

export interface Posted {
  title: string;
  body: string;
  profile: Profile;
  pseudonym_id: string | null;
}

/** A place of a posting that goes against itself. */
export interface Fault {
  field: string;
  said: Sentence;
}

export function fault(field: string, said: Sentence): Fault[] {
  return [{ field, said }];
}

/** A posting that has a fault is refused with all of them. */
export function refuseFaults(faults: readonly Fault[]): void {
  const [first] = faults;
  if (first === undefined) return;
  throw new Problem(
    'refused',
    say('posting_faulty', { field: first.field, fault: first.said }),
    faults.map(({ field, said }) => fieldFault(`/body/${field}`, said)),
  );
}

export function postedFaults({ title, body, profile }: Posted, { kind }: Caller): Fault[] {
  const empty = Object.entries({ title, body }).filter(([, text]) => !/[\p{L}\p{N}]/u.test(text));
  const allowed = PROFILES_OF[kind];
  return [
    ...empty.flatMap(([field]) => fault(field, say('posting_wordless'))),
    ...(allowed.includes(profile)
      ? []
      : fault('profile', say('posting_profile', { role: kind, profiles: allowed.join(', ') }))),
  ];
}

/** Regions as they are kept, and those that cannot be read. */
export function regionsIn(field: string, regions: readonly string[]): { regions: string[]; faults: Fault[] } {
  const read = regions.map((region) => ({ region, ...attempt(() => readRegion(region)) }));
  return {
    regions: [...new Set(read.flatMap((each) => (each.ok ? [each.value] : [])))],
    faults: read.flatMap(({ ok, region }) => (ok ? [] : fault(field, noRegion(region)))),
  };
}

/** Offices of several countries, some of whose codes are read as those of countries. */
const SHARED_OFFICES = ['EP', 'EA', 'WO', 'OA', 'AP', 'GC', 'EM', 'BX', 'XN', 'XV', 'IB'];

/** Where rights of an office hold; null for an office of several countries, or of one that is no more. */
export function regionOfOffice(office: string): string | null {
  const read = attempt(() => readRegion(office));
  return read.ok && !SHARED_OFFICES.includes(office) ? read.value : null;
}

/**
 * The name that it is shown under: the pseudonym's, or else the own.
 * @throws Problem `refused` where what is shown under a pseudonym names the organisation, or the pseudonym is not its own
 */
export async function shownName(
  tx: Transaction,
  { title, body, pseudonym_id }: Posted,
  { organisation_id }: Caller,
): Promise<string> {
  const { name } = (await findOrganisation(tx, organisation_id))!;
  if (pseudonym_id === null) return name;
  const found = await findPseudonym(tx, pseudonym_id);
  if (found?.owner?.organisation_id !== organisation_id)
    throw new Problem('refused', say('posting_pseudonym'));
  if (holdsName(title, name) || holdsName(body, name))
    throw new Problem('refused', say('posting_names_owner', { name }));
  return found.display_name;
}

export async function show(
  tx: Transaction,
  kind: 'need' | 'offer',
  id: string,
  pseudonym_id: string | null,
  caller: Caller,
  now: Date,
): Promise<void> {
  if (pseudonym_id !== null) await showUnder(tx, pseudonym_id, { kind, id }, caller, now);
}

/** What is said, however it is spaced and cased. */
export function fingerprintOf(said: readonly unknown[]): Buffer {
  const plain = said.map((each) =>
    typeof each === 'string'
      ? each
          .normalize('NFKC')
          .toLowerCase()
          .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
          .trim()
      : each,
  );
  return sha256(canonicalJson(plain));
}
