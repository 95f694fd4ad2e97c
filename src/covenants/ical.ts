/** The covenant calendar as RFC 5545 text, all-day events. */
import ical, { ICalCalendarMethod } from 'ical-generator';
import { COVENANT_KINDS, type CovenantDate } from './dates.ts';

/** How often a calendar program should look again. */
const REFRESH_seconds = 6 * 3_600;

/** @param known_at when the dates were known: the same dates known at the same instant are the same text */
export function icalText(dates: readonly CovenantDate[], known_at: Date): string {
  const calendar = ical({
    name: 'Pledgewatch covenants',
    prodId: { company: 'Pledgewatch', product: 'covenants', language: 'EN' },
    method: ICalCalendarMethod.PUBLISH,
    ttl: REFRESH_seconds,
  });
  for (const { id, on, kind, pledge_id, patent, detail } of dates) {
    const subject = patent ? `${patent.office} ${patent.application_number}` : `pledge ${pledge_id}`;
    calendar.createEvent({
      id: `${id}@pledgewatch`,
      stamp: known_at,
      // The library writes an all-day date from the parts of universal time.
      start: new Date(`${on}T00:00:00Z`),
      allDay: true,
      summary: `${COVENANT_KINDS[kind].title}: ${subject}`,
      description: [
        `pledge ${pledge_id}`,
        ...Object.entries(detail).map(([name, value]) => `${name} ${value}`),
        ...(COVENANT_KINDS[kind].verified
          ? []
          : ['the rule of this day was entered from memory, not verified']),
      ].join('\n'),
      categories: [{ name: kind }],
    });
  }
  return calendar.toString();
}
