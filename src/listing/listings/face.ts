/**
 * What a listing shows of its patents to everybody, as they stand now: nothing by which one is found in the register, for the
 * register names its owner. Days are bands of years, values are rounded outward to one digit.
 */

import { wholeYearsBetween } from '../../../models/calendar.ts';
import { type EncumbranceKind, encumbrancesOf } from '../../../models/encumbrances.ts';
import { isSameName } from '../../../models/party-name.ts';
import type { LegalState, RightType } from '../../../models/types.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { ownerOf } from '../../anonymity/service.ts';
import { dateOf } from '../../clock.ts';
import type { Transaction } from '../../db/client.ts';
import { acrossTenants } from '../../db/tenancy.ts';
import { cohortRanks } from '../../patents/cohorts.ts';
import { type KnownPatent, knownPatents } from '../../patents/facts.ts';
import { type Owner, ownersByPatent } from '../../patents/owners.ts';
import { pledgeesOf } from '../../pledges/pledgeable.ts';
import { NOTHING_DECLARED } from '../../pledges/store.ts';
import { latestModels } from '../../valuations/store.ts';
import { value } from '../../valuations/value.ts';
import type { Listing } from './store.ts';

/** Years that are left are told by the band's lower end. */
const BANDS_years = [15, 10, 5, 2, 1, 0];
const TOP = 'top';
const UPPER_HALF = 'upper_half';
const LOWER_HALF = 'lower_half';
export const RANKS = [TOP, UPPER_HALF, LOWER_HALF] as const;
const TOP_RANK = 0.9;

export interface PatentFace {
  office: string;
  right_type: RightType;
  /** WIPO's technology field. */
  field: number | null;
  legal_state: LegalState;
  /** At least so many are left of the term; null where it is not known. */
  years_left: number | null;
  /** Where it stands among those of its field and filing year by how often it is cited; null where that says nothing. */
  cited: (typeof RANKS)[number] | null;
  /** Under a contract that the service knows. */
  pledged: boolean;
  /** That the register tells and are not released. */
  encumbrances: EncumbranceKind[];
}

export interface Face {
  patents: PatentFace[];
  /** Sum of the patents' own ranges, without what the owner declares of their use; null while one has none. */
  value: { low_minor: number; high_minor: number } | null;
  /** Whom the register names as the owner of all of them. */
  registered_owner: 'seller' | 'another' | 'unknown';
}

/** By listing id; the patents in the order of their ids. What is read across tenants stays in here, but for the face. */
export async function facesOf(
  tx: Transaction,
  listings: readonly Pick<Listing, 'id' | 'pseudonym_id'>[],
  now: Date,
): Promise<Map<string, Face>> {
  const rows = await acrossTenants(
    tx,
    () => tx<{ listing_id: string; patent_id: string }[]>`select listing_id, patent_id from listing_patent
      where listing_id = any(${listings.map(({ id }) => id)}) order by listing_id, patent_id`,
  );
  const ids = [...new Set(rows.map(({ patent_id }) => patent_id))];
  const [known, owners, pledgees, ranks, models] = [
    await knownPatents(tx, ids, now),
    await ownersByPatent(tx, ids, now),
    await pledgeesOf(tx, ids),
    await cohortRanks(tx, ids),
    await latestModels(tx, now),
  ];
  const pledged = new Set(pledgees.map(({ patent_id }) => patent_id));
  const faces = new Map<string, Face>();
  for (const { id, pseudonym_id } of listings) {
    const patents = rows.flatMap(({ listing_id, patent_id }) =>
      listing_id === id ? (known.get(patent_id) ?? []) : [],
    );
    const { name } = await ownerOf(tx, pseudonym_id);
    faces.set(id, {
      patents: patents.map((patent) =>
        faceOf(
          patent,
          pledged.has(patent.patent_id),
          ranks.get(patent.patent_id)?.citation_rank ?? null,
          now,
        ),
      ),
      value:
        models &&
        rangeOf(
          patents.map(
            (patent) =>
              value(
                patent,
                NOTHING_DECLARED,
                VALUATION_CURRENCY,
                models,
                dateOf(now),
                ranks.get(patent.patent_id),
              ).row,
          ),
        ),
      registered_owner: ownedBy(
        patents.map(({ patent_id }) => owners.get(patent_id) ?? []),
        name,
      ),
    });
  }
  return faces;
}

function faceOf(
  { facts, expires_on, signals }: KnownPatent,
  pledged: boolean,
  rank: number | null,
  now: Date,
): PatentFace {
  const today = dateOf(now);
  const years = expires_on === null ? null : expires_on <= today ? 0 : wholeYearsBetween(today, expires_on);
  const open = encumbrancesOf(signals).encumbrances.filter(({ released_on }) => released_on === null);
  return {
    office: facts.office,
    right_type: facts.right_type,
    field: facts.technology_field,
    legal_state: facts.legal_state,
    years_left: years === null ? null : BANDS_years.find((band) => band <= years)!,
    cited: rank === null ? null : rank >= TOP_RANK ? TOP : rank >= 0.5 ? UPPER_HALF : LOWER_HALF,
    pledged,
    encumbrances: [...new Set(open.map(({ kind }) => kind))].sort(),
  };
}

type Range = Pick<ReturnType<typeof value>['row'], 'status' | 'low_minor' | 'high_minor'>;

function rangeOf(values: readonly Range[]): Face['value'] {
  const told = values.filter(({ status }) => status !== 'unknown');
  if (told.length < values.length) return null;
  const sum = (amounts: readonly (number | null)[]) =>
    amounts.reduce<number>((all, each) => all + (each ?? 0), 0);
  return {
    low_minor: toOneDigit(sum(told.map(({ low_minor }) => low_minor)), Math.floor),
    high_minor: toOneDigit(sum(told.map(({ high_minor }) => high_minor)), Math.ceil),
  };
}

/** A value to the last digit would find its patent among all others. */
export function toOneDigit(minor: number, round: (digit: number) => number): number {
  if (minor === 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(minor));
  return round(minor / unit) * unit;
}

function ownedBy(owners: readonly (readonly Owner[])[], name: string): Face['registered_owner'] {
  const is_own = owners.map((each) =>
    each.length === 0 ? null : each.some((owner) => isSameName(owner.name, name)),
  );
  if (is_own.some((own) => own === false)) return 'another';
  return is_own.length > 0 && is_own.every((own) => own) ? 'seller' : 'unknown';
}
