/** What the pages of listings and deals share. */
import type { Words } from '../../pages/language/words.ts';
import { type Faults, TextField } from '../../pages/parts/forms.tsx';
import { Table } from '../../pages/parts/parts.tsx';
import { fieldText } from '../../pages/parts/terms.ts';
import { useView } from '../../pages/view.ts';
import type { DealKind } from '../deals/machine.ts';
import type { ListingDeal } from '../deals/store.ts';
import type { ListingShown } from '../listings/read.ts';

/** What was typed into the form that came back. */
export type TypedFields = Readonly<Record<string, string | undefined>>;

export function Typing({
  name,
  label,
  typed,
  faults = {},
  type = 'text',
}: {
  name: string;
  label: string;
  typed: TypedFields;
  faults?: Faults;
  type?: 'text' | 'date';
}) {
  return (
    <TextField
      name={name}
      label={label}
      fault={faults[name]}
      input={{ value: typed[name] ?? '', type: type as 'text', autocomplete: 'off' }}
    />
  );
}

export function kindsText(kinds: readonly DealKind[], words: Words): string {
  return kinds.map((kind) => words.say(`deal_kind.${kind}`)).join(words.say('term.between'));
}

/** What is asked, and what the models say, side by side. */
export function askingText({ asking_minor, currency }: ListingShown, words: Words): string {
  return asking_minor === null ? words.say('market.open_price') : words.briefMoney(asking_minor, currency);
}

export function valueText({ value, currency }: ListingShown, words: Words): string {
  if (value === null) return words.say('market.no_value');
  const low = words.briefMoney(value.low_minor, currency);
  return words.say('market.between', { low, high: words.briefMoney(value.high_minor, currency) });
}

export function ListingTable({ listings, empty }: { listings: readonly ListingShown[]; empty: string }) {
  const { words } = useView();
  return (
    <Table<ListingShown>
      caption={words.say('market.title')}
      empty={empty}
      rows={listings}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('market.listing'),
          cell: ({ id, title }) => <a href={`/market/listings/${id}`}>{title}</a>,
        },
        {
          head: words.say('market.seller'),
          cell: ({ seller }) => seller.organisation?.name ?? seller.display_name,
        },
        { head: words.say('listing.kinds'), cell: ({ kinds }) => kindsText(kinds, words) },
        {
          head: words.say('listing.field'),
          cell: ({ patents }) =>
            [...new Set(patents.map(({ field }) => fieldText(field, words)))].join(words.say('term.between')),
        },
        { head: words.say('market.asking'), kind: 'number', cell: (listing) => askingText(listing, words) },
        { head: words.say('market.value'), kind: 'number', cell: (listing) => valueText(listing, words) },
        { head: words.say('market.state'), cell: ({ state }) => words.say(`listing_state.${state}`) },
        { head: words.say('market.until'), kind: 'short', cell: ({ expires_on }) => words.day(expires_on) },
      ]}
    />
  );
}

/** @param own by deal id whether the reader sells */
export function DealTable({ deals, empty }: { deals: readonly ListingDeal[]; empty: string }) {
  const { words } = useView();
  return (
    <Table<ListingDeal>
      caption={words.say('own.deals')}
      empty={empty}
      rows={deals}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('market.buyer'),
          cell: ({ id, buyer_name }) => <a href={`/market/deals/${id}`}>{buyer_name}</a>,
        },
        { head: words.say('market.seller'), cell: ({ seller_name }) => seller_name },
        { head: words.say('own.stage'), cell: ({ stage }) => words.say(`stage.${stage}`) },
        {
          head: words.say('deal.when'),
          kind: 'short',
          cell: ({ changed_at }) => words.instant(changed_at),
        },
      ]}
    />
  );
}

/** Where the pages of the market are. */
export function MarketLinks() {
  const { words, caller, address } = useView();
  const links = [
    { href: '/market', text: words.say('market.title') },
    { href: '/market/wants', text: words.say('market.wants') },
    ...(caller?.kind === 'staff' ? [] : [{ href: '/market/own', text: words.say('market.own') }]),
    ...(caller?.kind === 'bank' ? [{ href: '/market/consents', text: words.say('market.consents') }] : []),
  ];
  return (
    <nav class="views" aria-label={words.say('market.title')}>
      <ul>
        {links.map(({ href, text }) => (
          <li key={href}>
            <a href={href} aria-current={address.split('?')[0] === href ? 'page' : undefined}>
              {text}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
