/**
 * What a published document says of its application, by office and kind code (WIPO ST.16). Data and two look-ups.
 *
 * Source: the kind codes of the offices, from memory; EP, US and CN are as in the reference. A kind that is not here,
 * search reports (A3), corrections (A8, A9) and translations (T2) among them, is `other`: it opens and grants nothing.
 */
import type { CalendarDate, RightType } from '../../../../models/types.ts';
import type { SignalKind } from '../record.ts';

export interface DocumentMeaning {
  kind: SignalKind;
  /** WIPO ST.27 category letter. */
  category: string;
  /** No document of the application came before, so its filing was not public before. */
  opens: boolean;
  /** The day in law, null where the document does not tell it. */
  effective_on: CalendarDate | null;
}

interface KindRow {
  office: string;
  kinds: string;
  means: 'published' | 'granted';
  opens: boolean;
  /** First day of this meaning, or the day on which it had ended; a kind code is used again for something else. */
  from?: CalendarDate;
  until?: CalendarDate;
}

const ROWS: readonly KindRow[] = [
  { office: 'CN', kinds: 'A', means: 'published', opens: true },
  { office: 'CN', kinds: 'B', means: 'granted', opens: false, from: '2010-04-07' },
  { office: 'CN', kinds: 'C', means: 'granted', opens: false },
  { office: 'CN', kinds: 'U', means: 'granted', opens: true, from: '2010-04-07' },
  { office: 'CN', kinds: 'Y S D', means: 'granted', opens: true },
  { office: 'DE', kinds: 'A1', means: 'published', opens: true },
  { office: 'DE', kinds: 'B3 C1 U1', means: 'granted', opens: true },
  { office: 'DE', kinds: 'B4 C2', means: 'granted', opens: false },
  { office: 'EP', kinds: 'A1 A2', means: 'published', opens: true },
  { office: 'EP', kinds: 'B1', means: 'granted', opens: false },
  { office: 'GB', kinds: 'A', means: 'published', opens: true, from: '1979-01-01' },
  { office: 'GB', kinds: 'B', means: 'granted', opens: false },
  { office: 'JP', kinds: 'A', means: 'published', opens: true },
  { office: 'JP', kinds: 'B1', means: 'granted', opens: true, from: '1996-05-29' },
  { office: 'JP', kinds: 'B2', means: 'granted', opens: false, from: '1996-05-29' },
  { office: 'KR', kinds: 'A', means: 'published', opens: true },
  { office: 'KR', kinds: 'B1', means: 'granted', opens: false, from: '1997-07-01' },
  { office: 'US', kinds: 'A', means: 'granted', opens: true, until: '2001-01-02' },
  { office: 'US', kinds: 'A1 P1', means: 'published', opens: true, from: '2001-03-15' },
  { office: 'US', kinds: 'B1 S S1 P P2 E E1', means: 'granted', opens: true },
  { office: 'US', kinds: 'B2 P3', means: 'granted', opens: false },
];

/** Offices whose grant takes effect on the day on which the document is published. */
const GRANT_ON_PUBLICATION = ['CN', 'DE', 'EP', 'US'];

/** At the offices that have no rows above: the application with or without its search report. */
const PUBLISHED_ELSEWHERE = ['A1', 'A2'];

const OFFICES = new Set(ROWS.map((row) => row.office));

/** @param kind WIPO ST.16 kind code of the document */
export function documentMeaning(office: string, kind: string, published_on: CalendarDate): DocumentMeaning {
  const row = ROWS.find(
    (candidate) =>
      candidate.office === office &&
      candidate.kinds.split(' ').includes(kind) &&
      published_on >= (candidate.from ?? published_on) &&
      !(candidate.until !== undefined && published_on >= candidate.until),
  );
  if (row?.means === 'granted') return grantMeaning(office, row.opens, published_on);
  if (row || (!OFFICES.has(office) && PUBLISHED_ELSEWHERE.includes(kind)))
    return { kind: 'published', category: 'Q', opens: true, effective_on: published_on };
  return { kind: 'other', category: 'Q', opens: false, effective_on: null };
}

/** The document is the first one of the right as granted. */
export function grantMeaning(office: string, opens: boolean, published_on: CalendarDate): DocumentMeaning {
  const effective_on = GRANT_ON_PUBLICATION.includes(office) ? published_on : null;
  return { kind: 'granted', category: 'F', opens, effective_on };
}

/** @param kind DOCDB kind of the application: U and F are utility models and designs, the others patents */
export function rightTypeOfApplication(kind: string): RightType {
  if (kind.startsWith('U')) return 'utility_model';
  return kind.startsWith('F') ? 'design' : 'invention';
}
