/**
 * An ST.27 status event of an application as a signal, and from what day it was public.
 *
 * The day of the event is the day in law; of a lapse it is the day of the entry in the register, which may be months
 * after the unpaid fee fell due, so a lapse has no `effective_on`. What happened before grant was not public before
 * the application was laid open, at the latest 18 months after filing (Patent Act of Korea, article 64; Patent Law of
 * China, article 34; both [M]). Where the day of publication is not told, that latest day stands for it: too late
 * rather than too early. A Chinese utility model is published with its grant only, which takes less than that.
 * Worked: an event of 2013-05-02 of an application filed on 2013-01-15 was public by 2014-07-15.
 */
import { addMonths } from '../../../../models/calendar.ts';
import type { CalendarDate } from '../../../../models/types.ts';
import type { SignalRecord } from '../record.ts';
import { eventDetail, kindOf, rightExists, type StatusEvent, sourceCode } from './event-code.ts';

const LAID_OPEN_AFTER_MONTHS = 18;

export interface ApplicationTimes {
  year: number;
  /** Null where the source tells the year of the number alone. */
  filed_on: CalendarDate | null;
  /** First day on which the office published anything of it, null where not told. */
  laid_open_on: CalendarDate | null;
}

export function statusSignal(
  event: StatusEvent,
  office: string,
  on: CalendarDate,
  times: ApplicationTimes,
): SignalRecord {
  const kind = kindOf(event, office);
  return {
    kind,
    category: event.key_event[0]!,
    source_code: sourceCode(event),
    effective_on: kind === 'lapsed' ? null : on,
    published_on: publicOn(event, kind, on, times),
    detail: eventDetail(event),
  };
}

function publicOn(
  event: StatusEvent,
  kind: SignalRecord['kind'],
  on: CalendarDate,
  { year, filed_on, laid_open_on }: ApplicationTimes,
): CalendarDate {
  if (kind === 'published' || kind === 'granted' || rightExists(event)) return on;
  const first = laid_open_on ?? addMonths(filed_on ?? `${year}-12-31`, LAID_OPEN_AFTER_MONTHS);
  return on < first ? first : on;
}
