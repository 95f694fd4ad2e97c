/**
 * What a bulletin says: sums of a period and of the one before. Patents are counted by the office of the region's country, for
 * registers do not tell in which part of it an owner is; needs and introductions by the region itself. Equal stores give equal
 * contents; what is kept is the content, and every page, PDF and mail is made of it alone.
 */
import { disclosed } from '../../../models/disclosure.ts';
import { isWithin, regionLevels } from '../../../models/matching/regions.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Sql } from '../../db/client.ts';
import { disclosedNews } from '../../pledges/news.ts';
import { type PatentNews, type Period, patentNews } from '../../search/news.ts';
import { type Cadence, periodAfter } from './periods.ts';

/** Fields that are told one by one, those with most news first. */
export const MAX_TOLD_FIELDS = 12;

export interface About {
  region: string;
  /** WIPO technology field; 0: all. */
  field: number;
  cadence: Cadence;
  from_on: CalendarDate;
}

export interface Figures {
  filings: number;
  grants: number;
  lapses: number;
  /** Null: of too few to be told. */
  pledges: number | null;
  deals: number | null;
  introductions: number | null;
  needs: number;
}

export interface BulletinContent extends About {
  version: 1;
  office: string;
  until_on: CalendarDate;
  known_at: string;
  now: Figures;
  before: Figures;
  /** Of all fields, if the bulletin is of all. */
  fields: Omit<PatentNews, 'office'>[];
}

/** Reads the signals of a period once for all bulletins of it. */
export class NewsReader {
  readonly #sql: Sql;
  readonly #known_at: Date;
  readonly #patents = new Map<string, Promise<PatentNews[]>>();

  constructor(sql: Sql, known_at: Date) {
    this.#sql = sql;
    this.#known_at = known_at;
  }

  async content({ region, field, cadence, from_on }: About): Promise<BulletinContent> {
    const office = regionLevels(region)[0]!;
    const until_on = periodAfter(cadence, from_on);
    const before = { from_on: periodAfter(cadence, from_on, -1), until_on: from_on };
    const fields = (await this.#patentsIn({ from_on, until_on }))
      .filter((cell) => field === 0 && cell.office === office && cell.field > 0)
      .sort((a, b) => sizeOf(b) - sizeOf(a) || a.field - b.field)
      .slice(0, MAX_TOLD_FIELDS)
      .map(({ office: _same, ...cell }) => cell);
    return {
      version: 1,
      region,
      field,
      cadence,
      from_on,
      office,
      until_on,
      known_at: this.#known_at.toISOString(),
      now: await this.#figures(region, field, { from_on, until_on }),
      before: await this.#figures(region, field, before),
      fields,
    };
  }

  #patentsIn(days: Omit<Period, 'known_at'>): Promise<PatentNews[]> {
    const key = `${days.from_on} ${days.until_on}`;
    const known = this.#patents.get(key) ?? patentNews(this.#sql, { ...days, known_at: this.#known_at });
    this.#patents.set(key, known);
    return known;
  }

  async #figures(region: string, field: number, days: Omit<Period, 'known_at'>): Promise<Figures> {
    const office = regionLevels(region)[0]!;
    const period = { ...days, known_at: this.#known_at };
    const own = (await this.#patentsIn(days)).filter(
      (cell) => cell.office === office && (field === 0 || cell.field === field),
    );
    const sum = (of: (cell: PatentNews) => number) => own.reduce((total, cell) => total + of(cell), 0);
    return {
      filings: sum(({ filings }) => filings),
      grants: sum(({ grants }) => grants),
      lapses: sum(({ lapses }) => lapses),
      ...(await disclosedNews(this.#sql, period, office, field)),
      ...(await networkNews(this.#sql, period, region, field)),
    };
  }
}

function sizeOf({ filings, grants, lapses }: Omit<PatentNews, 'office'>): number {
  return filings + grants + lapses;
}

/** Needs are shown to everybody as they are; who was introduced to whom is the two's own. */
async function networkNews(sql: Sql, { from_on, until_on, known_at }: Period, region: string, field: number) {
  const posted = await sql<{ region: string | null; needs: number }[]>`
    select region, count(*) as needs from network_need
    where posted_on >= ${from_on} and posted_on < ${until_on} and (${field} = 0 or ${field} = any(fields)) group by 1`;
  const introduced = await sql<{ region: string | null; asker_id: string; introductions: number }[]>`
    select region, asker_id, count(*) as introductions from network_introduced
    join network_introduction on network_introduction.id = introduction_id join network_need on network_need.id = need_id
    where introduced_at >= ${from_on}::date and introduced_at < ${until_on}::date and introduced_at <= ${known_at}
      and (${field} = 0 or ${field} = any(fields)) group by 1, 2`;
  const here = (row: { region: string | null }) => row.region !== null && isWithin(row.region, region);
  const own = introduced.filter(here);
  const parties = new Set(own.map(({ asker_id }) => asker_id)).size;
  return {
    needs: posted.filter(here).reduce((sum, { needs }) => sum + needs, 0),
    introductions: disclosed(
      own.reduce((sum, { introductions }) => sum + introductions, 0),
      parties,
    ),
  };
}
