/**
 * What a kind of publication (WIPO ST.16) says by office and day: whether that publication is of a granted right, and
 * of which type of right. Kinds changed their meaning: a Chinese `B` of 1990 is an examined application, since
 * 7 April 2010 it is a grant.
 * Source: WIPO ST.16 and the offices' practice [M]. A kind that is not listed is null, not told; so is one whose
 * meaning depends on a day that is not known.
 * Worked: CN B on 2011-01-05 is granted, on 1990-01-05 not, on an unknown day null.
 */
import type { CalendarDate, RightType } from '../../../models/types.ts';

export interface KindMeaning {
  granted: boolean | null;
  right_type: RightType;
}

/** Days in ascending order; each row holds from its day on, the first from ever. */
type Periods = readonly [from: CalendarDate, granted: boolean][];

const EVER = '0001-01-01';
const APPLICATION: Periods = [[EVER, false]];
const GRANT: Periods = [[EVER, true]];
const grantFrom = (day: CalendarDate): Periods => [
  [EVER, false],
  [day, true],
];

type Kinds = readonly [kinds: string, Periods, RightType][];

const KINDS: Record<string, Kinds> = {
  CN: [
    ['A A8 A9', APPLICATION, 'invention'],
    ['B', grantFrom('2010-04-07'), 'invention'],
    ['B8 B9 C', GRANT, 'invention'],
    ['U', grantFrom('2010-04-07'), 'utility_model'],
    ['U8 U9 Y', GRANT, 'utility_model'],
    ['D S S8 S9', GRANT, 'design'],
  ],
  US: [
    [
      'A',
      [
        [EVER, true],
        ['2001-01-02', false],
      ],
      'invention',
    ],
    ['A1 A2 A9 H H1 P1 P4 P9', APPLICATION, 'invention'],
    ['B1 B2 B3 C C1 C2 C3 E E1 F1 F2 J1 J2 K1 P P2 P3', GRANT, 'invention'],
    ['S S1', GRANT, 'design'],
  ],
  EP: [
    ['A1 A2 A3 A4 A8 A9', APPLICATION, 'invention'],
    ['B1 B2 B3 B8 B9', GRANT, 'invention'],
  ],
  WO: [['A A1 A2 A3 A4 A8 A9', APPLICATION, 'invention']],
  JP: [
    ['A A1 A5', APPLICATION, 'invention'],
    ['B B1 B2', grantFrom('1996-05-29'), 'invention'],
    ['U', grantFrom('1994-07-26'), 'utility_model'],
    ['U1', APPLICATION, 'utility_model'],
    ['Y Y1 Y2', grantFrom('1996-06-05'), 'utility_model'],
    ['S', GRANT, 'design'],
  ],
  KR: [
    ['A', APPLICATION, 'invention'],
    ['B1 B2', grantFrom('1997-07-01'), 'invention'],
    ['U', APPLICATION, 'utility_model'],
    ['Y1 Y2', grantFrom('1997-07-01'), 'utility_model'],
    ['S S1', GRANT, 'design'],
  ],
  DE: [
    ['A1 A5 A8 A9 T1 T5', APPLICATION, 'invention'],
    ['B B3 B4 B8 B9 C C1 C2 C3 C4 C5 C8 C9 T2 T3', GRANT, 'invention'],
    ['B1 B2', grantFrom('2004-01-01'), 'invention'],
    ['U U1 U8 U9', GRANT, 'utility_model'],
  ],
  GB: [
    [
      'A',
      [
        [EVER, true],
        ['1979-01-01', false],
      ],
      'invention',
    ],
    ['A8 A9', APPLICATION, 'invention'],
    ['B B8 B9 C C2', GRANT, 'invention'],
  ],
};

const BY_KIND = new Map(
  Object.entries(KINDS).flatMap(([office, rows]) =>
    rows.flatMap(([kinds, periods, right_type]) =>
      kinds.split(' ').map((kind) => [`${office}.${kind}`, { periods, right_type }] as const),
    ),
  ),
);

/** @param published_on day of the publication, null where it is not known */
export function kindMeaning(
  office: string,
  kind: string,
  published_on: CalendarDate | null,
): KindMeaning | null {
  const found = BY_KIND.get(`${office}.${kind}`);
  if (!found) return null;
  const { periods, right_type } = found;
  if (periods.length === 1) return { granted: periods[0]![1], right_type };
  if (published_on === null) return { granted: null, right_type };
  return { granted: periods.findLast(([from]) => from <= published_on)?.[1] ?? null, right_type };
}
