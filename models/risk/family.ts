/**
 * Members of a pledged patent's family that ended in a main market: a right that others let go, gave up or lost says
 * something of the one that is left.
 *
 * Ended: lapsed, surrendered or invalidated. The end of the term is no news, and an application that was refused or
 * withdrawn was no right. One entry an office, of the first end.
 * Source: main markets are the five largest offices (IP5); ours.
 * Worked: members US lapsed 2009-04-01, US lapsed 2008-01-01, DE lapsed: one entry, US 2008-01-01.
 */
import type { CalendarDate, LegalState } from '../types.ts';

const MAIN_MARKETS: readonly string[] = ['CN', 'EP', 'JP', 'KR', 'US'];
const ENDED: readonly LegalState[] = ['lapsed', 'surrendered', 'invalidated'];

export interface FamilyMemberState {
  office: string;
  legal_state: LegalState;
  legal_state_since: CalendarDate | null;
}

/** @param members without the patent itself */
export function familyEnded(
  members: readonly FamilyMemberState[],
): { office: string; ended_on: CalendarDate }[] {
  const ended = members.flatMap(({ office, legal_state, legal_state_since: ended_on }) =>
    MAIN_MARKETS.includes(office) && ENDED.includes(legal_state) && ended_on !== null
      ? [{ office, ended_on }]
      : [],
  );
  const latest_first = ended.toSorted(
    (a, b) => Number(a.ended_on < b.ended_on) - Number(a.ended_on > b.ended_on),
  );
  const first = new Map(latest_first.map((member) => [member.office, member]));
  return [...first.values()].sort((a, b) => Number(a.office > b.office) - Number(a.office < b.office));
}
