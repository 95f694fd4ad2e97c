import { AskForm, Choice, Section, TextAsked } from '../../pages/parts/parts.tsx';
import { fieldText } from '../../pages/parts/terms.ts';
import { useView } from '../../pages/view.ts';
import { DEAL_KINDS } from '../deals/machine.ts';
import type { ListingShown } from '../listings/read.ts';
import { ListingTable, MarketLinks } from './parts.tsx';

const FIELDS = Array.from({ length: 35 }, (_, index) => index + 1);

export interface MarketAsked {
  kind?: string | undefined;
  office?: string | undefined;
  field?: string | undefined;
}

export function MarketPage({
  listings,
  asked,
  next_cursor,
}: {
  listings: readonly ListingShown[];
  asked: MarketAsked;
  next_cursor: string | null;
}) {
  const { words } = useView();
  const any = { value: '', text: words.say('market.any') };
  const more = new URLSearchParams({
    kind: asked.kind ?? '',
    office: asked.office ?? '',
    field: asked.field ?? '',
    cursor: next_cursor ?? '',
  });
  return (
    <>
      <div class="heading">
        <h1>{words.say('market.title')}</h1>
        <p>{words.say('market.lead')}</p>
        <MarketLinks />
      </div>
      <Section title={words.say('market.listing')}>
        <AskForm action="/market">
          <Choice
            name="kind"
            label={words.say('market.filter_kind')}
            chosen={asked.kind ?? ''}
            options={[any, ...DEAL_KINDS.map((value) => ({ value, text: words.say(`deal_kind.${value}`) }))]}
          />
          <Choice
            name="field"
            label={words.say('market.filter_field')}
            chosen={asked.field ?? ''}
            options={[
              any,
              ...FIELDS.map((field) => ({ value: String(field), text: fieldText(field, words) })),
            ]}
          />
          <TextAsked name="office" label={words.say('market.filter_office')} value={asked.office ?? ''} />
        </AskForm>
        <ListingTable listings={listings} empty={words.say('market.none')} />
        {next_cursor !== null && (
          <p>
            <a href={`/market?${more}`}>{words.say('market.more')}</a>
          </p>
        )}
      </Section>
    </>
  );
}
