/**
 * Demonstration contracts over real patents: who pledges what to whom, decided month by month from what was public
 * then, and from a seed. Banks, firms, revenues and loans are invented; patents, dates and notices are real.
 */

import { addDays, addMonths } from '../models/calendar.ts';
import { VALUATION_CURRENCY } from '../models/valuation.ts';
import type { Caller } from '../src/accounts/store.ts';
import { dateOf } from '../src/clock.ts';
import type { Database, Transaction } from '../src/db/client.ts';
import { dueDiligence, isStanding, pledgedIds, waiveFinding } from '../src/pledges/due-diligence/service.ts';
import type { MoveTarget } from '../src/pledges/lifecycle.ts';
import { movePledge, repay, requestPledge } from '../src/pledges/service.ts';
import { latestValues, type Pledge } from '../src/pledges/store.ts';
import { latestModels } from '../src/valuations/store.ts';

const CONTRACTS_A_MONTH = 3;
const MAX_PATENTS = 4;
const TERMS_MONTHS = [12, 24, 36];
const MAX_YEARS_FROM_FILING = 14;
const REVENUE_SHARE = 0.6;
/** Yearly revenue of the covered products: lognormal, median CNY 3 million. */
const REVENUE_MEDIAN_MINOR = 300_000_000;
const REVENUE_SIGMA = 0.8;
const ASKED_MINOR = 100_000_000;
const LOAN_TO_VALUE = { ltv_target_bp: 3000, ltv_warning_bp: 3500, ltv_breach_bp: 4000 };
const MONTHS_TO_DEFAULT = 3;
const MONTHS_TO_DISPOSAL = 3;
const RECOVERED_SHARE = 0.2;

export interface Parties {
  banks: Caller[];
  firms: Caller[];
}

/** What has to be remembered of a contract from month to month. */
interface Contract {
  id: string;
  bank: Caller;
  since_month: number;
}

export interface ContractBook {
  /** Opens this month's contracts and makes the moves that are due. */
  month(database: Database, index: number, now: Date): Promise<void>;
}

/** @param random uniform numbers in [0, 1) from the seed */
export function contractBook({ banks, firms }: Parties, random: () => number): ContractBook {
  const contracts: Contract[] = [];
  const pick = <T>(items: readonly T[]): T => items[Math.floor(random() * items.length)]!;

  async function open(tx: Transaction, index: number, now: Date): Promise<void> {
    const free = await freePatents(tx, now);
    const count = Math.min(free.length, 1 + Math.floor(random() * MAX_PATENTS));
    if (count === 0) return;
    const patents = Array.from({ length: count }, () => ({
      patent_id: free.splice(Math.floor(random() * free.length), 1)[0]!,
      annual_revenue_minor: random() < REVENUE_SHARE ? revenue(random) : null,
    }));
    const [bank, firm] = [pick(banks), pick(firms)];
    const { pledge } = await requestPledge(
      tx,
      {
        bank_id: bank.organisation_id,
        firm_id: firm.organisation_id,
        currency: VALUATION_CURRENCY,
        principal_minor: ASKED_MINOR,
        matures_on: addMonths(dateOf(now), pick(TERMS_MONTHS) + 2),
        ...LOAN_TO_VALUE,
        patents,
      },
      firm,
      true,
      now,
    );
    contracts.push({ id: pledge.id, bank, since_month: index });
  }

  async function step(tx: Transaction, contract: Contract, index: number, now: Date): Promise<void> {
    const [pledge] = await tx<Pledge[]>`select * from pledge where id = ${contract.id}`;
    const today = dateOf(now);
    const waited = index - contract.since_month;
    const move = async (to: MoveTarget, detail: Record<string, unknown>) => {
      await movePledge(tx, contract.id, to, detail, contract.bank, now);
      contract.since_month = index;
    };
    const value = (await latestValues(tx, [contract.id], now)).get(contract.id);
    switch (pledge!.state) {
      case 'requested':
        if (value?.status === 'valued') await move('appraised', {});
        else await move('withdrawn', { reason: 'no value could be established' });
        return;
      case 'appraised': {
        const principal_minor = Math.floor((value!.mid_minor! * LOAN_TO_VALUE.ltv_target_bp * 0.9) / 10_000);
        if (principal_minor > 0) {
          await waiveAll(tx, pledge!, contract.bank, now);
          await move('proposed', { principal_minor });
        } else await move('withdrawn', { reason: 'the right ended before a loan was offered' });
        return;
      }
      case 'proposed':
        await move('registered', {
          registration_number: `DEMO-${contract.id.slice(-8)}`,
          registered_on: today,
        });
        await move('active', { disbursed_on: today });
        return;
      case 'active':
        if (value?.status === 'worthless' && (await openForMonths(tx, contract.id, today)))
          await move('defaulted', { reason: 'no collateral is left and no cure was offered' });
        else if (pledge!.matures_on <= today) await settle(tx, contract, pledge!, now);
        return;
      case 'defaulted':
        await move('in_disposal', { route: 'auction' });
        return;
      case 'in_disposal':
        if (waited >= MONTHS_TO_DISPOSAL)
          await move('disposed', { recovered_minor: Math.floor((value?.low_minor ?? 0) * RECOVERED_SHARE) });
        return;
    }
  }

  return {
    async month(database, index, now) {
      for (const contract of contracts) await database.transaction((tx) => step(tx, contract, index, now));
      if ((await latestModels(database.sql, now)) === null) return;
      for (let n = 0; n < CONTRACTS_A_MONTH; n++) await database.transaction((tx) => open(tx, index, now));
    },
  };
}

/** Rights in force that no live pledge holds, young enough to outlast a loan, in a fixed order. */
async function freePatents(tx: Transaction, now: Date): Promise<string[]> {
  const filed_after = addMonths(dateOf(now), -12 * MAX_YEARS_FROM_FILING);
  const rows = await tx<{ patent_id: string }[]>`
    select patent.patent_id from patent join patent_facts using (patent_id)
    where patent.office = 'CN' and patent_facts.filed_on > ${filed_after}
      and exists (select from signal where signal.patent_id = patent.patent_id and kind = 'granted')
      and not exists (select from signal where signal.patent_id = patent.patent_id and kind = 'lapsed')
      and not exists (select from pledge_patent where pledge_patent.patent_id = patent.patent_id)
    order by patent.patent_id`;
  return rows.map((row) => row.patent_id);
}

/** The invented bank has read what due diligence found, and lends on what the patents are worth with it. */
async function waiveAll(tx: Transaction, pledge: Pledge, bank: Caller, now: Date): Promise<void> {
  const found = await dueDiligence(tx, pledge, await pledgedIds(tx, pledge.id), now);
  for (const { patent_id, finding, title } of found.filter(isStanding)) {
    const reason = `the loan is reckoned on the value that is left: ${title}`;
    await waiveFinding(tx, pledge.id, { patent_id, finding, reason }, bank, now);
  }
}

/** The bank waits for a cure before it calls the loan. */
async function openForMonths(tx: Transaction, pledge_id: string, today: string): Promise<boolean> {
  const [flag] = await tx`select from flag where pledge_id = ${pledge_id} and rule = 'ltv_breach'
    and state <> 'cleared' and opened_as_of <= ${addDays(today, -30 * MONTHS_TO_DEFAULT)}`;
  return flag !== undefined;
}

async function settle(tx: Transaction, contract: Contract, pledge: Pledge, now: Date): Promise<void> {
  await repay(tx, contract.id, pledge.principal_minor, dateOf(now), contract.bank, now);
  await movePledge(tx, contract.id, 'released', { ground: 'debt_performed' }, contract.bank, now);
}

function revenue(random: () => number): number {
  const normal = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  return Math.round(REVENUE_MEDIAN_MINOR * Math.exp(REVENUE_SIGMA * normal));
}
