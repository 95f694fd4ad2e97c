import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import type { Problem } from '../../errors.ts';
import { AreaField, type Faults, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Pledge } from '../../pledges/store.ts';
import { DEAL_KINDS } from '../deals/machine.ts';
import type { ListingDeal } from '../deals/store.ts';
import type { ListingShown } from '../listings/read.ts';
import { DealTable, ListingTable, MarketLinks, type TypedFields, Typing } from './parts.tsx';

export interface OwnShown {
  listings: readonly ListingShown[];
  deals: readonly ListingDeal[];
  /** Of a bank, in default and not yet in disposal. */
  defaulted: readonly Pledge[];
  typed: TypedFields;
  faults: Faults;
  problem: Problem | null;
}

export function OwnPage({ listings, deals, defaulted, typed, faults, problem }: OwnShown) {
  const view = useView();
  const { words, caller } = view;
  const writes = may(view, 'write');
  return (
    <>
      <div class="heading">
        <h1>{words.say('market.own')}</h1>
        <MarketLinks />
      </div>
      <Refusal problem={problem} />
      {caller?.kind === 'bank' && <Defaulted pledges={defaulted} />}
      <Section title={words.say('own.listings')}>
        <ListingTable listings={listings} empty={words.say('own.none')} />
      </Section>
      <Section title={words.say('own.deals')} id="deals">
        <DealTable deals={deals} empty={words.say('own.no_deals')} />
      </Section>
      {writes && (
        <Section title={words.say('own.new')} note={words.say('market.lead')} id="new">
          <SendForm action="/market/own" send={words.say('own.send')}>
            <AreaField
              name="numbers"
              label={words.say('own.numbers')}
              value={typed.numbers ?? ''}
              fault={faults.numbers}
              rows={3}
            />
            <Typing name="title" label={words.say('own.heading')} typed={typed} faults={faults} />
            <AreaField
              name="summary"
              label={words.say('listing.about')}
              value={typed.summary ?? ''}
              fault={faults.summary}
              rows={4}
            />
            <Choice
              name="kind"
              label={words.say('listing.kinds')}
              chosen={typed.kind ?? 'sale'}
              options={DEAL_KINDS.map((value) => ({ value, text: words.say(`deal_kind.${value}`) }))}
            />
            <Typing
              name="asking"
              label={words.say('own.price', { currency: VALUATION_CURRENCY })}
              typed={typed}
              faults={faults}
            />
            <Typing
              name="expires_on"
              label={words.say('market.until')}
              typed={typed}
              faults={faults}
              type="date"
            />
            <Typing name="contact" label={words.say('listing.contact')} typed={typed} faults={faults} />
          </SendForm>
        </Section>
      )}
    </>
  );
}

function Defaulted({ pledges }: { pledges: readonly Pledge[] }) {
  const view = useView();
  const { words } = view;
  return (
    <Section title={words.say('own.defaults')} note={words.say('own.defaults_note')} id="defaults">
      <Table<Pledge>
        caption={words.say('own.defaults')}
        empty={words.say('own.no_defaults')}
        rows={pledges}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.say('consents.pledge'),
            cell: ({ id, registration_number }) => <a href={`/pledges/${id}`}>{registration_number ?? id}</a>,
          },
          {
            head: words.say('account.change'),
            cell: ({ id }) =>
              may(view, 'write') && (
                <SendForm small action={`/market/own/pledges/${id}`} send={words.say('own.list_pledge')} />
              ),
          },
        ]}
      />
    </Section>
  );
}
