import type { Problem } from '../../errors.ts';
import type { Words } from '../../pages/language/words.ts';
import { AreaField, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { fieldText } from '../../pages/parts/terms.ts';
import { useView } from '../../pages/view.ts';
import type { Document, DocumentView } from '../data-room/store.ts';
import type { ListingDeal } from '../deals/store.ts';
import type { ListingShown } from '../listings/read.ts';
import { DocumentForm } from './document-form.tsx';
import {
  askingText,
  DealTable,
  kindsText,
  MarketLinks,
  type TypedFields,
  Typing,
  valueText,
} from './parts.tsx';
import { faultsIn } from './typed.ts';

export interface ListingPageShown {
  listing: ListingShown;
  /** The reader's own over it. */
  deals: readonly ListingDeal[];
  documents: readonly Document[];
  views: readonly DocumentView[];
  typed: TypedFields;
  problem: Problem | null;
}

export function ListingPage({ listing, deals, documents, views, typed, problem }: ListingPageShown) {
  const view = useView();
  const { words } = view;
  const writes = may(view, 'write');
  const { id, own, state, kept } = listing;
  return (
    <>
      <div class="heading">
        <h1>{listing.title}</h1>
        <p>{listing.seller.organisation?.name ?? listing.seller.display_name}</p>
        <MarketLinks />
      </div>
      <Refusal problem={problem} />
      <Facts
        facts={[
          { label: words.say('market.asking'), value: askingText(listing, words) },
          {
            label: words.say('market.value'),
            value: valueText(listing, words),
            note: words.say('market.value_note'),
          },
          { label: words.say('market.state'), value: words.say(`listing_state.${state}`) },
          { label: words.say('market.until'), value: words.day(listing.expires_on) },
        ]}
      />
      <Section title={words.say('listing.about')}>
        <p>{listing.summary}</p>
        {listing.know_how && (
          <p>
            <strong>{words.say('listing.know_how')}:</strong> {listing.know_how}
          </p>
        )}
        <p>
          <strong>{words.say('listing.kinds')}:</strong> {kindsText(listing.kinds, words)}
        </p>
        <p>
          <strong>{words.say('listing.territories')}:</strong>{' '}
          {listing.territories.join(words.say('term.between'))}
        </p>
        {kept?.plan && (
          <p>
            <strong>{words.say('listing.plan')}:</strong> {kept.plan}
          </p>
        )}
      </Section>
      <Section title={words.say('listing.patents')} note={words.say('listing.patents_note')}>
        <Patents listing={listing} />
        <p>{words.say(`listing.owner.${listing.registered_owner}`)}</p>
      </Section>
      {!own && writes && state === 'open' && deals.length === 0 && (
        <Section title={words.say('listing.enquire')} note={words.say('listing.enquire_note')}>
          <SendForm action={`/market/listings/${id}/enquiries`} send={words.say('listing.enquire')}>
            <Choice
              name="channel"
              label={words.say('listing.channel')}
              chosen={typed.channel ?? listing.channels[0]!}
              options={listing.channels.map((value) => ({ value, text: words.say(`channel.${value}`) }))}
            />
            <AreaField
              name="message"
              label={words.say('listing.message')}
              value={typed.message ?? ''}
              rows={4}
            />
            <Typing name="contact" label={words.say('listing.contact')} typed={typed} />
          </SendForm>
        </Section>
      )}
      {(own || deals.length > 0) && (
        <Section title={words.say('listing.deals')} id="deals">
          <DealTable deals={deals} empty={words.say('listing.no_deals')} />
        </Section>
      )}
      {own && <DataRoom {...{ listing, documents, views, problem }} />}
      {own && writes && state === 'open' && (
        <SendForm action={`/market/listings/${id}/withdrawal`} send={words.say('listing.withdraw')} />
      )}
    </>
  );
}

function Patents({ listing }: { listing: ListingShown }) {
  const { words } = useView();
  const rows = listing.patents.map((patent, index) => ({ ...patent, key: String(index) }));
  return (
    <Table<(typeof rows)[number]>
      caption={words.say('listing.patents')}
      empty={words.say('listing.hidden')}
      rows={rows}
      keyOf={({ key }) => key}
      columns={[
        {
          head: words.say('listing.patent'),
          cell: ({ patent, office }) =>
            patent ? (
              <a href={`/patents/${patent.patent_id}`}>{`${office} ${patent.application_number}`}</a>
            ) : (
              words.say('listing.hidden')
            ),
        },
        {
          head: words.say('listing.office'),
          cell: ({ office, right_type }) => `${office}, ${words.say(`right.${right_type}`)}`,
        },
        { head: words.say('listing.field'), cell: ({ field }) => fieldText(field, words) },
        { head: words.say('listing.legal'), cell: ({ legal_state }) => words.say(`legal.${legal_state}`) },
        {
          head: words.say('listing.years'),
          kind: 'number',
          cell: ({ years_left }) =>
            years_left === null ? words.say('term.unknown') : words.number(years_left),
        },
        { head: words.say('listing.burdens'), cell: (patent) => burdensText(patent, words) },
      ]}
    />
  );
}

function burdensText(
  { pledged, encumbrances }: Pick<ListingShown['patents'][number], 'pledged' | 'encumbrances'>,
  words: Words,
): string {
  const all = [
    ...(pledged ? [words.say('listing.pledged')] : []),
    ...encumbrances.map((kind) => words.say(`burden.${kind}`)),
  ];
  return all.length === 0 ? words.say('listing.no_burden') : all.join(words.say('term.between'));
}

type DataRoomProps = Pick<ListingPageShown, 'listing' | 'documents' | 'views' | 'problem'>;

function DataRoom({ listing, documents, views, problem }: DataRoomProps) {
  const view = useView();
  const { words } = view;
  return (
    <Section title={words.say('listing.documents')} note={words.say('listing.documents_note')} id="documents">
      <Table<Document>
        caption={words.say('listing.documents')}
        empty={words.say('listing.no_documents')}
        rows={documents}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('listing.document'), cell: ({ name }) => name },
          {
            head: words.say('listing.seen'),
            kind: 'number',
            cell: ({ id }) => words.number(views.filter(({ document_id }) => document_id === id).length),
          },
        ]}
      />
      {may(view, 'write') && (
        <DocumentForm action={`/market/listings/${listing.id}/documents`} faults={faultsIn(problem, words)} />
      )}
    </Section>
  );
}
