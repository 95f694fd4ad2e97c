/** A service with pages to look at: contracts of a bank and a firm, one on a patent whose termination was really published. */
import type { AddressInfo } from 'node:net';
import { Secret, TOTP } from 'otpauth';
import { JOBS } from '../../jobs/index.ts';
import { startSlots } from '../../jobs/slots.ts';
import { LAPSE_MODEL } from '../../models/lapse/fit.ts';
import { STAGE_RATE_MODEL } from '../../models/lapse/stage-rate.ts';
import { compareModels, LAPSE_METRIC } from '../../src/governance/comparison.ts';
import { listSpecifications, storeComparison } from '../../src/governance/store.ts';
import { deriveChanged } from '../../src/patents/derived.ts';
import { ingestRecords } from '../../src/patents/ingest.ts';
import { runsOf } from '../../src/patents/run-history.ts';
import { rolesOf } from '../../src/people/roles.ts';
import { beginTotp, confirmTotp } from '../../src/people/second-factor.ts';
import { endSessions } from '../../src/people/sessions.ts';
import { valuesOf } from '../../src/pledges/store.ts';
import { MIN_SAMPLED_PATENTS } from '../../src/risk/histories.ts';
import { dayAfter, listPatents, offered, publish } from '../listing.ts';
import { cnHistories, knownOn } from '../models/cn-patents.ts';
import { addPerson } from '../people.ts';
import { contract } from '../security/world.ts';
import { buildService, lapsingPatents, type TestService } from '../service.ts';
import { type AgencyWorld, buildAgencies } from './agencies.ts';
import { seatDesks } from './desks.ts';
import { type Engaged, engageSome } from './experts.ts';
import { buildFiling, type FilingWorld } from './filing.ts';
import { type Marked, markSome } from './marking.ts';

const KINDS = {
  bank_a: 'bank',
  firm_a: 'firm',
  staff: 'staff',
  buyer: 'buyer',
  agency: 'agency',
  expert: 'expert',
} as const;
const MINUTE_ms = 60_000;
const COMPARED_ON = '2009-01-01';
const MONTHS = ['2009-08', '2009-10', '2009-12'];

/** Who comes: one of each kind of organisation. */
export type Party = keyof typeof KINDS;

export interface PagesWorld {
  origin: string;
  service: TestService;
  /** An account that nobody used before, of the kind's first role. @returns its address; the password is PASSWORD */
  newPerson(party: Party): Promise<string>;
  /** The same with a second factor. */
  newGuardedPerson(party: Party): Promise<{ email: string; recovery_code: string }>;
  /** Of a person whom `newPerson` made, as idling does. */
  endSessions(email: string): Promise<void>;
  /** Of a patent in force that nobody pledged. */
  newNumber(): Promise<string>;
  /** A pledge of the bank in default, with a plan to list it, and its patent. */
  newDefault(): Promise<{ pledge_id: string; patent_id: string }>;
  /** The gazette tells that the patent is the buyer's. */
  publishTransfer(patent_id: string): Promise<void>;
  /** Of the firm, and a deal over it with the buyer, in which an offer stands. */
  listing_id: string;
  deal_id: string;
  engaged: Engaged;
  /** Active, on a patent that lapses meanwhile. */
  pledge_id: string;
  /** Page of the report of a patent that has a value, a bank's to see. */
  report_address: string;
  /** Open, on that pledge. */
  flag_id: string;
  /** Address of one that a key of the bank asked for. */
  backtest: string;
  /** Address of a run that could not read a line. */
  torn_run: string;
  /** A draft of the firm with findings, a search with its score, and an application with a letter. */
  filing: FilingWorld;
  /** A draft of the firm that the agency works on. */
  agencies: AgencyWorld;
  /** Of the bank, with a delivery on its way. */
  endpoint_id: string;
  delivery_id: string;
  /** What there is to look at of desks, bulletins and plans. */
  desks: Awaited<ReturnType<typeof seatDesks>>;
  /** Of a need of the firm, and what the bank offers for it. */
  network: { need_id: string; offer_id: string; introduction_id: string };
  marked: Marked;
  /** The patent that lapses, and its number. */
  patent_id: string;
  number: string;
}

export async function buildWorld(t: { teardown(done: () => Promise<void>): unknown }): Promise<PagesWorld> {
  const service = await buildService(t);
  const { bank_a, firm_a } = service;
  const [lapsing] = await lapsingPatents('2009-06-01');
  const pledge_id = await contract(service, bank_a, firm_a, [lapsing!.patent_id], 'watched');
  const valued_id = await contract(
    service,
    bank_a,
    firm_a,
    [service.takePatent(), service.takePatent()],
    'watched',
  );
  await contract(service, bank_a, firm_a, [service.takePatent()], 'disposed');
  await contract(service, bank_a, firm_a, [service.takePatent()], 'requested');
  for (const month of MONTHS) await service.passTo(`${month}-05T01:00:00Z`);
  const valued = (await valuesOf(service.database.sql, valued_id, service.clock.now())).at(-1)!;
  await startSlots(service.database.sql, JOBS, service.clock.now());
  await compareOnFile(service);
  const torn = {
    ok: false,
    line: 7,
    field: 'published_on',
    code: 'value',
    reason: 'no day',
    excerpt: '7;CN;?;',
  } as const;
  const torn_source = { id: 'cnipa-notices', name: 'torn.csv' };
  await ingestRecords(service.database, torn_source, [torn], service.clock.now());
  const [torn_run] = await runsOf(service.database.sql, torn_source.id, 1);
  const { body: backtest } = await service.call<{ id: string }>(
    bank_a.key,
    'POST',
    '/v1/rule-sets/backtest',
    {
      settings: { term_short: { enabled: false } },
      sample: MIN_SAMPLED_PATENTS,
    },
  );
  const [flag] = await service.database.sql<{ id: string }[]>`select id from flag
    where pledge_id = ${pledge_id} and state = 'open' order by id limit 1`;
  await deriveChanged(service.database, service.clock.now());
  const filing = await buildFiling(service);
  const agencies = await buildAgencies(service);
  const marked = await markSome(service);
  const engaged = await engageSome(service);
  await service.app.listen({ port: 0, host: '127.0.0.1' });
  const { endpoint_id, delivery_id } = await tried(service);
  const { port } = service.app.server.address() as AddressInfo;
  const numberOf = async (patent_id: string) => {
    const [row] = await service.database.sql<{ number: string }[]>`
      select office || application_number as number from patent where patent_id = ${patent_id}`;
    return row!.number;
  };
  const traded = await trade(service);
  const ids = new Map<string, string>();
  const person = (party: Party) => addPerson(service, service[party].id, rolesOf(KINDS[party])[0]!);
  return {
    service,
    origin: `http://127.0.0.1:${port}`,
    pledge_id,
    report_address: `/pledges/${valued_id}/valuations/${valued.patents[0]!.valuation_id}/report`,
    flag_id: flag!.id,
    filing,
    agencies,
    backtest: `/rules/backtests/${backtest.id}`,
    torn_run: `/sources/${torn_source.id}/runs/${torn_run!.id}`,
    endpoint_id,
    delivery_id,
    network: await introduced(service),
    desks: await seatDesks(service),
    marked,
    engaged,
    patent_id: lapsing!.patent_id,
    number: await numberOf(lapsing!.patent_id),
    newPerson: async (party) => {
      const { id, email } = await person(party);
      ids.set(email, id);
      return email;
    },
    endSessions: async (email) => void (await endSessions(service.database.sql, ids.get(email)!, null)),
    ...traded,
    newDefault: () => defaultOf(service),
    publishTransfer: (sold) => publish(service, [sold], { kind: 'transferred', detail: { owner: 'Buyer' } }),
    newNumber: () => numberOf(service.takePatent()),
    async newGuardedPerson(party) {
      const { id: person_id, email } = await person(party);
      const owner = { person_id, organisation_id: service[party].id };
      const recovery_code = await service.database.transaction(async (tx) => {
        const { secret } = await beginTotp(tx, service.vault, owner, email);
        const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate();
        return (await confirmTotp(tx, service.vault, owner, code))![0]!;
      });
      return { email, recovery_code };
    },
  };
}

/** A firm's listing, which a buyer has made an offer for, and what the buyer wants. */
async function trade(service: TestService): Promise<{ listing_id: string; deal_id: string }> {
  const { call, firm_a, buyer } = service;
  const listing = await listPatents(service, firm_a, [service.takePatent()]);
  const { deal } = await offered(service, firm_a, buyer, listing);
  const want = { title: 'Pumps', summary: 'That run dry.', kinds: ['sale'], expires_on: '2010-06-10' };
  await call(buyer.key, 'POST', '/v1/wants', want);
  return { listing_id: listing.id, deal_id: deal.id };
}

async function defaultOf(service: TestService): Promise<{ pledge_id: string; patent_id: string }> {
  const { call, bank_a, firm_a } = service;
  const patent_id = service.takePatent();
  const { body: pledge } = await call<{ id: string }>(firm_a.key, 'POST', '/v1/pledges', {
    bank_id: bank_a.id,
    firm_id: firm_a.id,
    patents: [{ patent_id, annual_revenue_minor: 500_000_000 }],
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: dayAfter(service, 500),
  });
  const move = (body: object) => call(bank_a.key, 'POST', `/v1/pledges/${pledge.id}/moves`, body);
  const today = dayAfter(service, 0);
  await move({ to: 'appraised' });
  const disposal_plan = { route: 'listing', expected_days: 120, text: 'Makers of pumps would buy.' };
  await move({ to: 'proposed', principal_minor: 100_000, disposal_plan });
  const registration_number = `Y${pledge.id.slice(-8)}`;
  await move({ to: 'registered', registration_number, registered_on: today });
  await move({ to: 'active', disbursed_on: today });
  await move({ to: 'defaulted', reason: 'no interest was paid' });
  // What it was worth before is not of the instant of its sale.
  service.clock.set(new Date(service.clock.now().getTime() + MINUTE_ms));
  return { pledge_id: pledge.id, patent_id };
}

/** Champion and challenger of the lapse model, on the file alone: a database of a few months has nothing to compare on. */
async function compareOnFile({ database, clock }: TestService): Promise<void> {
  const later = cnHistories();
  const specifications = await listSpecifications(database.sql);
  const rival = (id: string) => specifications.find((each) => each.id === id)!;
  const [champion, challenger] = [rival(LAPSE_MODEL), rival(STAGE_RATE_MODEL)];
  const snapshot = { asked_on: COMPARED_ON, known: knownOn(later, COMPARED_ON), later };
  const compared = compareModels(
    { champion: champion.id, challenger: challenger.id },
    snapshot,
    LAPSE_METRIC,
    '2026-12-01',
  );
  await database.transaction((tx) => storeComparison(tx, champion, challenger, compared, clock.now()));
}

/** A need of the firm and an offer of the bank that were introduced. */
async function introduced({ bank_a, firm_a, call }: TestService): Promise<PagesWorld['network']> {
  const post = async (party: typeof bank_a, what: string, body: object) =>
    (await call<{ id: string }>(party.key, 'POST', `/v1/network/${what}`, body)).body.id;
  const said = { body: 'A brake that cools itself', region: 'CN-JS', fields: [32] };
  const term = {
    starts_on: '2009-12-01',
    ends_on: '2011-12-31',
    budget_max_minor: 100_000_000,
    currency: 'CNY',
  };
  const need_id = await post(firm_a, 'needs', { ...said, ...term, title: 'Cooler brakes', profile: 'firm' });
  const offer = { ...said, title: 'A brake with fins', profile: 'bank', kind: 'technology' };
  const offer_id = await post(bank_a, 'offers', offer);
  const asked = { need_id, offer_id, message: 'Shall we meet?' };
  const introduction_id = await post(firm_a, 'introductions', asked);
  await post(bank_a, `introductions/${introduction_id}/steps`, { step: 'consented' });
  return { need_id, offer_id, introduction_id };
}

/** An endpoint of the bank that was sent a test, which nobody delivers. */
async function tried({ bank_a, call }: TestService): Promise<{ endpoint_id: string; delivery_id: string }> {
  const url = 'https://receiver.example/hooks';
  const { body: endpoint } = await call<{ id: string }>(bank_a.key, 'POST', '/v1/webhooks/endpoints', {
    url,
  });
  const { body } = await call<{ delivery_id: string }>(
    bank_a.key,
    'POST',
    `/v1/webhooks/endpoints/${endpoint.id}/test`,
  );
  return { endpoint_id: endpoint.id, delivery_id: body.delivery_id };
}
