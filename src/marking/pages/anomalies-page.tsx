import { may, SendForm } from '../../pages/parts/forms.tsx';
import { type Column, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Anomaly, Probes } from '../scans/store.ts';
import type { ListedClaim } from '../verification/claim.ts';

interface Props {
  alarmed: readonly Anomaly[];
  warned: readonly Anomaly[];
  probes: readonly Probes[];
}

export function AnomaliesPage({ alarmed, warned, probes }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('marking.anomalies')}</h1>
        <p>
          <a href="/marking">{words.say('marking.title')}</a>
        </p>
      </div>
      <Section title={words.say('mark.suspicious')} note={words.say('marking.anomalies_note')}>
        <Marks rows={alarmed} caption={words.say('mark.suspicious')} />
      </Section>
      <Section title={words.say('marking.warned')} note={words.say('marking.warned_note')}>
        <Marks rows={warned} caption={words.say('marking.warned')} />
      </Section>
      <Section title={words.say('marking.probes')} note={words.say('marking.probes_note')}>
        <Table<Probes>
          caption={words.say('marking.probes')}
          empty={words.say('marking.none')}
          rows={probes}
          keyOf={({ lot_id, hour }) => `${lot_id} ${hour.toISOString()}`}
          columns={[
            ...productColumns<Probes>(words),
            { head: words.say('marking.hour'), cell: ({ hour }) => words.instant(hour), kind: 'short' },
            { head: words.say('marking.marks'), cell: (row) => words.number(row.probes), kind: 'number' },
          ]}
        />
      </Section>
    </>
  );
}

interface OfLot {
  product_id: string;
  product: string;
  lot_code: string;
}

function productColumns<Row extends OfLot>(words: ReturnType<typeof useView>['words']): Column<Row>[] {
  return [
    {
      head: words.say('mark.product'),
      cell: ({ product_id, product }) => <a href={`/marking/${product_id}`}>{product}</a>,
    },
    { head: words.say('mark.lot'), cell: ({ lot_code }) => lot_code, kind: 'short' },
  ];
}

function Marks({ rows, caption }: { rows: readonly Anomaly[]; caption: string }) {
  const view = useView();
  const { words, caller } = view;
  const clears = caller?.kind === 'firm' && may(view, 'write');
  const clear: Column<Anomaly> = {
    head: words.say('account.change'),
    cell: ({ lot_id, serial }) => (
      <SendForm
        small
        action="/marking/anomalies/clearances"
        told={{ lot_id, serial }}
        send={words.say('marking.clear')}
      />
    ),
  };
  return (
    <Table<Anomaly>
      caption={caption}
      empty={words.say('marking.none')}
      rows={rows}
      keyOf={({ lot_id, serial }) => `${lot_id} ${serial}`}
      columns={[
        ...productColumns<Anomaly>(words),
        { head: words.say('mark.serial'), cell: ({ serial }) => <code>{serial}</code> },
        { head: words.say('marking.since'), cell: ({ since }) => words.instant(since), kind: 'short' },
        { head: words.say('marking.scans'), cell: ({ scans }) => words.number(scans), kind: 'number' },
        { head: words.say('marking.signs'), cell: ({ signs }) => words.say('marking.sign', toldOf(signs)) },
        ...(clears ? [clear] : []),
      ]}
    />
  );
}

function toldOf({ stays, moves, outside_territory, before_shipping, impossible_pairs }: Anomaly['signs']) {
  return { stays, moves, outside: outside_territory, early: before_shipping, pairs: impossible_pairs };
}

export function ClaimsPage({ claims }: { claims: readonly ListedClaim[] }) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('marking.claims')}</h1>
        <p>
          <a href="/marking">{words.say('marking.title')}</a>
        </p>
      </div>
      <Section title={words.say('marking.claims')} note={words.say('marking.claims_note')}>
        <Table<ListedClaim>
          caption={words.say('marking.claims')}
          empty={words.say('marking.none')}
          rows={claims}
          keyOf={({ receipt_id }) => receipt_id}
          columns={[
            ...productColumns<ListedClaim>(words),
            { head: words.say('mark.serial'), cell: ({ serial }) => <code>{serial}</code> },
            { head: words.say('marking.place'), cell: ({ place }) => place, kind: 'short' },
            {
              head: words.say('marking.claimed_at'),
              cell: ({ claimed_at }) => words.instant(claimed_at),
              kind: 'short',
            },
          ]}
        />
      </Section>
    </>
  );
}
