/**
 * The applications of a corpus, family by family in the order of first filing: facts, course, fees, lapse and legal events.
 *
 *   claims = m e^(s (r q + (1 - r^2)^(1/2) Z)), q the invention's quality, r = .3
 * China's m = 6 and s = 1.06 are those of data/cn_patents.csv; other offices', and all shares of events, are ours.
 * An application is drawn from a stream of its own, so leaving some out changes none of the others. Units: days since FIRST_DAY, patent years. Errors: none.
 * Worked: China, q = Z = 0: 6 claims.
 */
import { daysBetween } from '../calendar.ts';
import { dateOfDay, FIRST_DAY, YEAR_days } from './corpus-filings.ts';
import { type CorpusWorld, drawIpc, type Invention, inventionAt } from './corpus-inventions.ts';
import { drawUnpaidYear, feeYears, LAST_YEAR } from './corpus-lapses.ts';
import { type CorpusOffice, laterFiling_days } from './corpus-offices.ts';
import { ownerRank } from './corpus-owners.ts';
import { type Course, drawCourse, laterPublicationLag_days, seen } from './corpus-prosecution.ts';
import { streamOf } from './corpus-stream.ts';
import { chance, type Random, standardNormal, uniform, wholeNumber } from './draws.ts';
import { noticeDay } from './owner-decisions.ts';

/** Keys of a family's applications are this far from those of the next. */
export const KEYS_A_FAMILY = 8;

const CLAIMS: Record<CorpusOffice, readonly [median: number, log_sd: number]> = {
  CN: [6, 1.06],
  US: [17, 0.5],
  JP: [8, 0.7],
  EP: [12, 0.6],
  KR: [9, 0.7],
  DE: [11, 0.6],
};
const QUALITY_IN_CLAIMS = 0.3;
const MOST_CLAIMS = 1000;
const SHARES = { individual: 0.2, agency: 0.8, transfer: 0.12, pledge: 0.02, release: 0.7 };
const PLEDGE_days = [300, 1500] as const;

export interface CorpusEvent {
  kind: 'fee_paid' | 'transferred' | 'pledged' | 'released';
  day: number;
  /** Patent year that a fee is for. */
  patent_year: number | null;
  /** Rank of the new owner. */
  new_owner: number | null;
}

export interface CorpusApplication extends Course {
  key: number;
  invention: Invention;
  office: CorpusOffice;
  is_first_filing: boolean;
  ipc: readonly string[];
  owner: number;
  individual: boolean;
  agency: boolean;
  inventors: number;
  claims: number;
  filed_day: number;
  /** Patent years whose fees fall due after the grant. */
  fee_years: readonly number[];
  /** First patent year whose fee stays unpaid; the corpus may end before. */
  unpaid_year: number | null;
  /** Notice that the right ended for an unpaid fee. */
  lapsed_day: number | null;
  /** End of the term. */
  expired_day: number | null;
  /** By day. */
  events: readonly CorpusEvent[];
}

/** Family by family, as many applications as the world asks for. */
export function* corpusFamilies(world: CorpusWorld): Generator<CorpusApplication[]> {
  let left = world.patents;
  for (let number = 0; left > 0; number++) {
    const kept = corpusFamily(world, number);
    if (kept.length > 0) yield kept.slice(0, left);
    left -= kept.length;
  }
}

/** The applications of one invention, at the offices of the world. */
export function corpusFamily(world: CorpusWorld, number: number): CorpusApplication[] {
  const invention = inventionAt(world, number);
  return invention.offices.flatMap((office, position) =>
    world.offices.includes(office) ? [drawApplication(world, invention, position)] : [],
  );
}

export function dueDay(filed_day: number, patent_year: number): number {
  return filed_day + Math.round((patent_year - 1) * YEAR_days);
}

function drawApplication(world: CorpusWorld, invention: Invention, position: number): CorpusApplication {
  const { field, first_filed_day, offices, number, published_day } = invention;
  const office = offices[position]!;
  const key = number * KEYS_A_FAMILY + position;
  const random = streamOf(world.seed, 'application', key);
  const later_days = position === 0 ? 0 : laterFiling_days(random);
  const filed = first_filed_day + later_days;
  const published = position === 0 ? published_day : filed + laterPublicationLag_days(later_days);
  const course = drawCourse(office, field, { filed, published }, random);
  return {
    ...course,
    key,
    invention,
    office,
    is_first_filing: position === 0,
    ipc: drawIpc(field, random),
    owner: ownerOf(world, number),
    individual: chance(SHARES.individual, random),
    agency: chance(SHARES.agency, random),
    inventors: 1 + Math.floor(-1.6 * Math.log(uniform(random))),
    claims: drawClaims(office, invention.quality, random),
    filed_day: filed,
    ...drawLife(world, office, filed, course.granted_day, random),
  };
}

/** One owner a family. */
function ownerOf({ seed, inventions }: CorpusWorld, number: number): number {
  return ownerRank(inventions, streamOf(seed, 'owner', number)());
}

function drawClaims(office: CorpusOffice, quality: number, random: Random): number {
  const [median, log_sd] = CLAIMS[office];
  const own = Math.sqrt(1 - QUALITY_IN_CLAIMS ** 2) * standardNormal(random);
  const claims = Math.round(median * Math.exp(log_sd * (QUALITY_IN_CLAIMS * quality + own)));
  return Math.min(MOST_CLAIMS, Math.max(1, claims));
}

/** What happens to a right once it is granted. */
function drawLife(
  world: CorpusWorld,
  office: CorpusOffice,
  filed_day: number,
  granted_day: number | null,
  random: Random,
) {
  if (granted_day === null)
    return { fee_years: [], unpaid_year: null, lapsed_day: null, expired_day: null, events: [] };
  const first_year = Math.floor((granted_day - filed_day) / YEAR_days) + 2;
  const fee_years = feeYears(office, first_year);
  const unpaid_year = drawUnpaidYear(office, fee_years, random);
  const last_day = dueDay(filed_day, unpaid_year ?? LAST_YEAR + 1);
  const paid = fee_years.filter((year) => dueDay(filed_day, year) < last_day);
  const fees = paid.map((patent_year) => event('fee_paid', dueDay(filed_day, patent_year), { patent_year }));
  const events = [...fees, ...drawDeals(world, granted_day, last_day, random)];
  return {
    fee_years,
    unpaid_year,
    lapsed_day: unpaid_year === null ? null : drawNotice(last_day, random),
    expired_day: unpaid_year === null ? seen(last_day) : null,
    events: events.filter(({ day }) => seen(day) !== null).sort((a, b) => a.day - b.day),
  };
}

function drawDeals(world: CorpusWorld, from_day: number, to_day: number, random: Random): CorpusEvent[] {
  const found: CorpusEvent[] = [];
  const day = () => wholeNumber(from_day, Math.max(from_day, to_day), random);
  if (chance(SHARES.transfer, random))
    found.push(event('transferred', day(), { new_owner: ownerRank(world.inventions, random()) }));
  if (!chance(SHARES.pledge, random)) return found;
  const pledged = event('pledged', day(), {});
  found.push(pledged);
  if (chance(SHARES.release, random))
    found.push(event('released', pledged.day + wholeNumber(...PLEDGE_days, random), {}));
  return found;
}

function event(kind: CorpusEvent['kind'], day: number, told: Partial<CorpusEvent>): CorpusEvent {
  return { patent_year: null, new_owner: null, ...told, kind, day };
}

function drawNotice(due_day: number, random: Random): number | null {
  const u = uniform(random);
  return seen(due_day) === null ? null : seen(daysBetween(FIRST_DAY, noticeDay(dateOfDay(due_day), u)));
}
