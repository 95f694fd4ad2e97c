/** Browsing listings, one of them, and the own ones. */

import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { isCalendarDate } from '../../../models/calendar.ts';
import { toMinor } from '../../../models/money.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import type { Caller } from '../../accounts/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded, EVERYONE } from '../../http/guard.ts';
import { Closed, page as cut, Id, OneOf } from '../../http/schemas.ts';
import { Blank, blank } from '../../pages/asking.ts';
import type { Faults } from '../../pages/parts/forms.tsx';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { pagesOf } from '../../pages/serve.ts';
import { amountOf, numbersIn, readLines } from '../../pages/valuation/read.ts';
import type { View } from '../../pages/view.ts';
import { pledgesIn } from '../../pledges/store.ts';
import type { Service } from '../../service.ts';
import { addDocument } from '../data-room/service.ts';
import { documentsOf, viewsOf } from '../data-room/store.ts';
import { DEAL_KINDS, type DealKind } from '../deals/machine.ts';
import { enquire } from '../deals/service.ts';
import { listDeals } from '../deals/store.ts';
import { listDefaulted } from '../disposals/service.ts';
import { showListings } from '../listings/read.ts';
import { listPatents, MAX_LISTED_PATENTS, withdrawListing } from '../listings/service.ts';
import { CHANNELS, findListing, listListings, placeOf } from '../listings/store.ts';
import { ById, ChannelName, Kind, Office, TRADING } from '../schemas.ts';
import { DOCUMENT_SIZE, DocumentFields, documentOf } from './document-form.tsx';
import { ListingPage, type ListingPageShown } from './listing-page.tsx';
import { MarketPage } from './market-page.tsx';
import { OwnPage } from './own-page.tsx';
import type { TypedFields } from './parts.tsx';
import { faultsIn, requireNone, requireWords, textOf } from './typed.ts';

const LISTED_A_PAGE = 20;
const MOST_OWN = 50;
export const WRITE = { access: TRADING, scope: 'write' } as const;

export function listingPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const page = pagesOf(app, service);
  const form = refusableFormsOf(app, service);

  page(
    '/market',
    {
      access: EVERYONE,
      query: Closed({
        kind: Blank(Kind),
        office: Blank(Office),
        field: Blank(Type.String({ pattern: '^[1-9]\\d?$' })),
        cursor: Blank(Type.String({ maxLength: 200 })),
      }),
    },
    async ({ query, view }) => {
      const field = blank(query.field);
      const asked = { kind: blank(query.kind), office: blank(query.office) };
      const wanted = { ...asked, field: field === undefined ? undefined : Number(field) };
      const now = clock.now();
      const { data, next_cursor } = await database.transaction(async (tx) => {
        const found = await listListings(tx, wanted, dateOf(now), blank(query.cursor), LISTED_A_PAGE + 1);
        const part = cut(found, LISTED_A_PAGE, placeOf);
        return { data: await showListings(tx, part.data, now), next_cursor: part.next_cursor };
      });
      return {
        title: view.words.say('market.title'),
        body: <MarketPage listings={data} asked={{ ...asked, field }} next_cursor={next_cursor} />,
      };
    },
  );

  page('/market/listings/:id', { access: EVERYONE, params: ById }, ({ params }) => showOne(params.id));

  form(
    '/market/listings/:id/enquiries',
    { ...WRITE, params: ById, body: Closed({ channel: ChannelName, message: Typed, contact: Typed }) },
    {
      at: ({ id }) => `/market/listings/${id}`,
      async act({ params, body, caller }) {
        const enquiry = {
          channel: body.channel,
          message: requireWords(body.message),
          contact: textOf(body.contact),
        };
        const deal = await attemptOwn(service, caller, 'listing.enquire', () =>
          database.transaction((tx) => enquire(tx, params.id, enquiry, caller, clock.now())),
        );
        return `/market/deals/${deal.id}`;
      },
      again: ({ params, body }, problem) => showOne(params.id, body, problem),
    },
  );

  form(
    '/market/listings/:id/withdrawal',
    { ...WRITE, params: ById },
    {
      at: ({ id }) => `/market/listings/${id}`,
      async act({ params, caller }) {
        await attemptOwn(service, caller, 'listing.withdraw', () =>
          database.transaction((tx) => withdrawListing(tx, params.id, caller, clock.now())),
        );
        return `/market/listings/${params.id}`;
      },
      again: ({ params }, problem) => showOne(params.id, {}, problem),
    },
  );

  form(
    '/market/listings/:id/documents',
    { ...WRITE, params: ById, body: DocumentFields, large: DOCUMENT_SIZE },
    {
      at: ({ id }) => `/market/listings/${id}`,
      async act({ params: { id }, body, caller, view }) {
        const document = documentOf(body, view.words);
        await attemptOwn(service, caller, 'listing.document.add', () =>
          database.transaction((tx) => addDocument(tx, service.vault, id, document, caller, clock.now())),
        );
        return `/market/listings/${id}#documents`;
      },
      again: ({ params }, problem) => showOne(params.id, {}, problem),
      anew: ({ params }, problem) => showOne(params.id, {}, problem),
    },
  );

  page('/market/own', { access: TRADING }, ({ request, view }) => showOwn(view, callerOfGuarded(request)));

  form(
    '/market/own',
    {
      ...WRITE,
      body: Closed({
        numbers: Typed,
        title: Typed,
        summary: Typed,
        kind: OneOf(DEAL_KINDS, 'what is offered'),
        asking: Typed,
        expires_on: Typed,
        contact: Typed,
      }),
    },
    {
      at: () => '/market/own',
      async act({ body, caller, view }) {
        const typed = await given(body, view);
        const listing = await attemptOwn(service, caller, 'listing.list', () =>
          database.transaction((tx) => listPatents(tx, typed, caller, clock.now())),
        );
        return `/market/listings/${listing.id}`;
      },
      again: ({ body, caller, view }, problem) => showOwn(view, caller, body, problem),
    },
  );

  form(
    '/market/own/pledges/:id',
    { access: ['bank'], scope: 'write', params: Closed({ id: Id }) },
    {
      at: () => '/market/own',
      async act({ params, caller }) {
        const listing = await attemptOwn(service, caller, 'listing.list', () =>
          database.transaction((tx) => listDefaulted(tx, params.id, {}, caller, clock.now())),
        );
        return `/market/listings/${listing.id}`;
      },
      again: ({ caller, view }, problem) => showOwn(view, caller, {}, problem),
    },
  );

  async function showOne(id: string, typed: TypedFields = {}, problem: Problem | null = null) {
    const shown = await database.transaction(async (tx): Promise<ListingPageShown> => {
      const found = await findListing(tx, id);
      if (!found) throw new Problem('not_found', 'There is no such listing.');
      const [listing] = await showListings(tx, [found], clock.now());
      const deals = await listDeals(tx, { listing_id: id, limit: MOST_OWN });
      const documents = listing!.own ? await documentsOf(tx, id) : [];
      const views = listing!.own ? await viewsOf(tx, id) : [];
      return { listing: listing!, deals, documents, views, typed, problem };
    });
    return { title: shown.listing.title, body: <ListingPage {...shown} /> };
  }

  async function showOwn(
    { words }: View,
    caller: Caller,
    typed: TypedFields = {},
    problem: Problem | null = null,
  ) {
    const now = clock.now();
    const shown = await database.transaction(async (tx) => ({
      listings: await showListings(
        tx,
        await listListings(tx, { own: true }, dateOf(now), undefined, MOST_OWN),
        now,
      ),
      deals: await listDeals(tx, { limit: MOST_OWN }),
      defaulted: caller.kind === 'bank' ? await pledgesIn(tx, caller.organisation_id, 'defaulted') : [],
    }));
    return {
      title: words.say('market.own'),
      body: <OwnPage {...shown} {...{ typed, problem }} faults={faultsIn(problem, words)} />,
    };
  }

  /** What was typed as a listing. @throws Problem `bad_request` with what is wrong, in the reader's language */
  async function given(
    typed: {
      numbers: string;
      title: string;
      summary: string;
      kind: DealKind;
      asking: string;
      expires_on: string;
      contact: string;
    },
    { words }: View,
  ) {
    const numbers = numbersIn(typed.numbers).slice(0, MAX_LISTED_PATENTS);
    const uses = numbers.map(() => ({ revenue: '', cost: '', industry: '' }));
    const lines = await readLines(database.sql, numbers, uses, clock.now());
    const missing = lines.find(({ known }) => known === null);
    const asking = amountOf(typed.asking);
    const empty = words.say('said.field_empty');
    const faults: Faults = {
      ...(numbers.length === 0 && { numbers: empty }),
      ...(missing && { numbers: words.say('own.no_number', { number: missing.typed }) }),
      ...(typed.title.trim() === '' && { title: empty }),
      ...(typed.summary.trim() === '' && { summary: empty }),
      ...(asking === undefined && { asking: words.say('deal.number_form') }),
      ...(!isCalendarDate(typed.expires_on) && { expires_on: words.say('valuation.matures_form') }),
    };
    requireNone(faults);
    const patents = lines.map(({ known }) => known!);
    return {
      title: typed.title.trim(),
      summary: typed.summary.trim(),
      kinds: [typed.kind],
      channels: CHANNELS,
      territories: [...new Set(patents.map(({ facts }) => facts.office))],
      asking_minor: asking ? toMinor(asking, VALUATION_CURRENCY) : undefined,
      patent_ids: patents.map(({ patent_id }) => patent_id),
      expires_on: typed.expires_on,
      contact: textOf(typed.contact),
    };
  }
}
