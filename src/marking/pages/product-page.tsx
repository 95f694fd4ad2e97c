import type { Problem } from '../../errors.ts';
import { Field, may, PostForm, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Lot } from '../marks/lots.ts';
import type { ExaminedPatent } from '../products/patents.ts';
import type { Product } from '../products/store.ts';

interface Props {
  product: Product;
  patents: readonly ExaminedPatent[];
  lots: readonly Lot[];
  problem: Problem | null;
}

export function ProductPage({ product, patents, lots, problem }: Props) {
  const view = useView();
  const { words, caller } = view;
  const { id, name, owner, state, certification, gtin } = product;
  const is_staff = caller?.kind === 'staff';
  return (
    <>
      <div class="heading">
        <h1>{name}</h1>
        <p>
          {owner}
          {words.say('term.between')}
          {words.say(`product_state.${state}`)}
          {gtin && `${words.say('term.between')}GTIN ${gtin}`}
        </p>
        {certification && <p>{certification.note}</p>}
        {(state === 'certified' || state === 'revoked') && (
          <p>
            <a href={`/p/${id}`}>{words.say('marking.public_page')}</a>
          </p>
        )}
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('marking.patents')}>
        <PatentTable patents={patents} />
      </Section>
      {state === 'submitted' && is_staff && may(view, 'review') && (
        <Certification {...{ product, problem }} />
      )}
      {state !== 'submitted' && (
        <Section title={words.say('marking.lots')}>
          <LotTable lots={lots} />
        </Section>
      )}
      {state === 'certified' && !is_staff && may(view, 'write') && <Issue {...{ product, problem }} />}
      {state === 'certified' && may(view, 'write') && <Revoke {...{ product, lots, problem }} />}
    </>
  );
}

function PatentTable({ patents }: { patents: readonly ExaminedPatent[] }) {
  const { words } = useView();
  return (
    <Table<ExaminedPatent>
      caption={words.say('marking.patents')}
      empty={words.say('marking.none')}
      rows={patents}
      keyOf={({ patent_id }) => patent_id}
      columns={[
        {
          head: words.say('marking.patents'),
          cell: ({ patent_id, number }) => <a href={`/patents/${patent_id}`}>{number}</a>,
        },
        { head: words.say('marking.state'), cell: ({ legal_state }) => words.say(`legal.${legal_state}`) },
        {
          head: words.say('marking.owner_match'),
          cell: ({ owner_match, owners }) => (
            <>
              {words.say(`marking.match_${owner_match}`)}
              {owners.length > 0 && ` (${owners.join(', ')})`}
            </>
          ),
        },
      ]}
    />
  );
}

function Certification({ product, problem }: Pick<Props, 'product' | 'problem'>) {
  const { words } = useView();
  return (
    <Section title={words.say('marking.certify')} note={words.say('marking.certify_note')}>
      <PostForm class="send" action={`/marking/${product.id}/certification`}>
        <Field
          name="note"
          label={words.say('marking.note')}
          input={{ required: true, maxLength: 500 }}
          problem={problem}
        />
        <button type="submit" class="button primary" name="decision" value="certified">
          {words.say('marking.certify_send')}
        </button>
        <button type="submit" class="button" name="decision" value="refused">
          {words.say('marking.refuse_send')}
        </button>
      </PostForm>
    </Section>
  );
}

function LotTable({ lots }: { lots: readonly Lot[] }) {
  const { words, caller } = useView();
  const labels = (id: string) => `/v1/marking/lots/${id}/labels?count=24`;
  return (
    <Table<Lot>
      caption={words.say('marking.lots')}
      empty={words.say('marking.lots_none')}
      rows={lots}
      keyOf={({ id }) => id}
      columns={[
        { head: words.say('marking.lot_code'), cell: ({ code }) => code, kind: 'short' },
        { head: words.say('marking.marks'), cell: ({ marks }) => words.number(marks), kind: 'number' },
        {
          head: words.say('marking.shipped_on'),
          cell: ({ shipped_on }) => shipped_on && words.day(shipped_on),
          kind: 'short',
        },
        {
          head: words.say('marking.labels'),
          cell: ({ id, revoked_at }) =>
            revoked_at ? (
              words.say('marking.revoked_on', { at: words.instant(revoked_at) })
            ) : caller?.kind === 'firm' ? (
              <>
                <a href={labels(id)}>{words.say('marking.labels_pdf')}</a>{' '}
                <a href={`${labels(id)}&form=svg`}>{words.say('marking.labels_svg')}</a>{' '}
                <a href={`/v1/marking/lots/${id}/marks`}>{words.say('marking.list_csv')}</a>
              </>
            ) : null,
        },
      ]}
    />
  );
}

function Issue({ product, problem }: Pick<Props, 'product' | 'problem'>) {
  const { words } = useView();
  return (
    <Section title={words.say('marking.issue')}>
      <SendForm action={`/marking/${product.id}/lots`} send={words.say('marking.issue_send')}>
        <Field
          name="code"
          label={words.say('marking.lot_code')}
          note={words.say('marking.lot_code_hint')}
          input={{ required: true, maxLength: 20, autocomplete: 'off' }}
          problem={problem}
        />
        <Field
          name="marks"
          label={words.say('marking.marks')}
          input={{ required: true, inputMode: 'numeric' }}
          problem={problem}
        />
        <Field
          name="shipped_on"
          label={words.say('marking.shipped_on')}
          input={{ type: 'date' }}
          problem={problem}
        />
      </SendForm>
    </Section>
  );
}

function Revoke({ product, lots, problem }: Omit<Props, 'patents'>) {
  const { words } = useView();
  return (
    <Section title={words.say('marking.revoke')} note={words.say('marking.revoke_note')}>
      <SendForm action={`/marking/${product.id}/revocations`} send={words.say('marking.revoke')}>
        <label class="field">
          <span>{words.say('mark.lot')}</span>
          <select name="lot_id">
            {lots
              .filter(({ revoked_at }) => revoked_at === null)
              .map(({ id, code }) => (
                <option key={id} value={id}>
                  {code}
                </option>
              ))}
            <option value="">{`${words.say('mark.product')}: ${product.name}`}</option>
          </select>
        </label>
        <Field
          name="serial"
          label={words.say('marking.revoke_serial')}
          input={{ maxLength: 20, autocomplete: 'off' }}
        />
        <Field
          name="reason"
          label={words.say('marking.reason')}
          input={{ required: true, maxLength: 500 }}
          problem={problem}
        />
      </SendForm>
    </Section>
  );
}
