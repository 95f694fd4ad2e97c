/**
 * How often each source is expected to be heard of, and how much later it may come before it counts as late.
 *
 * `verified: false` marks what is ours rather than read of the office or the maker; an installation sets its own where it
 * fetches otherwise (PUT /v1/sources/{id}/cadence). Units: days.
 */
/** Ten years: longer than any register is silent. */
export const MAX_CADENCE_DAYS = 3650;

export interface Cadence {
  cadence_days: number;
  tolerance_days: number;
  source: string;
  verified: boolean;
}

const MONTHLY: Cadence = {
  cadence_days: 30,
  tolerance_days: 15,
  source: 'ours: collateral is looked at monthly, and a source that nobody knows better should be too',
  verified: false,
};

const weekly = (source: string, verified: boolean): Cadence => ({
  cadence_days: 7,
  tolerance_days: 14,
  source,
  verified,
});

const HALF_YEARLY: Cadence = {
  cadence_days: 183,
  tolerance_days: 60,
  source: 'EPO: PATSTAT comes out twice a year [M]',
  verified: false,
};

const CADENCES: Readonly<Record<string, Cadence>> = {
  'cnipa-notices': weekly('CNIPA: the gazette appears on Tuesdays and Fridays [M]', false),
  'cnipa-notice-log': weekly('CNIPA: the gazette appears on Tuesdays and Fridays [M]', false),
  'epo-ops-legal': weekly('EPO: INPADOC legal events are loaded weekly [M]', false),
  'epo-register': weekly('EPO: the register is published with the weekly bulletin [M]', false),
  'uspto-maintenance-fees': weekly('USPTO: PTMNFEE2 appears on Tuesdays', true),
  'uspto-fee-lapse': weekly('USPTO: expiries are recorded in weekly batches, on Mondays', true),
  'uspto-assignments': weekly('USPTO: assignment files carry a date each and appear at least weekly', true),
  patstat: HALF_YEARLY,
};

export function defaultCadence(source: string): Cadence {
  return CADENCES[source] ?? MONTHLY;
}

/** Days of silence after which a source is late. */
export function lateAfterDays({
  cadence_days,
  tolerance_days,
}: Pick<Cadence, 'cadence_days' | 'tolerance_days'>): number {
  return cadence_days + tolerance_days;
}
