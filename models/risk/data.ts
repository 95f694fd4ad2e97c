/** Rules about the data itself: what is not heard of or cannot be read is a risk and not a silence. */
import { addDays } from '../calendar.ts';
import { aboutPatents, parameter, type Rule, raised, unknown } from './rule.ts';

const BASE = { version: 1, group: 'data', severity: 'warning', requires: ['runs of the source'] } as const;

export const DATA_RULES: readonly Rule[] = [
  {
    ...BASE,
    id: 'data_stale',
    event_type: 'data.source.stale',
    title: 'The register has not been heard of for too long',
    essential: true,
    parameters: { stale_days: parameter('days', 45, 1, 3650) },
    evaluate: aboutPatents(({ source_seen_on, source_late_after_days }, { as_of }, { stale_days }) => {
      const stale_after_days = source_late_after_days ?? stale_days!;
      return source_seen_on !== null && addDays(source_seen_on, stale_after_days) >= as_of
        ? []
        : [raised({ source_seen_on, stale_after_days })];
    }),
  },
  {
    ...BASE,
    id: 'data_quarantined',
    event_type: 'data.source.quarantined',
    title: 'Too many records of the source’s last run could not be read',
    essential: false,
    parameters: { share_bp: parameter('basis points', 500, 1, 10_000) },
    evaluate: aboutPatents(({ source_records }, _facts, { share_bp }) => {
      if (source_records === null) return [unknown()];
      const { read, quarantined } = source_records;
      return read > 0 && (10_000 * quarantined) / read >= share_bp! ? [raised({ read, quarantined })] : [];
    }),
  },
];
