/**
 * One case for one cause: findings that follow from another finding are put beside it, and those that only say the same
 * again are inhibited.
 *
 * A finding about a patent causes every finding about the pledge's value that its rule can explain; of several causes
 * the earliest in the order of CAUSES, then by patent and occasion, names the case. What no cause explains is a case of
 * its own. The end of a right explains no more than it brings: what stands without the patents that were struck, by the
 * others' share of value and loan, is judged among what stands without them. Inhibited findings stay in the list with the
 * name of what silences them: recorded, not lost.
 * Alike for any order of the findings, and each finding is in one case.
 * Worked: right_ended of one patent, value_drop and ltv_breach make one case `right_ended <patent>`; value_drop is
 * inhibited by right_ended, ltv_breach rings, since the loan is what the bank must act on. Of two patents one lapses and
 * the other's value falls by 30 %: value_collapse stands without the first too, is a case of its own, and rings.
 */
import type { Finding } from './rule.ts';

/** Rules that explain others, the gravest cause first. */
const CAUSES: readonly string[] = [
  'right_ended',
  'partly_invalidated',
  'invalidation_requested',
  'lapse_likely',
  'annuity_late',
  'annuity_overdue',
];

const VALUE_FINDINGS = ['value_drop', 'value_collapse', 'value_drift', 'ltv_warning', 'ltv_breach'];

/** What a cause explains besides: on the same patent, or of the value of the whole pledge. */
const EXPLAINS: Readonly<Record<string, readonly string[]>> = {
  right_ended: [
    ...VALUE_FINDINGS,
    'lapse_likely',
    'annuity_late',
    'annuity_overdue',
    'annuity_due',
    'term_short',
  ],
  partly_invalidated: [...VALUE_FINDINGS, 'invalidation_requested'],
  invalidation_requested: VALUE_FINDINGS,
  lapse_likely: VALUE_FINDINGS,
  annuity_late: ['annuity_overdue'],
  annuity_overdue: [],
};

/** Of the same subject the graver says it all: by the silenced rule, who silences it. */
const SILENCED_BY: Readonly<Record<string, readonly string[]>> = {
  value_drop: ['right_ended', 'partly_invalidated', 'value_collapse'],
  value_collapse: ['right_ended', 'partly_invalidated'],
  value_drift: ['right_ended', 'partly_invalidated', 'value_collapse', 'value_drop'],
  ltv_warning: ['ltv_breach'],
  annuity_overdue: ['annuity_late'],
  term_short: ['term_ending'],
  loan_overdue: ['loan_enforceable', 'loan_overdue_long'],
  loan_overdue_long: ['loan_enforceable'],
};

/** Rules after which nothing, or less, is left of the patent that they speak of. */
const STRIKES: readonly string[] = ['right_ended', 'partly_invalidated'];

export type Subject = Pick<Finding, 'patent_id' | 'occasion'> & { rule: string };

export interface Cased<Item> {
  item: Item;
  /** Key of the finding that caused it; its own key when nothing did. */
  case_key: string;
  /** Key of the finding that silences it; null when it rings. */
  inhibited_by: string | null;
}

/** Tells findings of one pledge apart. */
export function findingKey({ rule, patent_id, occasion }: Subject): string {
  return `${rule} ${patent_id} ${occasion}`;
}

/** Keys of the findings that would be raised had some patents never been pledged. */
export type RaisedWithout = (patent_ids: ReadonlySet<string>) => ReadonlySet<string>;

/** @returns every item once, in the order given */
export function casesOf<Item extends Subject>(
  items: readonly Item[],
  raisedWithout: RaisedWithout,
): Cased<Item>[] {
  const ordered = items.toSorted(byRank);
  const apart = standingApart(ordered, raisedWithout);
  return items.map((item) => {
    const among = apart.includes(item) ? apart : ordered;
    return {
      item,
      case_key: findingKey(rootCause(item, among)),
      inhibited_by: silencer(item, among),
    };
  });
}

/** What has nothing to do with the patents that were struck. */
function standingApart<Item extends Subject>(
  ordered: readonly Item[],
  raisedWithout: RaisedWithout,
): readonly Item[] {
  const struck = new Set(
    ordered.flatMap(({ rule, patent_id }) =>
      STRIKES.includes(rule) && patent_id !== null ? [patent_id] : [],
    ),
  );
  if (struck.size === 0) return ordered;
  const raised = raisedWithout(struck);
  return ordered.filter((item) =>
    item.patent_id === null ? raised.has(findingKey(item)) : !struck.has(item.patent_id),
  );
}

/** Follows the chain of causes to its beginning; each step goes to a strictly earlier cause, so it ends. */
function rootCause(item: Subject, ordered: readonly Subject[]): Subject {
  const cause = ordered.find(
    (each) => rank(each) < rank(item) && EXPLAINS[each.rule]?.includes(item.rule) && touches(each, item),
  );
  if (cause) return rootCause(cause, ordered);
  const graver = SILENCED_BY[item.rule] ?? [];
  const peer = ordered.find((each) => graver.includes(each.rule) && touches(each, item));
  return peer ? rootCause(peer, ordered) : item;
}

function silencer(item: Subject, ordered: readonly Subject[]): string | null {
  for (const rule of SILENCED_BY[item.rule] ?? []) {
    const by = ordered.find((each) => each.rule === rule && touches(each, item));
    if (by) return findingKey(by);
  }
  return null;
}

/** Of one patent and, where both are about years of annuities, of one year; the pledge as a whole is touched by all. */
function touches(one: Subject, other: Subject): boolean {
  if (one.patent_id === null || other.patent_id === null) return true;
  if (one.patent_id !== other.patent_id) return false;
  return (
    !(one.rule.startsWith('annuity_') && other.rule.startsWith('annuity_')) || one.occasion === other.occasion
  );
}

function rank({ rule }: Subject): number {
  const place = CAUSES.indexOf(rule);
  return place === -1 ? CAUSES.length : place;
}

function byRank(one: Subject, other: Subject): number {
  return rank(one) - rank(other) || Number(findingKey(one) > findingKey(other)) * 2 - 1;
}
