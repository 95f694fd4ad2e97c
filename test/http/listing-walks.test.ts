/**
 * Deals walked at random against the table of steps (src/listing/deals/machine.ts): two buyers over one listing, a pledgee, the
 * register and the calendar, in a real database. What each step answers is what the table says; what it leaves is held by rules of
 * its own, which know nothing of the table. Each run walks from another seed, which is printed; `LISTING_WALKS` and `LISTING_SEED`
 * repeat a walk, or walk further.
 */
import fc from 'fast-check';
import t from 'tap';
import type { Caller, OrganisationKind } from '../../src/accounts/store.ts';
import type { Transaction } from '../../src/db/client.ts';
import { actFor } from '../../src/db/tenancy.ts';
import { Problem } from '../../src/errors.ts';
import { newUnlinkableId } from '../../src/ids.ts';
import { agreementOf } from '../../src/listing/deals/agreement.ts';
import { answerConsent, listConsents } from '../../src/listing/deals/consents.ts';
import {
  type DealFacts,
  type DealKind,
  isExclusive,
  refusal,
  type Side,
  type Step,
  stageAfter,
} from '../../src/listing/deals/machine.ts';
import { makeOffer } from '../../src/listing/deals/offers.ts';
import { type StepDetail, takeStep } from '../../src/listing/deals/service.ts';
import { buildService, type Party } from '../service.ts';

/** Some twenty deals of these close, so that each stage is an end of some walk. */
const ENOUGH_WALKS = 250;
const WALKS = Number(process.env.LISTING_WALKS ?? ENOUGH_WALKS);
const SEED = Number(process.env.LISTING_SEED ?? Date.now() % 1_000_000_000);
const LANES = 4;
const MAX_STEPS = 28;
const OFFER_DAYS = 3;
const LISTING_DAYS = 12;
const DAY_ms = 86_400_000;

const service = await buildService(t);
const { database, requests, clock, bank_a, firm_a, buyer, agency } = service;
const { sql } = database;
const START = clock.now();

/** What a walk does. `deal` is 0 or 1: who of the two buyers. */
type Command =
  | { do: 'go'; deal: 0 | 1; pick: number }
  | { do: 'step'; deal: 0 | 1; step: Exclude<Step, 'offer'>; side: Side }
  | { do: 'offer'; deal: 0 | 1; side: Side; kind: DealKind }
  | { do: 'acquaint'; deal: 0 | 1 }
  | { do: 'answer'; deal: 0 | 1; answer: 'given' | 'refused' }
  | { do: 'record'; deal: 0 | 1 }
  | { do: 'wait'; days: number };

const which = fc.constantFrom(0 as const, 1 as const);
const side = fc.constantFrom<Side>('seller', 'buyer');
const STEP_NAMES = [
  ...['sign', 'sign', 'open_data_room', 'ask_consent', 'accept', 'accept', 'file', 'record', 'close'],
  ...['withdraw', 'delegate'],
] as Exclude<Step, 'offer'>[];
const command: fc.Arbitrary<Command> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.record({
      do: fc.constant('step' as const),
      deal: which,
      step: fc.constantFrom(...STEP_NAMES),
      side,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('offer' as const),
      deal: which,
      side,
      kind: fc.constantFrom<DealKind>('sale', 'licence'),
    }),
  },
  // Else few walks would come far.
  {
    weight: 45,
    arbitrary: fc.record({ do: fc.constant('go' as const), deal: which, pick: fc.nat(1000) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('acquaint' as const), deal: which }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      deal: which,
      answer: fc.constantFrom('given' as const, 'given' as const, 'refused' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('record' as const), deal: which }) },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('wait' as const), days: fc.integer({ min: 1, max: 4 }) }),
  },
);

/** What the walk believes of a deal. */
interface Belief extends DealFacts {
  kind: DealKind | null;
  offered_kind: DealKind | null;
  offered_at: number | null;
  asked: boolean;
  answered: boolean;
  accepted_day: number | null;
}

type Notice = 'transferred' | 'licensed';
const noticeOf = (kind: DealKind | null): Notice => (kind === 'licence' ? 'licensed' : 'transferred');

interface Walk {
  pledged: boolean;
  patent_id: string;
  pledge_id: string | null;
  listing_id: string;
  pseudonym_id: string;
  deals: { id: string; buyer: Party; belief: Belief }[];
  day: number;
  listing_state: DealFacts['listing_state'];
  /** Days on which the register named each buyer as the owner, and as a licensee. */
  told: Record<Notice, number | null>[];
}

const callerOf = ({ id }: Party, kind: OrganisationKind): Caller => ({
  organisation_id: id,
  kind,
  key_id: 'walk',
});
const SELLER = callerOf(firm_a, 'firm');
const BUYERS = [buyer, agency] as const;
const KINDS = ['buyer', 'agency'] as const;
const nowOf = ({ day }: Walk) => new Date(START.getTime() + day * DAY_ms);
const as = <T>(caller: Caller, work: (tx: Transaction) => Promise<T>) =>
  actFor(caller, () => requests.transaction(work));

const [template] = await sql<
  { patent_id: string }[]
>`select patent_id from patent where patent_id = ${service.takePatent()}`;

/** A patent, a listing and two enquiries, written as their owner: what comes before the walk is tested elsewhere. */
async function begin(pledged: boolean): Promise<Walk> {
  const [made] = await sql<{ patent_id: string }[]>`select gen_random_uuid() as patent_id`;
  const { patent_id } = made!;
  await sql`insert into patent select (jsonb_populate_record(patent, jsonb_build_object('patent_id', ${patent_id}::text,
    'application_number', ${patent_id}::text))).* from patent where patent_id = ${template!.patent_id}`;
  for (const table of ['patent_facts', 'signal'])
    await sql.unsafe(
      `insert into ${table} select (jsonb_populate_record(${table}, jsonb_build_object('patent_id', $1::text)
        ${table === 'signal' ? "|| jsonb_build_object('signal_id', gen_random_uuid())" : ''})).*
      from ${table} where patent_id = $2`,
      [patent_id, template!.patent_id],
    );
  const listing_id = newUnlinkableId('lst');
  const pseudonym_id = newUnlinkableId('pse');
  const day = START.toISOString().slice(0, 10);
  const expires_on = new Date(START.getTime() + LISTING_DAYS * DAY_ms).toISOString().slice(0, 10);
  await sql`insert into pseudonym values (${pseudonym_id}, 'Seller')`;
  await sql`insert into pseudonym_owner values (${pseudonym_id}, ${firm_a.id}, ${START})`;
  await sql`insert into pseudonym_use (pseudonym_id, context_kind, context_id, shown_at)
    values (${pseudonym_id}, 'listing', ${listing_id}, ${START})`;
  await sql`insert into listing values (${listing_id}, ${pseudonym_id}, 'Seller', 'x', 'x', null, '{sale,licence}', '{talk}',
    '{CN}', null, 'CNY', '{CN}', '{}', '{invention}', 'open', ${day}, ${expires_on})`;
  await sql`insert into listing_patent values (${listing_id}, ${patent_id})`;
  await sql`insert into listing_private (listing_id) values (${listing_id})`;
  const pledge_id = pledged ? newUnlinkableId('plg') : null;
  if (pledge_id) {
    await sql`insert into pledge (id, bank_id, firm_id, state, currency, principal_minor, requested_on, matures_on,
        ltv_target_bp, ltv_warning_bp, ltv_breach_bp, demonstration, created_at)
      values (${pledge_id}, ${bank_a.id}, ${firm_a.id}, 'active', 'CNY', 1, ${day}, '2019-01-01', 3000, 4000, 5000, false, ${START})`;
    await sql`insert into pledge_patent (pledge_id, patent_id, added_at) values (${pledge_id}, ${patent_id}, ${START})`;
  }
  const deals = [];
  for (const [index, each] of BUYERS.entries()) {
    const id = newUnlinkableId('ldl');
    const buyer_pseudonym_id = newUnlinkableId('pse');
    await sql`insert into pseudonym values (${buyer_pseudonym_id}, 'Buyer')`;
    await sql`insert into pseudonym_owner values (${buyer_pseudonym_id}, ${each.id}, ${START})`;
    await sql`insert into listing_deal (id, listing_id, seller_pseudonym_id, seller_name, buyer_pseudonym_id, buyer_name,
        channel, with_team, stage, currency, enquired_at, changed_at)
      values (${id}, ${listing_id}, ${pseudonym_id}, 'Seller', ${buyer_pseudonym_id}, ${`Buyer ${index}`}, 'talk', false,
        'enquired', 'CNY', ${START}, ${START})`;
    await sql`insert into listing_deal_party values (${id}, 'seller', ${firm_a.id}, null), (${id}, 'buyer', ${each.id}, null)`;
    deals.push({ id, buyer: each, belief: believed(pledged) });
  }
  const walk = { pledged, patent_id, pledge_id, listing_id, pseudonym_id, deals, day: 0 };
  return { ...walk, listing_state: 'open', told: BUYERS.map(() => ({ transferred: null, licensed: null })) };
}

function believed(pledged: boolean): Belief {
  return {
    stage: 'enquired',
    signed: { seller: false, buyer: false },
    listing_state: 'open',
    listing_in_time: true,
    acquainted: false,
    offer: null,
    in_force: true,
    consents_missing: pledged ? 1 : 0,
    unrecorded: 1,
    kind: null,
    offered_kind: null,
    offered_at: null,
    asked: false,
    answered: false,
    accepted_day: null,
  };
}

/** What the table finds now, by what the walk believes. */
function factsNow(walk: Walk, index: 0 | 1): Belief {
  const { belief } = walk.deals[index]!;
  const { accepted_day, offer, offered_at } = belief;
  const notice = noticeOf(belief.kind);
  const recorded = walk.told[index]![notice];
  // The last transfer names the owner; licensees may be many.
  const is_last =
    notice === 'licensed' ||
    walk.told.every(
      ({ transferred }) => transferred === null || recorded === null || transferred <= recorded,
    );
  return {
    ...belief,
    listing_state: walk.listing_state,
    listing_in_time: walk.day < LISTING_DAYS,
    offer: offer && { ...offer, in_time: walk.day < offered_at! + OFFER_DAYS },
    unrecorded: accepted_day !== null && recorded !== null && recorded >= accepted_day && is_last ? 0 : 1,
  };
}

/** What would bring the deal on. */
function openTo(deal: 0 | 1, facts: Belief): Command[] {
  const sides: readonly Side[] = ['seller', 'buyer'];
  const steps = ['sign', 'open_data_room', 'ask_consent', 'accept', 'file', 'record', 'close'] as const;
  return [
    ...steps.flatMap((step) =>
      sides
        .filter((side) => refusal(facts, step, side) === null && !(step === 'ask_consent' && facts.asked))
        .map((side) => ({ do: 'step' as const, deal, step, side })),
    ),
    ...(facts.acquainted ? [] : [{ do: 'acquaint' as const, deal }]),
    ...(facts.asked && !facts.answered ? [{ do: 'answer' as const, deal, answer: 'given' as const }] : []),
    ...(facts.offer?.in_time
      ? []
      : [{ do: 'offer' as const, deal, side: 'buyer' as const, kind: 'sale' as const }]),
    ...(facts.stage === 'filed' && facts.unrecorded > 0 ? [{ do: 'record' as const, deal }] : []),
  ];
}

/** @returns the code of the refusal; null when it was done */
async function codeOf(work: Promise<unknown>): Promise<string | null> {
  try {
    await work;
    return null;
  } catch (error) {
    if (error instanceof Problem) return error.code;
    throw error;
  }
}

async function take(walk: Walk, given: Command): Promise<void> {
  if (given.do === 'wait') {
    walk.day += given.days;
    return;
  }
  const { id, buyer: other, belief } = walk.deals[given.deal]!;
  const facts = factsNow(walk, given.deal);
  if (given.do === 'go') {
    const open = openTo(given.deal, facts);
    return open.length === 0 ? undefined : take(walk, open[given.pick % open.length]!);
  }
  const now = nowOf(walk);
  const by = (side: Side) => (side === 'seller' ? SELLER : callerOf(other, KINDS[given.deal]));
  switch (given.do) {
    case 'acquaint': {
      const request = newUnlinkableId('idr');
      await sql`insert into identity_request values (${request}, ${walk.pseudonym_id}, ${other.id}, 'listing',
        ${walk.listing_id}, 'x', ${now})`;
      await sql`insert into identity_reveal values (${request}, ${walk.pseudonym_id}, ${other.id}, ${firm_a.id}, ${now})`;
      belief.acquainted = true;
      return;
    }
    case 'record': {
      const notice = noticeOf(belief.kind);
      // Of two transfers on one day no register says which came last.
      if (walk.told.some((days) => days[notice] === walk.day)) return;
      const [named] = await sql<{ name: string }[]>`select name from organisation where id = ${other.id}`;
      const signal = {
        patent_id: walk.patent_id,
        kind: notice,
        source_code: notice,
        published_on: now.toISOString().slice(0, 10),
        effective_on: null,
        known_at: now.toISOString(),
        detail: { [notice === 'licensed' ? 'licensee' : 'owner']: named!.name },
      };
      await sql`insert into signal select (jsonb_populate_record(signal, ${sql.json(signal)}
        || jsonb_build_object('signal_id', gen_random_uuid()))).* from signal where patent_id = ${walk.patent_id} limit 1`;
      walk.told[given.deal]![notice] = walk.day;
      return;
    }
    case 'answer': {
      const [asked] = (
        await as(callerOf(bank_a, 'bank'), (tx) => listConsents(tx, { deal_id: id, limit: 200 }))
      ).slice(-1);
      const wanted = !asked
        ? 'none'
        : belief.answered || facts.stage !== 'offered' || !belief.asked
          ? 'conflict'
          : null;
      if (!asked) return;
      const answer =
        given.answer === 'given'
          ? { answer: given.answer, proceeds_to: 'debt' as const }
          : { answer: given.answer, reason: 'x' };
      const told = await codeOf(
        as(callerOf(bank_a, 'bank'), (tx) =>
          answerConsent(tx, asked.id, answer, callerOf(bank_a, 'bank'), now),
        ),
      );
      equal(told, wanted, `answer ${given.answer} of ${JSON.stringify(facts)}`);
      if (told !== null) return;
      belief.answered = true;
      if (given.answer === 'given') belief.consents_missing = 0;
      return;
    }
    case 'offer': {
      const refused = refusal(facts, 'offer', given.side);
      const expires_at = new Date(now.getTime() + OFFER_DAYS * DAY_ms).toISOString();
      const offer = { kind: given.kind, price_minor: 100 + walk.day, expires_at };
      const told = await codeOf(as(by(given.side), (tx) => makeOffer(tx, id, offer, by(given.side), now)));
      equal(told, refused?.code ?? null, `offer by ${given.side} of ${JSON.stringify(facts)}`);
      if (told !== null) return;
      belief.stage = stageAfter(facts, 'offer', given.side);
      belief.offer = { side: given.side, in_time: true };
      belief.offered_kind = given.kind;
      belief.offered_at = walk.day;
      Object.assign(belief, { asked: false, answered: false, consents_missing: walk.pledged ? 1 : 0 });
      return;
    }
    case 'step': {
      const refused = refusal(facts, given.step, given.side);
      const asked_twice = given.step === 'ask_consent' && refused === null && belief.asked;
      const [row] = await sql<
        { offer_id: string | null; id: string; listing_id: string; seller_name: string; buyer_name: string }[]
      >`
        select * from listing_deal where id = ${id}`;
      const told = await codeOf(
        as(by(given.side), (tx) => takeStep(tx, id, detailOf(given.step, row!, now), by(given.side), now)),
      );
      equal(
        told,
        refused?.code ?? (asked_twice ? 'conflict' : null),
        `${given.step} by ${given.side} of ${JSON.stringify(facts)}`,
      );
      if (told !== null) return;
      settle(walk, given, facts);
    }
  }
}

/** What an allowed step changes, besides the stage. */
function settle(walk: Walk, { deal, step, side }: Extract<Command, { do: 'step' }>, facts: DealFacts): void {
  const { belief } = walk.deals[deal]!;
  belief.stage = stageAfter(facts, step, side);
  if (step === 'sign') belief.signed = { ...belief.signed, [side]: true };
  if (step === 'ask_consent') belief.asked = true;
  if (step === 'accept') {
    belief.kind = belief.offered_kind;
    belief.accepted_day = walk.day;
  }
  if (belief.kind === null || !isExclusive(belief.kind)) return;
  if (step === 'accept') walk.listing_state = 'reserved';
  if (step === 'withdraw') walk.listing_state = 'open';
  if (step !== 'close') return;
  walk.listing_state = 'sold';
  for (const other of walk.deals)
    if (['enquired', 'confidential', 'data_room', 'offered'].includes(other.belief.stage))
      other.belief.stage = 'withdrawn';
}

function detailOf(
  step: Exclude<Step, 'offer'>,
  deal: { offer_id: string | null } & Parameters<typeof agreementOf>[0],
  now: Date,
): StepDetail {
  if (step === 'sign') return { step, agreement_sha256: agreementOf(deal).sha256 };
  if (step === 'accept') return { step, offer_id: deal.offer_id ?? 'none' };
  if (step === 'file') return { step, filing_number: 'x', filed_on: now.toISOString().slice(0, 10) };
  if (step === 'withdraw') return { step, reason: 'x' };
  return { step } as StepDetail;
}

function equal(told: unknown, wanted: unknown, about: string): void {
  if (told !== wanted) throw new Error(`${about}: ${told} instead of ${wanted}`);
}

/** What must hold of what a walk has left, whatever the table says. */
async function examine(walk: Walk): Promise<void> {
  const rows = await sql<
    { id: string; stage: string; kind: string | null; accepted_at: Date | null; buyer: string }[]
  >`
    select listing_deal.id, stage, listing_deal.kind, accepted_at, name as buyer from listing_deal
    join listing_deal_party on deal_id = listing_deal.id and side = 'buyer' join organisation on organisation.id = organisation_id
    where listing_id = ${walk.listing_id}`;
  for (const { id, belief } of walk.deals)
    equal(rows.find((row) => row.id === id)!.stage, belief.stage, 'stage');
  const bound = rows.filter(({ stage }) => ['accepted', 'filed', 'recorded', 'closed'].includes(stage));
  equal(bound.filter(({ kind }) => kind === 'sale').length <= 1, true, 'sold once');
  for (const { id, stage, kind, buyer: name, accepted_at } of bound) {
    const given =
      await sql`select from listing_consent join listing_consent_answer on consent_id = listing_consent.id
      join listing_deal on listing_deal.id = deal_id and listing_deal.offer_id = listing_consent.offer_id
      where deal_id = ${id} and answer = 'given' and listing_consent_answer.bank_id = ${bank_a.id}`;
    equal(!walk.pledged || given.count === 1, true, 'the pledgee has consented');
    if (stage !== 'closed') continue;
    const member = kind === 'licence' ? 'licensee' : 'owner';
    const told =
      await sql`select from signal where patent_id = ${walk.patent_id} and detail ->> ${member} = ${name}
      and published_on >= ${accepted_at!.toISOString().slice(0, 10)}`;
    equal(told.count > 0, true, 'the register names the buyer');
  }
  const silent =
    await sql`select from listing_deal_step where deal_id = any(${walk.deals.map(({ id }) => id)})
    and not exists (select from audit_entry where subject = deal_id and action = 'listing.deal.' || step)`;
  equal(silent.count, 0, 'every step is on the chains');
}

const reached = new Map<string, number>();

t.test(`${WALKS} random walks do what the table says, and leave what must hold (seed ${SEED})`, async (t) => {
  t.comment(`seed ${SEED}`);
  const lane = (number: number) =>
    fc.assert(
      fc.asyncProperty(
        fc.boolean(),
        fc.array(command, { minLength: 12, maxLength: MAX_STEPS, size: 'max' }),
        async (pledged, commands) => {
          const walk = await begin(pledged);
          for (const each of commands) await take(walk, each);
          await examine(walk);
          for (const { belief } of walk.deals)
            reached.set(belief.stage, (reached.get(belief.stage) ?? 0) + 1);
        },
      ),
      { numRuns: Math.ceil(WALKS / LANES), seed: SEED + number, endOnFailure: true },
    );
  await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
  t.comment(JSON.stringify(Object.fromEntries(reached)));
  for (const stage of ['confidential', 'offered', 'accepted', 'recorded', 'closed', 'withdrawn'])
    t.ok(WALKS < ENOUGH_WALKS || (reached.get(stage) ?? 0) > 0, `some walks ended ${stage}`);
});
