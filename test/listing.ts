/** Listings and deals in a test, made over HTTP as their parties would make them. */
import { ingestRecords } from '../src/patents/ingest.ts';
import { patentRecord, type SignalRecord } from '../src/patents/sources/record.ts';
import type { Party, TestService } from './service.ts';

export interface ListingBody {
  id: string;
  seller: {
    pseudonym_id: string;
    display_name: string;
    organisation: { organisation_id: string; name: string } | null;
  };
  own: boolean;
  title: string;
  summary: string;
  state: string;
  asking_minor: number | null;
  value: { low_minor: number; high_minor: number } | null;
  registered_owner: string;
  expires_on: string;
  patents: {
    office: string;
    field: number | null;
    legal_state: string;
    years_left: number | null;
    pledged: boolean;
    patent: { patent_id: string; application_number: string } | null;
  }[];
  kept: {
    pledge_id: string | null;
    plan: string | null;
    plan_days: number | null;
    contact: string | null;
  } | null;
}

export interface DealBody {
  id: string;
  listing_id: string;
  stage: string;
  side: string;
  seller: ListingBody['seller'] & { contact: string | null };
  buyer: ListingBody['seller'] & { contact: string | null };
  agreement: { text: string; sha256: string };
  offer_id: string | null;
  kind: string | null;
  price_minor: number | null;
  recorded_on: string | null;
  steps: { step: string; side: string; stage: string; detail: Record<string, unknown> }[];
  open_steps: { step: string; refusal: string | null }[];
}

export interface ConsentBody {
  id: string;
  deal_id: string;
  pledge_id: string;
  price_minor: number;
  answer: string | null;
}

export const EVERY_CHANNEL = ['talk', 'direct', 'team', 'intermediary'];
const PRICE_MINOR = 40_000_000;

/** @throws Error with the answer when the service refuses */
async function made<Body>(
  { call }: TestService,
  party: Party,
  url: string,
  body?: object,
  method: 'POST' | 'GET' = 'POST',
): Promise<Body> {
  const answer = await call<Body>(party.key, method, url, body);
  if (answer.status >= 300) throw new Error(`${method} ${url}: ${answer.status} ${answer.text}`);
  return answer.body;
}

export function listPatents(
  service: TestService,
  seller: Party,
  patent_ids: readonly string[],
  given: object = {},
): Promise<ListingBody> {
  return made(service, seller, '/v1/listings', {
    title: 'A pump that runs dry',
    summary: 'Saves the seal when no water comes.',
    kinds: ['sale', 'licence'],
    channels: EVERY_CHANNEL,
    territories: ['CN'],
    asking_minor: PRICE_MINOR,
    patent_ids,
    expires_on: dayAfter(service, 200),
    ...given,
  });
}

export function enquire(
  service: TestService,
  buyer: Party,
  listing_id: string,
  given: object = {},
): Promise<DealBody> {
  const body = { channel: 'talk', message: 'We would buy it.', ...given };
  return made(service, buyer, `/v1/listings/${listing_id}/enquiries`, body);
}

export function step(service: TestService, party: Party, deal_id: string, body: object): Promise<DealBody> {
  return made(service, party, `/v1/listing-deals/${deal_id}/steps`, body);
}

export function readDeal(service: TestService, party: Party, deal_id: string): Promise<DealBody> {
  return made(service, party, `/v1/listing-deals/${deal_id}`, undefined, 'GET');
}

/** Both sign the confidentiality agreement. */
export async function sign(service: TestService, seller: Party, buyer: Party, deal: DealBody): Promise<void> {
  const body = { step: 'sign', agreement_sha256: deal.agreement.sha256 };
  await step(service, buyer, deal.id, body);
  await step(service, seller, deal.id, body);
}

/** The buyer asks who sells, the seller consents, the buyer uses the consent. */
export async function acquaint(
  service: TestService,
  seller: Party,
  buyer: Party,
  listing: Pick<ListingBody, 'id' | 'seller'>,
): Promise<void> {
  const context = { kind: 'listing', id: listing.id };
  const url = `/v1/pseudonyms/${listing.seller.pseudonym_id}/identity-requests`;
  const { id } = await made<{ id: string }>(service, buyer, url, { context, reason: 'to sign' });
  await made(service, seller, `/v1/identity-requests/${id}/steps`, { step: 'consented' });
  await made(service, buyer, `/v1/identity-requests/${id}/steps`, { step: 'revealed' });
}

export function offer(
  service: TestService,
  party: Party,
  deal_id: string,
  given: object = {},
): Promise<{ id: string; price_minor: number }> {
  const body = { kind: 'sale', price_minor: PRICE_MINOR, expires_at: instantAfter(service, 20), ...given };
  return made(service, party, `/v1/listing-deals/${deal_id}/offers`, body);
}

/** An offer of the buyer's stands, and the parties know each other. */
export async function offered(
  service: TestService,
  seller: Party,
  buyer: Party,
  listing: ListingBody,
  given: object = {},
): Promise<{ deal: DealBody; offer_id: string }> {
  const deal = await enquire(service, buyer, listing.id);
  await sign(service, seller, buyer, deal);
  await acquaint(service, seller, buyer, listing);
  const { id: offer_id } = await offer(service, buyer, deal.id, given);
  return { deal, offer_id };
}

export async function accepted(
  service: TestService,
  seller: Party,
  buyer: Party,
  listing: ListingBody,
): Promise<DealBody> {
  const { deal, offer_id } = await offered(service, seller, buyer, listing);
  return step(service, seller, deal.id, { step: 'accept', offer_id });
}

/** The pledgee is asked, and consents. */
export async function consent(
  service: TestService,
  seller: Party,
  bank: Party,
  deal_id: string,
): Promise<void> {
  await step(service, seller, deal_id, { step: 'ask_consent' });
  const { data } = await made<{ data: ConsentBody[] }>(
    service,
    bank,
    '/v1/listing-consents?limit=200',
    undefined,
    'GET',
  );
  // Of an offer that was answered by another the pledgee was asked before.
  const asked = new Map(
    data.filter((each) => each.deal_id === deal_id).map((each) => [each.pledge_id, each.id]),
  );
  for (const id of asked.values())
    await made(service, bank, `/v1/listing-consents/${id}/answers`, { answer: 'given', proceeds_to: 'debt' });
}

/** What the gazette tells of patents that the service knows. */
export async function publish(
  { database, clock }: TestService,
  patent_ids: readonly string[],
  given: Partial<SignalRecord> & Pick<SignalRecord, 'kind'>,
): Promise<void> {
  const rows = await database.sql<
    { office: string; application_number: string; right_type: 'invention'; source: string }[]
  >`
    select office, application_number, right_type, source from patent where patent_id = any(${patent_ids as string[]}::uuid[])`;
  const today = clock.now().toISOString().slice(0, 10);
  const signal: SignalRecord = {
    category: 'R',
    source_code: 'notice',
    effective_on: null,
    published_on: today,
    detail: {},
    ...given,
  };
  const records = rows.map(({ source: _source, ...patent }, index) => ({
    ok: true as const,
    line: index + 1,
    patent: patentRecord(patent),
    signals: [signal],
  }));
  await ingestRecords(
    database,
    { id: rows[0]!.source, name: `notices ${today} ${Math.random()}` },
    records,
    clock.now(),
  );
}

export function dayAfter({ clock }: Pick<TestService, 'clock'>, days: number): string {
  return instantAfter({ clock }, days).slice(0, 10);
}

export function instantAfter({ clock }: Pick<TestService, 'clock'>, days: number): string {
  return new Date(clock.now().getTime() + days * 86_400_000).toISOString();
}
