import { VALUATION_CURRENCY } from '../../../models/valuation.ts';
import type { Problem } from '../../errors.ts';
import { AreaField, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Section, Table } from '../../pages/parts/parts.tsx';
import { fieldText } from '../../pages/parts/terms.ts';
import { useView } from '../../pages/view.ts';
import { DEAL_KINDS } from '../deals/machine.ts';
import type { Listing } from '../listings/store.ts';
import type { WantShown } from '../wants/read.ts';
import { kindsText, MarketLinks, type TypedFields, Typing } from './parts.tsx';
import { faultsIn } from './typed.ts';

export interface WantsShown {
  wants: readonly WantShown[];
  /** The reader's own that are open. */
  listings: readonly Listing[];
  typed: TypedFields;
  problem: Problem | null;
}

export function WantsPage({ wants, listings, typed, problem }: WantsShown) {
  const view = useView();
  const { words } = view;
  const writes = may(view, 'write') && view.caller?.kind !== 'staff';
  return (
    <>
      <div class="heading">
        <h1>{words.say('market.wants')}</h1>
        <p>{words.say('wants.lead')}</p>
        <MarketLinks />
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('market.wants')}>
        <Table<WantShown>
          caption={words.say('market.wants')}
          empty={words.say('wants.none')}
          rows={wants}
          keyOf={({ id }) => id}
          columns={[
            {
              head: words.say('wants.want'),
              cell: ({ title, summary }) => (
                <>
                  <strong>{title}</strong> {summary}
                </>
              ),
            },
            {
              head: words.say('market.buyer'),
              cell: ({ buyer }) => buyer.organisation?.name ?? buyer.display_name,
            },
            { head: words.say('listing.kinds'), cell: ({ kinds }) => kindsText(kinds, words) },
            {
              head: words.say('listing.field'),
              cell: ({ fields }) =>
                fields.length === 0
                  ? words.say('market.any')
                  : fields.map((field) => fieldText(field, words)).join(words.say('term.between')),
            },
            {
              head: words.say('wants.budget'),
              kind: 'number',
              cell: ({ budget_minor, currency }) =>
                budget_minor === null
                  ? words.say('market.open_price')
                  : words.briefMoney(budget_minor, currency),
            },
            {
              head: words.say('market.until'),
              kind: 'short',
              cell: ({ expires_on }) => words.day(expires_on),
            },
            {
              head: words.say('account.change'),
              cell: (want) => <Answer want={want} listings={writes ? listings : []} />,
            },
          ]}
        />
      </Section>
      {writes && <NewWant typed={typed} problem={problem} />}
    </>
  );
}

/** To one's own want there is nothing to answer; what was pointed out is led to. */
function Answer({ want, listings }: { want: WantShown; listings: readonly Listing[] }) {
  const { words } = useView();
  const told = want.answers.map(({ listing_id }) => (
    <a key={listing_id} href={`/market/listings/${listing_id}`}>
      {words.say('market.listing')}{' '}
    </a>
  ));
  if (want.own || listings.length === 0) return <>{told}</>;
  return (
    <>
      {told}
      <SendForm small action={`/market/wants/${want.id}/answers`} send={words.say('wants.answer')}>
        <Choice
          name="listing_id"
          label={words.say('market.listing')}
          chosen=""
          options={listings.map(({ id, title }) => ({ value: id, text: title }))}
        />
      </SendForm>
    </>
  );
}

function NewWant({ typed, problem }: Pick<WantsShown, 'typed' | 'problem'>) {
  const { words } = useView();
  const faults = faultsIn(problem, words);
  return (
    <Section title={words.say('wants.new')} id="new">
      <SendForm action="/market/wants" send={words.say('wants.send')}>
        <Typing name="title" label={words.say('own.heading')} typed={typed} faults={faults} />
        <AreaField
          name="summary"
          label={words.say('listing.about')}
          value={typed.summary ?? ''}
          fault={faults.summary}
          rows={3}
        />
        <Choice
          name="kind"
          label={words.say('listing.kinds')}
          chosen={typed.kind ?? 'sale'}
          options={DEAL_KINDS.map((value) => ({ value, text: words.say(`deal_kind.${value}`) }))}
        />
        <Typing
          name="budget"
          label={words.say('wants.budget_field', { currency: VALUATION_CURRENCY })}
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
      </SendForm>
    </Section>
  );
}
