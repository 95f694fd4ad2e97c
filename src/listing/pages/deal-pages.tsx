/** A deal, and each step of it as a form. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import Type from 'typebox';
import { toMinor } from '../../../models/money.ts';
import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import { askIdentity, takeStep as takeIdentityStep } from '../../anonymity/service.ts';
import { requestsOf } from '../../anonymity/store.ts';
import { attemptOwn } from '../../audit/refusal.ts';
import { dateOf } from '../../clock.ts';
import { Problem } from '../../errors.ts';
import { EVERYONE } from '../../http/guard.ts';
import { Closed, Id, OneOf } from '../../http/schemas.ts';
import { formsOf } from '../../pages/forms.ts';
import { refusableFormsOf, Typed } from '../../pages/refusable-forms.ts';
import { pagesOf } from '../../pages/serve.ts';
import { amountOf } from '../../pages/valuation/read.ts';
import type { View } from '../../pages/view.ts';
import type { Service } from '../../service.ts';
import { addDocument, letSee, openDocument } from '../data-room/service.ts';
import { documentsOf, rightsOf } from '../data-room/store.ts';
import { DEAL_KINDS, STEPS, type Step } from '../deals/machine.ts';
import { makeOffer } from '../deals/offers.ts';
import { showDeal } from '../deals/read.ts';
import { type StepDetail, say, takeStep } from '../deals/service.ts';
import { findDeal, messagesOf } from '../deals/store.ts';
import { showListings } from '../listings/read.ts';
import { findListing } from '../listings/store.ts';
import { ById, TRADING } from '../schemas.ts';
import { DealPage, type DealPageShown } from './deal-page.tsx';
import { DOCUMENT_SIZE, DocumentFields, documentOf } from './document-form.tsx';
import { WRITE } from './pages.tsx';
import type { TypedFields } from './parts.tsx';
import { requireNone, requireWords, textOf } from './typed.ts';

const MOST_SHOWN = 200;
const MAX_OFFER_DAYS_TYPED = 180;
const DAY_ms = 86_400_000;
const IDENTITY_STEPS = ['consented', 'refused', 'revealed'] as const;
/** That a form takes; an offer has one of its own. */
const FORM_STEPS = (Object.keys(STEPS) as Step[]).filter((step) => step !== 'offer');

export function dealPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  const form = refusableFormsOf(app, service);
  const at = ({ id }: { id: string }) => `/market/deals/${id}`;
  const again = (
    { params, body, view }: { params: { id: string }; body: unknown; view: View },
    problem: Problem,
  ) => show(view, params.id, body as TypedFields, problem);

  pagesOf(app, service)('/market/deals/:id', { access: EVERYONE, params: ById }, ({ params, view }) =>
    show(view, params.id),
  );

  form(
    '/market/deals/:id/steps',
    {
      ...WRITE,
      params: ById,
      body: Closed({
        step: OneOf(FORM_STEPS, 'the next step'),
        agreement_sha256: Type.Optional(Typed),
        offer_id: Type.Optional(Typed),
        filing_number: Type.Optional(Typed),
        costs: Type.Optional(Typed),
        reason: Type.Optional(Typed),
      }),
    },
    {
      at,
      async act({ params: { id }, body, caller, view }) {
        const detail = detailOf(body, view);
        await attemptOwn(service, caller, 'listing.deal.step', () =>
          database.transaction((tx) => takeStep(tx, id, detail, caller, clock.now())),
        );
        return at({ id });
      },
      again,
    },
  );

  form(
    '/market/deals/:id/offers',
    {
      ...WRITE,
      params: ById,
      body: Closed({
        kind: OneOf(DEAL_KINDS, 'what is offered for'),
        price: Typed,
        days: Typed,
        conditions: Typed,
      }),
    },
    {
      at,
      async act({ params: { id }, body, caller, view }) {
        const { words } = view;
        const price = amountOf(body.price);
        const days = Number(body.days);
        const is_number = Number.isInteger(days) && days >= 1 && days <= MAX_OFFER_DAYS_TYPED;
        const faults = {
          ...(!price && { price: words.say('deal.number_form') }),
          ...(!is_number && { days: words.say('deal.number_form') }),
        };
        requireNone(faults);
        const offer = {
          kind: body.kind,
          price_minor: toMinor(price!, VALUATION_CURRENCY),
          conditions: textOf(body.conditions),
          expires_at: new Date(clock.now().getTime() + days * DAY_ms).toISOString(),
        };
        await attemptOwn(service, caller, 'listing.deal.offer', () =>
          database.transaction((tx) => makeOffer(tx, id, offer, caller, clock.now())),
        );
        return `${at({ id })}#offers`;
      },
      again,
    },
  );

  form(
    '/market/deals/:id/messages',
    { access: EVERYONE, scope: 'write', params: ById, body: Closed({ text: Typed }) },
    {
      at,
      async act({ params: { id }, body, caller }) {
        const text = requireWords(body.text);
        await attemptOwn(service, caller, 'listing.deal.say', () =>
          database.transaction((tx) => say(tx, id, text, caller, clock.now())),
        );
        return `${at({ id })}#messages`;
      },
      again,
    },
  );

  form(
    '/market/deals/:id/identity',
    { ...WRITE, params: ById, body: Closed({ identity_reason: Typed }) },
    {
      at,
      async act({ params: { id }, body, caller }) {
        const reason = requireWords(body.identity_reason);
        await attemptOwn(service, caller, 'identity.ask', () =>
          database.transaction(async (tx) => {
            const deal = await findDeal(tx, id);
            if (!deal) throw missing();
            const context = { kind: 'listing', id: deal.listing_id } as const;
            await askIdentity(tx, deal.seller_pseudonym_id, { context, reason }, caller, clock.now());
          }),
        );
        return `${at({ id })}#identity`;
      },
      again,
    },
  );

  form(
    '/market/deals/:id/identity/:request_id',
    {
      ...WRITE,
      params: Closed({ id: Id, request_id: Id }),
      body: Closed({ step: OneOf(IDENTITY_STEPS, 'what the request becomes') }),
    },
    {
      at,
      async act({ params: { id, request_id }, body, caller }) {
        await attemptOwn(service, caller, 'identity.step', () =>
          database.transaction((tx) => takeIdentityStep(tx, request_id, body.step, caller, clock.now())),
        );
        return `${at({ id })}#identity`;
      },
      again,
    },
  );

  form(
    '/market/deals/:id/documents',
    { ...WRITE, params: ById, body: DocumentFields, large: DOCUMENT_SIZE },
    {
      at,
      async act({ params: { id }, body, caller, view }) {
        const document = documentOf(body, view.words);
        await attemptOwn(service, caller, 'listing.document.add', () =>
          database.transaction(async (tx) => {
            const deal = await findDeal(tx, id);
            if (!deal) throw missing();
            await addDocument(tx, service.vault, deal.listing_id, document, caller, clock.now());
          }),
        );
        return `${at({ id })}#documents`;
      },
      again: ({ params, view }, problem) => show(view, params.id, {}, problem),
      anew: ({ params, view }, problem) => show(view, params.id, {}, problem),
    },
  );

  form(
    '/market/deals/:id/documents/:document_id/rights',
    {
      ...WRITE,
      params: Closed({ id: Id, document_id: Id }),
      body: Closed({ may_see: OneOf(['true', 'false'], 'whether the buyer may see it') }),
    },
    {
      at,
      async act({ params: { id, document_id }, body, caller }) {
        const may_see = body.may_see === 'true';
        await attemptOwn(service, caller, 'listing.document.right', () =>
          database.transaction((tx) => letSee(tx, id, document_id, may_see, caller, clock.now())),
        );
        return `${at({ id })}#documents`;
      },
      again,
    },
  );

  formsOf(app, service)(
    '/market/deals/:id/documents/:document_id/views',
    {
      who: { access: TRADING, scope: 'read' },
      params: Closed({ id: Id, document_id: Id }),
      fields: {},
      at,
    },
    async ({ params: { id, document_id }, request, reply }) => {
      const caller = request.caller!;
      const { document, bytes } = await database.transaction((tx) =>
        openDocument(tx, service.vault, id, document_id, caller, clock.now()),
      );
      return sendFile(reply, document.media_type, document.name, bytes);
    },
  );

  async function show({ words }: View, id: string, typed: TypedFields = {}, problem: Problem | null = null) {
    const now = clock.now();
    const shown = await database.transaction(async (tx): Promise<DealPageShown> => {
      const stored = await findDeal(tx, id);
      if (!stored) throw missing();
      const deal = await showDeal(tx, stored, now);
      const [listing] = await showListings(tx, [(await findListing(tx, deal.listing_id))!], now);
      const requests = await requestsOf(tx, { limit: MOST_SHOWN });
      return {
        deal,
        listing: listing!,
        requests: requests.filter(
          ({ context }) => context.kind === 'listing' && context.id === deal.listing_id,
        ),
        messages: await messagesOf(tx, id, 0, MOST_SHOWN),
        documents: await documentsOf(tx, deal.listing_id),
        rights: await rightsOf(tx, deal.listing_id),
        typed,
        problem,
      };
    });
    return { title: words.say('deal.title'), body: <DealPage {...shown} /> };
  }

  function detailOf(typed: TypedFields & { step: Step }, { words }: View): StepDetail {
    const { step } = typed;
    const fault = words.say('problem.bad_request');
    switch (step) {
      case 'sign':
        return { step, agreement_sha256: typed.agreement_sha256 ?? '' };
      case 'accept':
        return { step, offer_id: typed.offer_id ?? '' };
      case 'file': {
        const filing_number = textOf(typed.filing_number);
        requireNone(filing_number === undefined ? { filing_number: fault } : {});
        return { step, filing_number: filing_number!, filed_on: dateOf(clock.now()) };
      }
      case 'close': {
        const costs = amountOf(typed.costs ?? '');
        requireNone(costs === undefined ? { costs: words.say('deal.number_form') } : {});
        return { step, costs_minor: costs ? toMinor(costs, VALUATION_CURRENCY) : 0 };
      }
      case 'withdraw': {
        const reason = textOf(typed.reason);
        requireNone(reason === undefined ? { reason: fault } : {});
        return { step, reason: reason! };
      }
      default:
        return { step: step as 'record' };
    }
  }
}

/** As a file to be kept, whatever it holds: a page of somebody else's is never shown as one of the service. */
function sendFile(reply: FastifyReply, media_type: string, name: string, bytes: Buffer): FastifyReply {
  return reply
    .type(media_type)
    .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`)
    .header('x-content-type-options', 'nosniff')
    .send(bytes);
}

function missing(): Problem {
  return new Problem('not_found', 'There is no such deal.');
}
