/**
 * Annual fees of the patent offices of Japan and Korea, which count claims.
 *
 * Source: JPO from 2022-04-01 as published by a law firm (read); Korea: year 4 read, the other years from memory [M], before
 * the reduction of August 2023. Years count from registration. Units: JPY, KRW.
 * Errors: those of schedule.ts.
 * Worked (golden G22): Japan year 10, 10 claims 105,400; 20 years 1,367,600. Korea year 4, 11 claims 282,000.
 */
import type { FeeSchedule } from './schedule.ts';

export const JAPAN: FeeSchedule = {
  office: 'JP',
  currency: 'JPY',
  years_from: 'registration',
  in_force_from: '2022-04-01',
  bands: [
    { from_year: 1, to_year: 3, base: 4300, per_claim: 300 },
    { from_year: 4, to_year: 6, base: 10_300, per_claim: 800 },
    { from_year: 7, to_year: 9, base: 24_800, per_claim: 1900 },
    { from_year: 10, to_year: 25, base: 59_400, per_claim: 4600 },
  ],
  late: { months: 6, rule: 'twice the fee' },
  source: 'karin-ip, JPO annual fees from 2022-04-01',
  verified: true,
};

export const KOREA: FeeSchedule = {
  office: 'KR',
  currency: 'KRW',
  years_from: 'registration',
  in_force_from: null,
  bands: [
    { from_year: 1, to_year: 3, base: 15_000, per_claim: 13_000 },
    { from_year: 4, to_year: 6, base: 40_000, per_claim: 22_000 },
    { from_year: 7, to_year: 9, base: 100_000, per_claim: 38_000 },
    { from_year: 10, to_year: 12, base: 240_000, per_claim: 55_000 },
    { from_year: 13, to_year: 25, base: 360_000, per_claim: 55_000 },
  ],
  late: { months: 6, rule: 'up to twice the fee' },
  source: 'before August 2023, from memory [M]; year 4 read',
  verified: false,
};
