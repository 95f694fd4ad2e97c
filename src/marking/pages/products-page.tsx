import type { Problem } from '../../errors.ts';
import { AreaField, Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Product } from '../products/store.ts';

/** A product as it is typed. */
export const NO_DRAFT = { name: '', gtin: '', territory: '', patents: '' };

interface Props {
  products: readonly Product[];
  draft: typeof NO_DRAFT;
  problem: Problem | null;
}

export function ProductsPage({ products, draft, problem }: Props) {
  const view = useView();
  const { words, caller } = view;
  const is_staff = caller?.kind === 'staff';
  const waiting = products.filter(({ state }) => state === 'submitted');
  return (
    <>
      <div class="heading">
        <h1>{words.say('marking.title')}</h1>
        <p>
          <a href="/marking/anomalies">{words.say('marking.anomalies')}</a>{' '}
          <a href="/marking/claims">{words.say('marking.claims')}</a>
        </p>
      </div>
      {is_staff && (
        <Section title={words.say('marking.queue')}>
          <ProductTable products={waiting} caption={words.say('marking.queue')} />
        </Section>
      )}
      <Section title={words.say('marking.products')} note={words.say('marking.products_note')}>
        <ProductTable products={products} caption={words.say('marking.products')} />
      </Section>
      {!is_staff && may(view, 'write') && (
        <Section id="submit" title={words.say('marking.submit')}>
          <Refusal problem={problem} />
          <SendForm action="/marking" send={words.say('marking.submit_send')}>
            <Field
              name="name"
              label={words.say('marking.name')}
              input={{ value: draft.name, required: true }}
              problem={problem}
            />
            <Field
              name="gtin"
              label={words.say('marking.gtin')}
              note={words.say('marking.gtin_hint')}
              input={{ value: draft.gtin, inputMode: 'numeric' }}
              problem={problem}
            />
            <Field
              name="territory"
              label={words.say('marking.territory')}
              note={words.say('marking.territory_hint')}
              input={{ value: draft.territory }}
              problem={problem}
            />
            <AreaField
              name="patents"
              label={words.say('marking.patents')}
              hint={words.say('marking.patents_hint')}
              value={draft.patents}
              rows={4}
              problem={problem}
            />
          </SendForm>
        </Section>
      )}
    </>
  );
}

function ProductTable({ products, caption }: { products: readonly Product[]; caption: string }) {
  const { words } = useView();
  return (
    <Table<Product>
      caption={caption}
      empty={words.say('marking.none')}
      rows={products}
      keyOf={({ id }) => id}
      columns={[
        { head: words.say('marking.name'), cell: ({ id, name }) => <a href={`/marking/${id}`}>{name}</a> },
        { head: words.say('mark.owner'), cell: ({ owner }) => owner },
        {
          head: words.say('marking.state'),
          cell: ({ state }) => words.say(`product_state.${state}`),
          kind: 'short',
        },
        {
          head: words.say('marking.submitted_at'),
          cell: ({ submitted_at }) => words.instant(submitted_at),
          kind: 'short',
        },
      ]}
    />
  );
}
