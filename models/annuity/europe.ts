/**
 * Renewal fees in Europe: applications at the European Patent Office, unitary patents, Germany, United Kingdom.
 *
 * Source: EPO from 2024-04-01 by law firms: years 3 to 6 read, 7 on derived from "linear up to year 10, then unchanged"; a
 * revision of April 2026 is likely and was not found. Unitary patent: EPO 2022 (read). Germany: EPO table of national law, an
 * older schedule (read). United Kingdom: from 2018-04-06 (read), raised by about a quarter on 2026-04-01, of which no table
 * was found: `verified: false`. Units: EUR, GBP. Years count from filing, fees from the year named. Errors: schedule.ts.
 * Worked: unitary patent, years 2 to 20: 35,555, to year 10: 4,685; Germany 13,170; United Kingdom 4,640.
 */
import { type FeeSchedule, yearly } from './schedule.ts';

export const EUROPEAN_APPLICATION: FeeSchedule = {
  office: 'EP',
  currency: 'EUR',
  years_from: 'filing',
  in_force_from: '2024-04-01',
  bands: [
    ...yearly(3, [690, 845, 1000, 1155, 1310, 1465, 1620]),
    { from_year: 10, to_year: 20, base: 1775, per_claim: 0 },
  ],
  late: { months: 6, rule: 'half the fee on top' },
  source: 'Lewis Silkin, Surrey, Gruenecker; years 7 to 10 derived',
  verified: false,
};

export const UNITARY_PATENT: FeeSchedule = {
  office: 'UP',
  currency: 'EUR',
  years_from: 'filing',
  in_force_from: '2022-07-01',
  bands: yearly(
    2,
    [35, 105, 145, 315, 475, 630, 815, 990, 1175, 1460, 1775, 2105, 2455, 2830, 3240, 3640, 4055, 4455, 4855],
  ),
  late: { months: 6, rule: 'half the fee on top' },
  source: 'EPO, renewal fees of the unitary patent, 2022',
  verified: true,
};

export const GERMANY: FeeSchedule = {
  office: 'DE',
  currency: 'EUR',
  years_from: 'filing',
  in_force_from: null,
  bands: yearly(
    3,
    [70, 70, 90, 130, 180, 240, 290, 350, 470, 620, 760, 910, 1060, 1230, 1410, 1590, 1760, 1940],
  ),
  late: { months: 6, rule: 'free for two months, then 50 EUR' },
  source: 'EPO, national law relating to the EPC; superseded in July 2022',
  verified: false,
};

export const UNITED_KINGDOM: FeeSchedule = {
  office: 'GB',
  currency: 'GBP',
  years_from: 'filing',
  in_force_from: '2018-04-06',
  bands: yearly(5, [70, 90, 110, 130, 150, 170, 190, 220, 260, 300, 360, 420, 470, 520, 570, 610]),
  late: { months: 6, rule: 'first month free, then 24 GBP a month' },
  source: 'Wilson Gunn; raised on 2026-04-01',
  verified: false,
};
