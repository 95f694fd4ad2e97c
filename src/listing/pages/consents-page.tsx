import type { Problem } from '../../errors.ts';
import { may, Refusal, SendForm, TextField } from '../../pages/parts/forms.tsx';
import { Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Consent } from '../deals/consents.ts';
import { MarketLinks } from './parts.tsx';

export function ConsentsPage({
  consents,
  problem,
}: {
  consents: readonly Consent[];
  problem: Problem | null;
}) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('market.consents')}</h1>
        <MarketLinks />
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('market.consents')} note={words.say('consents.note')}>
        <Table<Consent>
          caption={words.say('market.consents')}
          empty={words.say('consents.none')}
          rows={consents}
          keyOf={({ id }) => id}
          columns={[
            { head: words.say('deal.when'), kind: 'short', cell: ({ asked_at }) => words.instant(asked_at) },
            {
              head: words.say('consents.pledge'),
              cell: ({ pledge_id }) => <a href={`/pledges/${pledge_id}`}>{pledge_id}</a>,
            },
            {
              head: words.say('consents.offer'),
              cell: ({ kind, price_minor, currency }) =>
                `${words.say(`deal_kind.${kind}`)}, ${words.money(price_minor, currency)}`,
            },
            { head: words.say('market.buyer'), cell: ({ buyer_name }) => buyer_name },
            { head: words.say('consents.answer'), cell: (consent) => <Answer consent={consent} /> },
          ]}
        />
      </Section>
    </>
  );
}

function Answer({ consent: { id, answer, proceeds_to, reason } }: { consent: Consent }) {
  const view = useView();
  const { words } = view;
  if (answer === 'given')
    return <>{words.say('consents.given', { to: words.say(`proceeds.${proceeds_to!}`) })}</>;
  if (answer === 'refused')
    return (
      <>
        {words.say('consents.refused')}: {reason}
      </>
    );
  if (!may(view, 'decide')) return null;
  const action = `/market/consents/${id}`;
  return (
    <>
      {(['debt', 'deposit'] as const).map((to) => (
        <SendForm
          key={to}
          small
          action={action}
          told={{ answer: to, reason: '' }}
          send={words.say(`consents.${to}`)}
        />
      ))}
      <SendForm small action={action} told={{ answer: 'refused' }} send={words.say('consents.refuse')}>
        <TextField name="reason" id={`reason-${id}`} label={words.say('deal.reason')} fault={undefined} />
      </SendForm>
    </>
  );
}
