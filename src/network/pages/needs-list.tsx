import type { JSX } from 'preact';
import type { OwnPseudonym } from '../../anonymity/store.ts';
import type { Problem } from '../../errors.ts';
import type { Key } from '../../pages/language/catalogue.ts';
import { AreaField, Field, PostForm, Refusal } from '../../pages/parts/forms.tsx';
import { Choice, DayField, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Need } from '../needs/need.ts';
import type { Offer } from '../needs/offer.ts';
import { OFFER_KINDS } from '../needs/posting.ts';
import {
  Fields,
  KindBoxes,
  MAX_AREA_CHARACTERS,
  ProfileChoice,
  PseudonymChoice,
  SearchForm,
  type Sought,
  Tabs,
  type Typed,
  useFieldOptions,
} from './needs-parts.tsx';
import { PAGE_CURRENCY } from './needs-read.ts';

interface ListProps<Row> {
  own: readonly Row[] | null;
  open: readonly Row[];
  sought: Sought;
  /** Address of the page after. */
  next: string | null;
}

export function NeedsPage(props: ListProps<Need>) {
  return <Postings {...props} at="needs" address="/network" post="network.post_need" table={NeedsTable} />;
}

export function OffersPage(props: ListProps<Offer>) {
  return (
    <Postings
      {...props}
      at="offers"
      address="/network/offers"
      post="network.post_offer"
      table={OffersTable}
    />
  );
}

type PostingsProps<Row> = ListProps<Row> & {
  at: 'needs' | 'offers';
  /** Where they are searched for. */
  address: string;
  post: Key;
  table: (props: { caption: string; rows: readonly Row[] }) => JSX.Element;
};

/** The own ones and what others have posted. */
function Postings<Row>({ own, open, sought, next, at, address, post, table: Rows }: PostingsProps<Row>) {
  const { words } = useView();
  const [own_title, open_title] = [words.say(`network.own_${at}`), words.say(`network.open_${at}`)];
  return (
    <>
      <Heading at={at} />
      {own && (
        <Section title={own_title} note={words.say('network.post_note')}>
          <Rows caption={own_title} rows={own} />
          <p>
            <a class="button primary" href={`/network/${at}/new`}>
              {words.say(post)}
            </a>
          </p>
        </Section>
      )}
      <Section title={open_title}>
        <SearchForm action={address} sought={sought} />
        <Rows caption={open_title} rows={open} />
        <Next address={next} />
      </Section>
    </>
  );
}

export function Heading({ at }: { at: Parameters<typeof Tabs>[0]['at'] }) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.network')}</h1>
        <p>{words.say('network.lead')}</p>
      </div>
      <Tabs at={at} />
    </>
  );
}

function Next({ address }: { address: string | null }) {
  const { words } = useView();
  if (address === null) return null;
  return (
    <p>
      <a class="button" href={address}>
        {words.say('pager.after')}
      </a>
    </p>
  );
}

function NeedsTable({ caption, rows }: { caption: string; rows: readonly Need[] }) {
  const { words } = useView();
  return (
    <Table<Need>
      caption={caption}
      empty={words.say('network.no_needs')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('network.need'),
          cell: ({ id, title }) => <a href={`/network/needs/${id}`}>{title}</a>,
        },
        { head: words.say('network.shown_as'), cell: ({ display_name }) => display_name },
        {
          head: words.say('network.region'),
          kind: 'short',
          cell: ({ region }) => region ?? words.say('network.anywhere'),
        },
        { head: words.say('network.field'), cell: ({ fields }) => <Fields fields={fields} /> },
        {
          head: words.say('network.state'),
          kind: 'short',
          cell: ({ state }) => words.say(`need_state.${state}`),
        },
        { head: words.say('network.ends_on'), kind: 'short', cell: ({ ends_on }) => words.day(ends_on) },
      ]}
    />
  );
}

function OffersTable({ caption, rows }: { caption: string; rows: readonly Offer[] }) {
  const { words } = useView();
  return (
    <Table<Offer>
      caption={caption}
      empty={words.say('network.no_offers')}
      rows={rows}
      keyOf={({ id }) => id}
      columns={[
        {
          head: words.say('network.offer'),
          cell: ({ id, title }) => <a href={`/network/offers/${id}`}>{title}</a>,
        },
        {
          head: words.say('network.kind'),
          kind: 'short',
          cell: ({ kind }) => words.say(`network.kind.${kind}`),
        },
        { head: words.say('network.shown_as'), cell: ({ display_name }) => display_name },
        {
          head: words.say('network.region'),
          kind: 'short',
          cell: ({ region }) => region ?? words.say('network.anywhere'),
        },
        { head: words.say('network.field'), cell: ({ fields }) => <Fields fields={fields} /> },
        {
          head: words.say('network.state'),
          kind: 'short',
          cell: ({ state }) => words.say(`offer_state.${state}`),
        },
      ]}
    />
  );
}

interface FormProps {
  typed: Typed;
  pseudonyms: readonly OwnPseudonym[];
  problem: Problem | null;
}

export function NewNeedPage({ typed, pseudonyms, problem }: FormProps) {
  const { words } = useView();
  return (
    <>
      <Heading at="needs" />
      <Section title={words.say('network.post_need')} note={words.say('network.post_note')}>
        <PostForm action="/network/needs" class="send">
          <Refusal problem={problem} />
          <Said typed={typed} problem={problem} />
          {(['wanted_regions', 'excluded_regions'] as const).map((name) => (
            <Field
              key={name}
              name={name}
              label={words.say(`network.${name}`)}
              note={words.say('network.regions_hint')}
              input={{ value: typed[name], autocomplete: 'off' }}
              problem={problem}
            />
          ))}
          <KindBoxes typed={typed} />
          <DayField name="starts_on" label={words.say('network.starts_on')} value={typed.starts_on ?? ''} />
          <DayField name="ends_on" label={words.say('network.ends_on')} value={typed.ends_on ?? ''} />
          <Amounts what="budget" typed={typed} problem={problem} />
          <PseudonymChoice chosen={typed.pseudonym_id ?? ''} own={pseudonyms} />
          <button type="submit" class="button primary">
            {words.say('network.post_need')}
          </button>
        </PostForm>
      </Section>
    </>
  );
}

export function NewOfferPage({ typed, pseudonyms, problem }: FormProps) {
  const { words, caller } = useView();
  const kinds = OFFER_KINDS.filter(
    (kind) => kind !== 'listing' && (['patent', 'technology'].includes(kind) || kind === caller!.kind),
  );
  return (
    <>
      <Heading at="offers" />
      <Section title={words.say('network.post_offer')} note={words.say('network.post_note')}>
        <PostForm action="/network/offers" class="send">
          <Refusal problem={problem} />
          <Choice
            name="kind"
            label={words.say('network.kind')}
            chosen={typed.kind ?? 'technology'}
            options={kinds.map((value) => ({ value, text: words.say(`network.kind.${value}`) }))}
          />
          <Said typed={typed} problem={problem} />
          <AreaField
            name="patents"
            label={words.say('network.patent_numbers')}
            value={typed.patents ?? ''}
            rows={2}
            max_length={MAX_AREA_CHARACTERS}
            problem={problem}
          />
          <DayField
            name="available_from"
            label={words.say('network.available_from')}
            value={typed.available_from ?? ''}
          />
          <DayField
            name="available_until"
            label={words.say('network.available_until')}
            value={typed.available_until ?? ''}
          />
          <Amounts what="price" typed={typed} problem={problem} />
          <PseudonymChoice chosen={typed.pseudonym_id ?? ''} own={pseudonyms} />
          <button type="submit" class="button primary">
            {words.say('network.post_offer')}
          </button>
        </PostForm>
      </Section>
    </>
  );
}

interface SaidProps {
  typed: Typed;
  problem: Problem | null;
}

/** What needs and offers both say. */
function Said({ typed, problem }: SaidProps) {
  const { words } = useView();
  return (
    <>
      <Field
        name="title"
        label={words.say('network.title')}
        input={{ value: typed.title, maxLength: 200, autocomplete: 'off' }}
        problem={problem}
      />
      <AreaField
        name="body"
        label={words.say('network.body')}
        value={typed.body ?? ''}
        rows={5}
        max_length={MAX_AREA_CHARACTERS}
        problem={problem}
      />
      <ProfileChoice chosen={typed.profile ?? ''} />
      <Field
        name="region"
        label={words.say('network.region')}
        note={words.say('network.region_hint')}
        input={{ value: typed.region, maxLength: 6, autocomplete: 'off' }}
        problem={problem}
      />
      <Choice
        name="field"
        label={words.say('network.field')}
        chosen={typed.field ?? ''}
        options={useFieldOptions()}
      />
    </>
  );
}

function Amounts({ what, typed, problem }: SaidProps & { what: 'budget' | 'price' }) {
  const { words } = useView();
  return (
    <fieldset>
      <legend>{words.say(`network.${what}`)}</legend>
      {(['min', 'max'] as const).map((end) => (
        <Field
          key={end}
          name={`${what}_${end}`}
          label={words.say(`network.money_${end}`, { currency: PAGE_CURRENCY })}
          input={{ value: typed[`${what}_${end}`], inputMode: 'decimal', autocomplete: 'off' }}
          problem={problem}
        />
      ))}
    </fieldset>
  );
}
