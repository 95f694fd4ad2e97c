/**
 * What the requests of a run find: pledges in every state with values, flags and events, endpoints with failed deliveries, and
 * all else that the organisations of test/security/world.ts have.
 */

import pino from 'pino';
import { deliverDue } from '../../../jobs/deliver.ts';
import { issueKey, type OrganisationKind } from '../../../src/accounts/store.ts';
import { showUnder } from '../../../src/anonymity/service.ts';
import { createSender } from '../../../src/webhooks/send.ts';
import { addPerson, openSession } from '../../people.ts';
import { lapsingPatents, type Party, type TestService } from '../../service.ts';
import { peopleTheService } from '../world.ts';

/** Who asks, with a key of its own, or a person of an organisation in a session. */
export interface Asker {
  name: string;
  kind: OrganisationKind;
  organisation_id: string;
  key_id: string;
  key: string;
  /** What goes with each request: the key, or the cookie and token of a person's session. */
  credentials: Record<string, string>;
}

export interface Setting {
  url: string;
  /** Calendar of the service, which stands still. */
  now: string;
  askers: Asker[];
  /** A key that was revoked. */
  revoked_key: string;
  /** Granted patents in force under no pledge. */
  free_patents: string[];
}

/** What is shown under a pseudonym. */
export const SHOWN = { kind: 'listing', id: 'shown' } as const;
const FREE_PATENTS = 500;
const TARGET_SHARE = 0.15;
const ENDS_AT = '2010-01-23T02:00:00Z';

/** The moves to each state that a pledge is left in. */
const WAYS: readonly string[][] = [
  [],
  ['appraised'],
  ['appraised', 'proposed'],
  ['appraised', 'proposed', 'registered'],
  ['appraised', 'proposed', 'registered', 'active'],
  ['appraised', 'proposed', 'registered', 'active'],
  ['appraised', 'proposed', 'registered', 'active', 'released'],
  ['appraised', 'proposed', 'registered', 'active', 'defaulted'],
  ['appraised', 'proposed', 'registered', 'active', 'defaulted', 'in_disposal'],
  ['appraised', 'proposed', 'registered', 'active', 'defaulted', 'in_disposal', 'disposed'],
  ['withdrawn'],
];

/** @param url where the service listens */
export async function setUp(service: TestService, url: string): Promise<Setting> {
  const { bank_a, bank_b, firm_a, firm_b, clock } = service;
  for (const party of [bank_a, bank_b, firm_a, firm_b]) await openEndpoints(service, party);
  await showPseudonyms(service);
  const lapsing = await lapsingPatents(clock.now().toISOString().slice(0, 10));
  for (const [bank, firm] of [[bank_a, firm_a] as const, [bank_b, firm_b] as const])
    for (const way of WAYS) {
      const patents = [
        service.takePatent(),
        ...(way.at(-1) === 'active' ? [lapsing.shift()!.patent_id] : []),
      ];
      await pledged(service, bank, firm, patents, way);
    }
  await peopleTheService(service);
  await service.passTo(ENDS_AT);
  await failDeliveries(service);
  return {
    url,
    now: ENDS_AT,
    ...(await askersOf(service)),
    free_patents: Array.from({ length: FREE_PATENTS }, () => service.takePatent()),
  };
}

async function openEndpoints({ call }: TestService, { key }: Party): Promise<void> {
  for (const path of ['one', 'two'])
    await done(call(key, 'POST', '/v1/webhooks/endpoints', { url: `https://hooks.bank.example/${path}` }));
}

/** What firms show under pseudonyms, and a bank has asked over: so it knows their ids. */
async function showPseudonyms({ call, database, clock, bank_a, firm_a, firm_b }: TestService): Promise<void> {
  for (const { id: organisation_id, key } of [firm_a, firm_b]) {
    const { body } = await done(call<{ id: string }>(key, 'POST', '/v1/pseudonyms', {}));
    const caller = { organisation_id, kind: 'firm' as const, key_id: 'setting' };
    for (const context of [SHOWN, { ...SHOWN, id: 'asked over' }])
      await database.transaction((tx) => showUnder(tx, body.id, context, caller, clock.now()));
    const asked = { context: { ...SHOWN, id: 'asked over' }, reason: 'setting' };
    await done(call(bank_a.key, 'POST', `/v1/pseudonyms/${body.id}/identity-requests`, asked));
  }
}

async function pledged(
  { call, clock }: TestService,
  bank: Party,
  firm: Party,
  patents: string[],
  way: string[],
): Promise<void> {
  const today = clock.now().toISOString().slice(0, 10);
  const asked = {
    bank_id: bank.id,
    firm_id: firm.id,
    patents: patents.map((patent_id) => ({ patent_id, annual_revenue_minor: 500_000_000 })),
    currency: 'CNY',
    principal_minor: 1_000_000,
    matures_on: '2011-06-10',
    loan_to_value: { target_bp: 1500, warning_bp: 1501, breach_bp: 1502 },
  };
  const { body } = await done(call<{ id: string }>(firm.key, 'POST', '/v1/pledges', asked));
  let lent_minor = 0;
  const move = async (to: string, detail: object) => {
    const address = `/v1/pledges/${body.id}/moves`;
    const answer = await done(
      call<{ approved_value_minor: number }>(bank.key, 'POST', address, { to, ...detail }),
    );
    lent_minor = Math.floor(answer.body.approved_value_minor * TARGET_SHARE);
  };
  const details = (): Record<string, object> => ({
    // As much as may be lent, so that the end of one of two patents is a breach.
    proposed: { principal_minor: lent_minor },
    withdrawn: { reason: 'setting' },
    registered: { registration_number: 'Y1', registered_on: today },
    active: { disbursed_on: today },
    released: { ground: 'waived', waiver: { waived_by: 'credit committee', reason: 'setting' } },
    defaulted: { reason: 'setting' },
    in_disposal: { route: 'auction' },
    disposed: { recovered_minor: 1_000 },
  });
  for (const to of way) await move(to, details()[to] ?? {});
}

/** Every endpoint has attempts behind it; no name is really looked up. */
async function failDeliveries({ database, vault }: TestService): Promise<void> {
  const sender = createSender({ allowed_hosts: [], resolver: async () => [] });
  await deliverDue({ database, vault, sender, log: pino({ level: 'silent' }) });
  await sender.close();
}

async function askersOf(service: TestService) {
  const { database, clock, bank_a, bank_b, firm_a, firm_b, staff, agency, expert, buyer } = service;
  const issue = ({ id }: Party) => database.transaction((tx) => issueKey(tx, id, 'fuzz', clock.now()));
  const asker = async (name: string, kind: Asker['kind'], party: Party): Promise<Asker> => {
    const { id, key } = await issue(party);
    const credentials = { authorization: `Bearer ${key}` };
    return { name, kind, organisation_id: party.id, key_id: id, key, credentials };
  };
  const person = async (name: string, kind: Asker['kind'], party: Party): Promise<Asker> => {
    const { id } = await addPerson(service, party.id, 'admin');
    const { headers } = await openSession(service, id);
    return { ...(await asker(name, kind, party)), credentials: headers };
  };
  const revoked = await issue(bank_a);
  await database.sql`update api_key set revoked_at = now() where id = ${revoked.id}`;
  return {
    askers: [
      await asker('bank_a', 'bank', bank_a),
      await asker('bank_b', 'bank', bank_b),
      await asker('firm_a', 'firm', firm_a),
      await asker('firm_b', 'firm', firm_b),
      await asker('staff', 'staff', staff),
      await asker('checker', 'staff', staff),
      await asker('agency', 'agency', agency),
      await asker('expert', 'expert', expert),
      await asker('buyer', 'buyer', buyer),
      await person('banker', 'bank', bank_a),
      await person('reviewer', 'staff', staff),
    ],
    revoked_key: revoked.key,
  };
}

async function done<Answer extends { status: number; text: string }>(
  asked: Promise<Answer>,
): Promise<Answer> {
  const answer = await asked;
  if (answer.status >= 300) throw new Error(`the setting cannot be made: ${answer.text}`);
  return answer;
}
