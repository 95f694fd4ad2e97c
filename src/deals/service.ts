/** Recording deals: one's own, or many from outside, all or none of them. */
import { expiresOn } from '../../models/annuity/cnipa.ts';
import type { Caller } from '../accounts/store.ts';
import { appendAudit } from '../audit/log.ts';
import { sha256 } from '../canonical.ts';
import { dateOf } from '../clock.ts';
import type { Transaction } from '../db/client.ts';
import { acrossTenants } from '../db/tenancy.ts';
import { type FieldProblem, Problem } from '../errors.ts';
import { type KnownPatent, knownPatents } from '../patents/facts.ts';
import { isFuture } from '../pledges/days.ts';
import { type Deal, type GivenDeal, insertDeals, usedReferences } from './store.ts';

/** A row of an import: a deal, or what keeps it from being one. */
export type ImportRow = { deal: GivenDeal } | { fault: FieldProblem };

/** @throws Problem `refused` naming every field that is wrong */
export async function recordDeal(
  tx: Transaction,
  given: GivenDeal,
  caller: Caller,
  now: Date,
): Promise<Deal> {
  const [faults] = await faultsOf(tx, [given], caller, now);
  if (faults!.length > 0) throw refused('The deal was not recorded', at('/body', faults!));
  const [deal] = await store(tx, [given], 'own', caller, now);
  return deal!;
}

/**
 * Records all rows or none.
 * @returns how many
 * @throws Problem `refused` naming every bad row by its index
 */
export async function importDeals(
  tx: Transaction,
  rows: readonly ImportRow[],
  caller: Caller,
  now: Date,
): Promise<number> {
  const given = rows.flatMap((row) => ('deal' in row ? [row.deal] : []));
  const checked = await faultsOf(tx, given, caller, now);
  const faults = rows.map((row) => ('fault' in row ? [row.fault] : checked.shift()!));
  const bad = faults.filter((own) => own.length > 0).length;
  if (bad > 0)
    throw refused(
      `Of ${rows.length} deals ${bad} cannot be recorded, so none was`,
      faults.flatMap((own, index) => at(`/body/${index}`, own)),
    );
  return (await store(tx, given, 'imported', caller, now)).length;
}

/**
 * A deal that two parties closed here and the register shows: it counts as those that staff imported, and names neither.
 * @param reference of who saw it closed, used once
 */
export async function recordPlatformDeal(
  tx: Transaction,
  given: GivenDeal,
  actor: string,
  now: Date,
): Promise<string> {
  const id = dealId('platform', given.reference);
  const deal = { ...given, id, organisation_id: null, source: 'platform' as const, known_at: now };
  await acrossTenants(tx, () => insertDeals(tx, [deal], actor));
  return id;
}

function at(place: string, faults: readonly FieldProblem[]): FieldProblem[] {
  return faults.map(({ pointer, detail }) => ({ pointer: place + pointer, detail }));
}

function refused(what: string, fields: FieldProblem[]): Problem {
  const [{ pointer, detail }] = fields as [FieldProblem];
  return new Problem('refused', `${what}: ${pointer} ${detail}.`, fields);
}

/** What is wrong with each deal, by its fields as JSON pointers. */
async function faultsOf(
  tx: Transaction,
  deals: readonly GivenDeal[],
  { organisation_id }: Caller,
  now: Date,
): Promise<FieldProblem[][]> {
  const patents = await knownPatents(
    tx,
    deals.flatMap(({ patent_id }) => patent_id ?? []),
    now,
  );
  const used = await usedReferences(
    tx,
    organisation_id,
    deals.map(({ reference }) => reference),
  );
  return deals.map((deal) => {
    const faults = [...dayFaults(deal, now), ...patentFaults(deal, patents)];
    if (used.has(deal.reference))
      faults.push({ pointer: '/reference', detail: `${deal.reference} is recorded already` });
    used.add(deal.reference);
    return faults;
  });
}

function dayFaults({ right_type, filed_on, dealt_on }: GivenDeal, now: Date): FieldProblem[] {
  if (isFuture(dealt_on, now))
    return [{ pointer: '/dealt_on', detail: `is still to come; today is ${dateOf(now)}` }];
  if (filed_on > dealt_on) return [{ pointer: '/filed_on', detail: `is after the deal of ${dealt_on}` }];
  const expired_on = expiresOn(right_type, filed_on);
  if (dealt_on < expired_on) return [];
  return [{ pointer: '/dealt_on', detail: `is not before ${expired_on}, when the right expired` }];
}

/** What is said of a patent that is known must be so: its price is held against its value. */
function patentFaults(deal: GivenDeal, patents: ReadonlyMap<string, KnownPatent>): FieldProblem[] {
  if (deal.patent_id === null) return [];
  const facts = patents.get(deal.patent_id)?.facts;
  if (!facts)
    return [
      {
        pointer: '/patent_id',
        detail: 'names no patent in the database; look it up with GET /v1/patents, or give null',
      },
    ];
  return (['right_type', 'filed_on'] as const)
    .filter((field) => deal[field] !== facts[field])
    .map((field) => ({ pointer: `/${field}`, detail: `is ${facts[field]} for the patent of that id` }));
}

/** @throws Problem `conflict` when another request used a reference meanwhile */
async function store(
  tx: Transaction,
  given: readonly GivenDeal[],
  source: Deal['source'],
  { organisation_id, key_id }: Caller,
  now: Date,
): Promise<Deal[]> {
  const deals = given.map((deal) => ({
    id: dealId(organisation_id, deal.reference),
    organisation_id,
    source,
    ...deal,
    known_at: now,
  }));
  if ((await insertDeals(tx, deals, key_id)) < deals.length)
    throw new Problem('conflict', 'Another request has used one of the references meanwhile; ask again.');
  const entries = deals.map(({ id, organisation_id: _own, known_at: _now, ...detail }) => {
    return { organisation_id, at: now, actor: key_id, action: 'deal.recorded', subject: id, detail };
  });
  await appendAudit(tx, entries);
  return deals;
}

/** The same reference of an organisation is the same deal. */
function dealId(organisation_id: string, reference: string): string {
  return `deal_${sha256(`deal|${organisation_id}|${reference}`).toString('hex').slice(0, 24)}`;
}
