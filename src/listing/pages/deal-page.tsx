import type { IdentityRequest } from '../../anonymity/store.ts';
import type { Problem } from '../../errors.ts';
import { AreaField, Done, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Document, DocumentRight } from '../data-room/store.ts';
import { OVER } from '../deals/machine.ts';
import type { DealShown } from '../deals/read.ts';
import type { DealStep, Message, Offer } from '../deals/store.ts';
import type { ListingShown } from '../listings/read.ts';
import { DocumentForm } from './document-form.tsx';
import { NextSteps } from './next-steps.tsx';
import { MarketLinks, type TypedFields, Typing } from './parts.tsx';
import { faultsIn } from './typed.ts';

export interface DealPageShown {
  deal: DealShown;
  listing: ListingShown;
  /** Over the listing: the reader's own, and to its seller those of all who ask. */
  requests: readonly IdentityRequest[];
  messages: readonly Message[];
  documents: readonly Document[];
  rights: readonly DocumentRight[];
  typed: TypedFields;
  problem: Problem | null;
}

export function DealPage(shown: DealPageShown) {
  const view = useView();
  const { words } = view;
  const { deal, listing, problem } = shown;
  const writes = may(view, 'write');
  const side = { seller: 'deal.you_sell', buyer: 'deal.you_buy' } as const;
  return (
    <>
      <div class="heading">
        <h1>{words.say('deal.over', { title: listing.title })}</h1>
        <p>{words.say(side[deal.side as 'seller'] ?? 'deal.you_help')}</p>
        <MarketLinks />
      </div>
      <Refusal problem={problem} />
      {deal.stage === 'closed' && <Done>{words.say('stage.closed')}</Done>}
      <Facts
        facts={[
          { label: words.say('own.stage'), value: words.say(`stage.${deal.stage}`) },
          ...(deal.price_minor === null
            ? []
            : [{ label: words.say('deal.agreed'), value: words.money(deal.price_minor, deal.currency) }]),
          { label: words.say('listing.channel'), value: words.say(`channel.${deal.channel}`) },
        ]}
      />
      <Parties deal={deal} />
      {writes && <NextSteps deal={deal} listing={listing} typed={shown.typed} problem={problem} />}
      {deal.side !== 'team' && <WhoSells {...shown} writes={writes} />}
      {deal.side !== 'team' && (
        <p>
          <a href={`/market/deals/${deal.id}/expectations`}>{words.say('expectation.title')}</a>
        </p>
      )}
      <Offers offers={deal.offers} />
      {deal.side !== 'team' && <DataRoom {...shown} writes={writes} />}
      <Messages {...shown} writes={writes} />
      <History steps={deal.steps} />
    </>
  );
}

function Parties({ deal: { seller, buyer, listing_id } }: { deal: DealShown }) {
  const { words } = useView();
  const rows = [
    { side: 'seller', ...seller },
    { side: 'buyer', ...buyer },
  ] as const;
  return (
    <Section title={words.say('deal.parties')}>
      <Table<(typeof rows)[number]>
        caption={words.say('deal.parties')}
        empty=""
        rows={rows}
        keyOf={({ side }) => side}
        columns={[
          { head: words.say('deal.who'), cell: ({ side }) => words.say(`side.${side}`) },
          { head: words.say('own.with'), cell: ({ display_name }) => display_name },
          {
            head: words.say('account.name'),
            cell: ({ organisation }) => organisation?.name ?? words.say('deal.unknown'),
          },
          { head: words.say('deal.contact'), cell: ({ contact }) => contact ?? '' },
        ]}
      />
      <p>
        <a href={`/market/listings/${listing_id}`}>{words.say('market.listing')}</a>
      </p>
    </Section>
  );
}

function WhoSells({ deal, requests, writes, typed }: DealPageShown & { writes: boolean }) {
  const { words } = useView();
  const at = `/market/deals/${deal.id}`;
  const is_buyer = deal.side === 'buyer';
  const may_ask = is_buyer && writes && requests.length === 0 && !OVER.includes(deal.stage);
  if (requests.length === 0 && !may_ask) return null;
  return (
    <Section title={words.say('deal.identity')} note={words.say('deal.identity_note')} id="identity">
      {may_ask && (
        <SendForm action={`${at}/identity`} send={words.say('deal.ask_identity')}>
          <Typing name="identity_reason" label={words.say('deal.reason')} typed={typed} />
        </SendForm>
      )}
      {requests.map(({ id, state, asker, reason }) => (
        <div key={id} class="acts">
          <p>
            {!is_buyer && `${words.say('deal.asks', { name: asker.name })}: `}
            {reason} ({words.say(`identity_state.${state}`)})
          </p>
          {writes && !is_buyer && state === 'asked' && (
            <>
              <SendForm
                small
                action={`${at}/identity/${id}`}
                told={{ step: 'consented' }}
                send={words.say('deal.consent_identity')}
              />
              <SendForm
                small
                action={`${at}/identity/${id}`}
                told={{ step: 'refused' }}
                send={words.say('deal.refuse_identity')}
              />
            </>
          )}
          {writes && is_buyer && state === 'consented' && (
            <SendForm
              small
              action={`${at}/identity/${id}`}
              told={{ step: 'revealed' }}
              send={words.say('deal.use_consent')}
            />
          )}
        </div>
      ))}
    </Section>
  );
}

function Offers({ offers }: { offers: readonly Offer[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('deal.offers')} id="offers">
      <Table<Offer>
        caption={words.say('deal.offers')}
        empty={words.say('deal.no_offers')}
        rows={offers}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('deal.who'), cell: ({ side }) => words.say(`side.${side}`) },
          { head: words.say('deal.kind'), cell: ({ kind }) => words.say(`deal_kind.${kind}`) },
          {
            head: words.say('deal.price_head'),
            kind: 'number',
            cell: ({ price_minor, currency }) => words.money(price_minor, currency),
          },
          { head: words.say('deal.conditions'), cell: ({ conditions }) => conditions ?? '' },
          { head: words.say('market.until'), cell: ({ expires_at }) => words.instant(expires_at) },
        ]}
      />
    </Section>
  );
}

function DataRoom({ deal, documents, rights, writes, problem }: DealPageShown & { writes: boolean }) {
  const { words } = useView();
  const sells = deal.side === 'seller';
  const seen = (document_id: string) =>
    rights.some(
      (right) => right.document_id === document_id && right.deal_id === deal.id && !right.revoked_at,
    );
  const adds = sells && writes && !OVER.includes(deal.stage);
  if (documents.length === 0 && !adds) return null;
  return (
    <Section
      title={words.say('listing.documents')}
      {...(adds && { note: words.say('listing.documents_note') })}
      id="documents"
    >
      <Table<Document>
        caption={words.say('listing.documents')}
        empty={words.say('listing.no_documents')}
        rows={documents}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('listing.document'), cell: ({ name }) => name },
          {
            head: words.say('account.change'),
            cell: ({ id }) =>
              sells && writes ? (
                <SendForm
                  small
                  action={`/market/deals/${deal.id}/documents/${id}/rights`}
                  told={{ may_see: String(!seen(id)) }}
                  send={words.say(seen(id) ? 'deal.hide_document' : 'deal.show_document')}
                />
              ) : (
                <SendForm
                  small
                  action={`/market/deals/${deal.id}/documents/${id}/views`}
                  send={words.say('deal.open_document')}
                />
              ),
          },
        ]}
      />
      {adds && (
        <DocumentForm action={`/market/deals/${deal.id}/documents`} faults={faultsIn(problem, words)} />
      )}
    </Section>
  );
}

function Messages({ deal, messages, writes, typed }: DealPageShown & { writes: boolean }) {
  const { words } = useView();
  return (
    <Section title={words.say('deal.messages')} id="messages">
      <Table<Message>
        caption={words.say('deal.messages')}
        empty={words.say('deal.no_messages')}
        rows={messages}
        keyOf={({ seq }) => String(seq)}
        columns={[
          { head: words.say('deal.when'), kind: 'short', cell: ({ at }) => words.instant(at) },
          { head: words.say('deal.who'), cell: ({ side }) => words.say(`side.${side}`) },
          { head: words.say('listing.message'), cell: ({ text }) => text },
        ]}
      />
      {writes && !OVER.includes(deal.stage) && (
        <SendForm action={`/market/deals/${deal.id}/messages`} send={words.say('deal.say')}>
          <AreaField name="text" label={words.say('listing.message')} value={typed.text ?? ''} rows={2} />
        </SendForm>
      )}
    </Section>
  );
}

function History({ steps }: { steps: readonly DealStep[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('deal.history')} id="history">
      <Table<DealStep>
        caption={words.say('deal.history')}
        empty=""
        rows={steps}
        keyOf={({ seq }) => String(seq)}
        columns={[
          { head: words.say('deal.when'), kind: 'short', cell: ({ at }) => words.instant(at) },
          { head: words.say('deal.who'), cell: ({ side }) => words.say(`side.${side}`) },
          { head: words.say('deal.what'), cell: ({ step }) => words.say(`step.${step}`) },
          { head: words.say('own.stage'), cell: ({ stage }) => words.say(`stage.${stage}`) },
        ]}
      />
    </Section>
  );
}
