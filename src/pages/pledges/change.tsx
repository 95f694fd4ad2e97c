/** Why the value changed between two days, each cause with what it rests on. */
import { toMajor } from '../../../models/money.ts';
import type { CalendarDate } from '../../../models/types.ts';
import type { Cause } from '../../../models/waterfall.ts';
import { csvOf } from '../../csv.ts';
import type { PledgeWaterfall } from '../../pledges/waterfall/bars.ts';
import { movingBars, WaterfallChart } from '../charts/waterfall.tsx';
import { AskForm, DayField, Figure, Section, Table } from '../parts/parts.tsx';
import { Said } from '../parts/said.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { useView } from '../view.ts';
import { FileLinks } from './file-links.tsx';
import type { Span } from './flow-window.tsx';
import type { ChangeShown, PledgeShown } from './read.ts';

const WIDE = 1080;

export function Change({
  shown,
  change,
  as_of,
  span,
}: {
  shown: PledgeShown;
  change: ChangeShown;
  as_of: CalendarDate | null;
  span: Span;
}) {
  const { words } = useView();
  const { currency, id } = shown.pledge;
  const { waterfall } = change;
  const asked = { from: change.from, to: change.to, ...(as_of && { as_of }) };
  const days = { min: shown.points[0]!.as_of, max: shown.points.at(-1)!.as_of };
  return (
    <Section title={words.say('change.title')} note={words.say('change.note')} id="change">
      <AskForm action={`/pledges/${id}#change`}>
        {as_of && <input type="hidden" name="as_of" value={as_of} />}
        <input type="hidden" name="span" value={span} />
        <DayField name="from" label={words.say('change.from')} value={change.from} {...days} />
        <DayField name="to" label={words.say('change.to')} value={change.to} {...days} />
      </AskForm>
      {waterfall ? (
        <>
          <Figure
            title={words.say('change.title')}
            wide={WIDE}
            draw={(width) => (
              <WaterfallChart
                {...{ waterfall, currency, words, width }}
                from_label={words.day(waterfall.from)}
                to_label={words.day(waterfall.to)}
                hrefOf={(cause) => evidenceOf(cause, shown, waterfall)?.href ?? null}
              />
            )}
            table={
              <Table
                caption={words.say('change.title')}
                columns={[
                  { head: words.say('change.cause'), cell: ({ cause }) => words.say(`cause.${cause}`) },
                  {
                    head: words.say('change.amount'),
                    kind: 'number',
                    cell: ({ change_minor }) => words.money(change_minor, currency),
                  },
                  {
                    head: words.say('flags.evidence'),
                    cell: ({ cause }) => <EvidenceLink evidence={evidenceOf(cause, shown, waterfall)} />,
                  },
                ]}
                rows={movingBars(waterfall)}
                keyOf={({ cause }) => cause}
                empty={words.say('change.nothing')}
              />
            }
          />
          <FileLinks pledge_id={id} chart="waterfall" numbers={asked} pictures={asked} />
        </>
      ) : (
        <p class="refusal" role="alert">
          {words.say(change.from > change.to ? 'change.order' : 'change.refused')}
          {change.refused && (
            <>
              {' '}
              <Said of={change.refused} />
            </>
          )}
        </p>
      )}
    </Section>
  );
}

const COLUMNS = ['day', 'cause', 'change', 'value', 'currency', 'rule'] as const;

/** One line a cause, between the value that each day had; amounts in major units, with the value reached after each. */
export function changeCsv(shown: PledgeShown, waterfall: PledgeWaterfall): string {
  const { from, to, from_minor, to_minor, bars, currency } = waterfall;
  const amount = (minor: number) => toMajor(minor, currency);
  let reached = from_minor;
  const lines = bars.map(({ cause, change_minor }) => {
    reached += change_minor;
    const rule = evidenceOf(cause, shown, waterfall)?.rule ?? null;
    return [null, cause, amount(change_minor), amount(reached), currency, rule];
  });
  return csvOf([
    COLUMNS,
    [from, null, null, amount(from_minor), currency, null],
    ...lines,
    [to, null, null, amount(to_minor), currency, null],
  ]);
}

/** Rules whose flags tell of the same thing as a cause. */
const RULES_OF: Partial<Record<Cause, readonly string[]>> = {
  time: ['term_ending', 'term_short', 'expiry_before_maturity'],
  fees: ['annuity_due', 'annuity_late', 'annuity_overdue', 'lapse_likely'],
  legal: ['right_ended', 'right_restored', 'invalidation_requested', 'partly_invalidated', 'litigation'],
  citations: ['citations_fading'],
  family: ['family_member_lapsed'],
  market: ['revenue_fell'],
};
/** Causes whose present facts stand in the table of patents. */
const OF_PATENTS: readonly Cause[] = ['fees', 'legal', 'bibliography', 'collateral'];

interface Evidence {
  href: string;
  /** Rule of the flag; null for the table of patents. */
  rule: string | null;
}

/** The last flag of the cause between the days, else the patents' own facts, where they tell of it. */
function evidenceOf(
  cause: Cause,
  { flags }: PledgeShown,
  { from, to }: { from: CalendarDate; to: CalendarDate },
): Evidence | null {
  const flag = flags.findLast(
    ({ rule, opened_as_of }) => RULES_OF[cause]?.includes(rule) && opened_as_of > from && opened_as_of <= to,
  );
  if (flag) return { href: `#${flag.id}`, rule: flag.rule };
  return OF_PATENTS.includes(cause) ? { href: '#patents', rule: null } : null;
}

function EvidenceLink({ evidence }: { evidence: Evidence | null }) {
  const { words } = useView();
  if (evidence === null) return words.say('term.none');
  const { href, rule } = evidence;
  return <a href={href}>{rule === null ? words.say('patents.title') : ruleTitle(rule, words)}</a>;
}
