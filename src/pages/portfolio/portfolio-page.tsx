/** A bank's portfolio: what is lent and what covers it, pledge by pledge, and where it is concentrated. */

import type { Concentration } from '../../../models/portfolio/concentration.ts';
import { HORIZONS_days } from '../../../models/risk/projection.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { dateOf } from '../../clock.ts';
import type { PledgedPatent } from '../../pledges/store.ts';
import type { PledgePosition } from '../../portfolio/store.ts';
import { type CoverStatus, coverStatus, type PortfolioSummary } from '../../portfolio/summary.ts';
import { QuantileStrip } from '../charts/distribution.tsx';
import { ShareBars } from '../charts/shares.tsx';
import type { Key } from '../language/catalogue.ts';
import type { Words } from '../language/words.ts';
import {
  AskForm,
  Choice,
  DayField,
  type Fact,
  Facts,
  Section,
  StatusMarked,
  Table,
} from '../parts/parts.tsx';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { useView } from '../view.ts';

export const COVER_STATUSES = [
  'breach',
  'unknown',
  'warning',
  'compliant',
] as const satisfies readonly CoverStatus[];
export const SORTS = ['ltv', 'loan', 'value', 'matures'] as const;
type Sort = (typeof SORTS)[number];

const ROWS_A_PAGE = 50;

export interface Choosing {
  sort: Sort;
  status: CoverStatus | null;
  page: number;
}

export interface Chosen extends Choosing {
  rows: PledgePosition[];
  /** That the status leaves, on all pages. */
  count: number;
}

/** Worst or largest first; maturities by the next. */
export function choose(pledges: readonly PledgePosition[], asked: Choosing): Chosen {
  const { sort, status, page } = asked;
  const left = status === null ? pledges : pledges.filter((each) => coverStatus(each) === status);
  const first = (page - 1) * ROWS_A_PAGE;
  return {
    ...asked,
    rows: left.toSorted(ORDERS[sort]).slice(first, first + ROWS_A_PAGE),
    count: left.length,
  };
}

type Order = (a: PledgePosition, b: PledgePosition) => number;

/** What cannot be told stands with the worst. */
const ORDERS: Record<Sort, Order> = {
  ltv: (a, b) => ratioOf(b) - ratioOf(a),
  loan: (a, b) => b.outstanding_minor - a.outstanding_minor,
  value: (a, b) => (b.mid_minor ?? 0) - (a.mid_minor ?? 0),
  matures: (a, b) => (a.matures_on < b.matures_on ? -1 : 1),
};

function ratioOf({ ltv_bp, outstanding_minor }: PledgePosition): number {
  if (outstanding_minor === 0) return 0;
  return ltv_bp ?? Number.MAX_SAFE_INTEGER;
}

interface Props {
  summary: PortfolioSummary;
  chosen: Chosen;
  as_of: string | null;
  firms: ReadonlyMap<string, string>;
  patents: ReadonlyMap<string, PledgedPatent[]>;
}

export function PortfolioPage({ summary, chosen, as_of, firms, patents }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.portfolio')}</h1>
        <p>
          <span>{words.say('portfolio.pledges', { count: summary.pledges })}</span>
          <span>{words.say('portfolio.patents', { count: summary.patents })}</span>
          <a href="/portfolio/stress">{words.say('stress.title')}</a>
        </p>
      </div>
      <Facts facts={factsOf(summary, words)} />
      <Section title={words.say('portfolio.status')} note={words.say('portfolio.status_note')}>
        <StatusBar statuses={summary.statuses} />
      </Section>
      <Section title={words.say('nav.pledges')} note={words.say('portfolio.strip_note')} id="pledges">
        <AskForm action="/portfolio#pledges">
          <Choice
            name="sort"
            label={words.say('portfolio.sort')}
            chosen={chosen.sort}
            options={SORTS.map((value) => ({ value, text: words.say(`sort.${value}`) }))}
          />
          <Choice
            name="status"
            label={words.say('pledges.status')}
            chosen={chosen.status ?? ''}
            options={[
              { value: '', text: words.say('portfolio.any') },
              ...COVER_STATUSES.map((value) => ({ value, text: words.say(`status.${value}`) })),
            ]}
          />
          <DayField name="as_of" label={words.say('flow.as_of')} value={as_of ?? ''} max={today()} />
        </AskForm>
        <Positions {...{ chosen, firms, patents }} />
        <Pager {...{ chosen, as_of }} />
      </Section>
      <Section title={words.say('portfolio.concentration')} note={words.say('portfolio.concentration_note')}>
        <Concentrations summary={summary} firms={firms} />
      </Section>
    </>
  );
}

function today(): string {
  return dateOf(useView().now);
}

function factsOf(summary: Props['summary'], words: Words): Fact[] {
  const money = (minor: number) => words.briefMoney(minor, VALUATION_CURRENCY);
  const { value, weighted_ltv_bp, expected_breaches } = summary;
  return [
    {
      label: words.say('portfolio.exposure'),
      value: money(summary.outstanding_minor),
      note: words.say('portfolio.uncovered', { amount: money(summary.unknown_minor) }),
    },
    {
      label: words.say('fact.value'),
      value: money(value.mid_minor),
      note: words.say('fact.band', {
        low: words.shortMoney(value.low_minor, VALUATION_CURRENCY),
        high: words.shortMoney(value.high_minor, VALUATION_CURRENCY),
      }),
    },
    {
      label: words.say('portfolio.ltv'),
      value: weighted_ltv_bp === null ? words.say('term.none') : words.percent(weighted_ltv_bp),
      note: words.say('portfolio.ltv_note'),
    },
    {
      label: words.say('portfolio.expected'),
      value: words.number(expected_breaches[1]!, 1),
      note: words.say('portfolio.expected_note', {
        days: HORIZONS_days[1]!,
        later: words.number(expected_breaches[2]!, 1),
        later_days: HORIZONS_days[2]!,
      }),
    },
  ];
}

function StatusBar({ statuses }: { statuses: Props['summary']['statuses'] }) {
  const { words } = useView();
  const order = COVER_STATUSES.filter((status) => statuses[status] > 0);
  return (
    <ul class="status-bar">
      {order.map((status) => (
        <li key={status} class={`share-${Math.min(12, Math.max(1, statuses[status]))}`}>
          <a href={`/portfolio?status=${status}#pledges`}>
            <StatusMarked status={status} />
            <span class="figure">{words.number(statuses[status])}</span>
          </a>
        </li>
      ))}
    </ul>
  );
}

function Positions({ chosen, firms, patents }: Pick<Props, 'chosen' | 'firms' | 'patents'>) {
  const { words } = useView();
  const { rows } = chosen;
  const most =
    Math.max(
      ...rows.map(({ mid_minor, outstanding_minor }) => Math.max(mid_minor ?? 0, outstanding_minor)),
      1,
    ) * 1.6;
  const money = (minor: number | null) =>
    minor === null ? words.say('term.unknown') : words.briefMoney(minor, VALUATION_CURRENCY);
  return (
    <Table<PledgePosition>
      caption={words.say('nav.pledges')}
      empty={words.say('pledges.none')}
      rows={rows}
      keyOf={({ pledge_id }) => pledge_id}
      columns={[
        {
          head: words.say('pledges.pledge'),
          cell: ({ pledge_id }) => (
            <a href={`/pledges/${pledge_id}`}>{pledgeName(patents.get(pledge_id) ?? [], words)}</a>
          ),
        },
        { head: words.say('portfolio.firm'), cell: ({ firm_id }) => firms.get(firm_id) ?? firm_id },
        { head: words.say('pledges.status'), cell: (each) => <StatusMarked status={coverStatus(each)} /> },
        {
          head: words.say('fact.ltv'),
          kind: 'number',
          cell: ({ ltv_bp, outstanding_minor }) =>
            ltv_bp === null || outstanding_minor === 0 ? words.say('term.none') : words.percent(ltv_bp),
        },
        {
          head: words.say('fact.loan'),
          kind: 'number',
          cell: ({ outstanding_minor }) => money(outstanding_minor),
        },
        { head: words.say('fact.value'), kind: 'number', cell: ({ mid_minor }) => money(mid_minor) },
        {
          head: words.say('portfolio.range'),
          cell: (each) => <Strip {...{ each, most }} />,
        },
        { head: words.say('fact.matures'), cell: ({ matures_on }) => words.day(matures_on) },
      ]}
    />
  );
}

function Strip({ each, most }: { each: PledgePosition; most: number }) {
  const { words } = useView();
  const { low_minor, mid_minor, high_minor, outstanding_minor } = each;
  if (low_minor === null || mid_minor === null || high_minor === null) return words.say('term.unknown');
  const money = (minor: number) => words.briefMoney(minor, VALUATION_CURRENCY);
  const title = words.say('portfolio.strip', {
    low: money(low_minor),
    mid: money(mid_minor),
    high: money(high_minor),
    loan: money(outstanding_minor),
  });
  return (
    <QuantileStrip
      low={low_minor}
      mid={mid_minor}
      high={high_minor}
      mark={outstanding_minor}
      {...{ most, title }}
    />
  );
}

function Pager({ chosen, as_of }: Pick<Props, 'chosen' | 'as_of'>) {
  const { words } = useView();
  const { sort, status, page, count } = chosen;
  const pages = Math.ceil(count / ROWS_A_PAGE);
  if (pages <= 1) return null;
  const hrefOf = (to: number) =>
    `/portfolio?${new URLSearchParams({ sort, status: status ?? '', as_of: as_of ?? '', page: String(to) })}#pledges`;
  return (
    <nav class="pager" aria-label={words.say('pager.label')}>
      {page > 1 && <a href={hrefOf(page - 1)}>{words.say('pager.before')}</a>}
      <span>{words.say('pager.place', { page, pages })}</span>
      {page < pages && <a href={hrefOf(page + 1)}>{words.say('pager.after')}</a>}
    </nav>
  );
}

const MOST_SHARES = 6;
const SHARE_WIDTH = 480;

function Concentrations({ summary, firms }: Pick<Props, 'summary' | 'firms'>) {
  const { words } = useView();
  const { technology_field, firm, expiry_year, maturity_year } = summary.concentrations;
  const field = (group: string) => {
    const key = `field.${group}`;
    return words.has(key) ? words.say(key) : words.say('term.unknown');
  };
  const year = (group: string) => (group === 'unknown' ? words.say('term.unknown') : group);
  const shown: { title: Key; of: Concentration; name: (group: string) => string }[] = [
    { title: 'portfolio.by_field', of: technology_field, name: field },
    { title: 'portfolio.by_firm', of: firm, name: (group) => firms.get(group) ?? group },
    { title: 'portfolio.by_expiry', of: expiry_year, name: year },
    { title: 'portfolio.by_maturity', of: maturity_year, name: year },
  ];
  return (
    <div class="quarters">
      {shown.map(({ title, of, name }) => (
        <div key={title}>
          <h3>{words.say(title)}</h3>
          <p class="muted">{words.say('portfolio.herfindahl', { index: words.number(of.herfindahl, 2) })}</p>
          <Shares {...{ of, name }} title={words.say(title)} />
        </div>
      ))}
    </div>
  );
}

function Shares({ of, name, title }: { of: Concentration; name: (group: string) => string; title: string }) {
  const { words } = useView();
  const first = of.groups.slice(0, MOST_SHARES).map(({ group, share }) => ({ label: name(group), share }));
  const rest = of.groups.slice(MOST_SHARES).reduce((sum, { share }) => sum + share, 0);
  const shares = [...first, ...(rest > 0 ? [{ label: words.say('portfolio.rest'), share: rest }] : [])].map(
    (each) => ({
      ...each,
      told: words.percent(each.share * 10_000, 0),
    }),
  );
  if (shares.length === 0) return <p class="empty">{words.say('term.none')}</p>;
  const told = shares.map(({ label, told }) => `${label} ${told}`).join(words.say('term.between'));
  return <ShareBars shares={shares} width={SHARE_WIDTH} title={`${title}: ${told}`} />;
}
