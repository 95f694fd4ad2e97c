import { INDICATORS, type IndicatorName } from '../../../models/indicators/raw-indicators.ts';
import type { DatedSignal } from '../../../models/legal-state.ts';
import type { Place, Standing } from '../../patents/cohorts.ts';
import type { PatentUse } from '../../patents/use.ts';
import { AskForm, DayField, Facts, Section, Table } from '../parts/parts.tsx';
import { fieldText, signalText } from '../parts/terms.ts';
import { useView } from '../view.ts';
import type { PatentShown } from './read.ts';

const BASIS_POINTS = 10_000;

export function PatentPage({ shown, as_of }: { shown: PatentShown; as_of: string | null }) {
  const { words, now } = useView();
  const { known, found, owners } = shown;
  const { facts, expires_on, patent_id } = known;
  const day = (date: string | null) => (date ? words.day(date) : words.say('term.unknown'));
  return (
    <>
      <p class="trail">
        <a href="/patents">{words.say('nav.patents')}</a>
      </p>
      <div class="heading">
        <h1>{found?.title ?? `${facts.office} ${facts.application_number}`}</h1>
        {found?.title && (
          <p>
            {facts.office} {facts.application_number}
          </p>
        )}
      </div>
      <AskForm action={`/patents/${patent_id}`}>
        <DayField
          name="as_of"
          label={words.say('patent.as_of')}
          value={as_of ?? ''}
          max={now.toISOString().slice(0, 10)}
        />
      </AskForm>
      <Facts
        facts={[
          {
            label: words.say('patent.state'),
            value: words.say(`legal.${facts.legal_state}`),
            note: facts.legal_state_since && words.say('patent.since', { day: day(facts.legal_state_since) }),
          },
          { label: words.say('patent.filed'), value: day(facts.filed_on) },
          { label: words.say('patent.granted'), value: day(facts.granted_on) },
          { label: words.say('patent.expires'), value: day(expires_on) },
        ]}
      />
      <Section title={words.say('patent.register')}>
        <dl class="kept">
          <div>
            <dt>{words.say('patent.search_owner')}</dt>
            <dd>
              {owners.map(({ name }) => name).join(words.say('term.between')) || words.say('term.unknown')}
            </dd>
          </div>
          <div>
            <dt>{words.say('map.field')}</dt>
            <dd>{fieldText(found?.field ?? null, words)}</dd>
          </div>
          <div>
            <dt>{words.say('patent.search_class')}</dt>
            <dd>{facts.ipc.join(words.say('term.between')) || words.say('term.unknown')}</dd>
          </div>
        </dl>
      </Section>
      <Events signals={known.signals} />
      {shown.use.length > 0 && <Use use={shown.use} />}
      <Indicators shown={shown} />
    </>
  );
}

function Events({ signals }: { signals: readonly DatedSignal[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('patent.events')} note={words.say('patent.events_note')}>
      <Table<DatedSignal & { index: number }>
        caption={words.say('patent.events')}
        empty={words.say('patent.no_events')}
        rows={signals.map((signal, index) => ({ ...signal, index })).toReversed()}
        keyOf={({ index }) => String(index)}
        columns={[
          { head: words.say('patent.event'), cell: ({ kind }) => signalText(kind, words) },
          {
            head: words.say('patent.published'),
            kind: 'short',
            cell: ({ published_on }) => words.day(published_on),
          },
          {
            head: words.say('patent.effective'),
            kind: 'short',
            cell: ({ effective_on }) => (effective_on ? words.day(effective_on) : words.say('term.unknown')),
          },
          { head: words.say('patent.code'), cell: ({ source_code }) => <code>{source_code}</code> },
        ]}
      />
    </Section>
  );
}

function Use({ use }: { use: readonly PatentUse[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('patent.use')} note={words.say('patent.use_note')}>
      <Table<PatentUse>
        caption={words.say('patent.use')}
        empty={words.say('term.unknown')}
        rows={use}
        keyOf={({ organisation_id, month, class: of }) => `${organisation_id} ${month} ${of}`}
        columns={[
          { head: words.say('patent.use_month'), kind: 'short', cell: ({ month }) => words.month(month) },
          { head: words.say('patent.use'), cell: ({ class: of }) => words.say(`patent.use_${of}`) },
          { head: words.say('patent.use_count'), kind: 'number', cell: ({ count }) => words.number(count) },
        ]}
      />
    </Section>
  );
}

function Indicators({ shown: { indicators, standing } }: { shown: PatentShown }) {
  const { words } = useView();
  const known = INDICATORS.filter((name) => indicators?.[name] != null);
  return (
    <Section title={words.say('patent.indicators')} note={words.say('patent.indicators_note')}>
      <Table<IndicatorName>
        caption={words.say('patent.indicators')}
        empty={words.say('patent.no_indicators')}
        rows={known}
        keyOf={(name) => name}
        columns={[
          { head: words.say('patent.indicator'), cell: (name) => words.say(`indicator.${name}`) },
          {
            head: words.say('patent.indicator_value'),
            kind: 'number',
            cell: (name) => {
              const value = indicators![name]!;
              return words.number(value, Number.isInteger(value) ? 0 : 2);
            },
          },
        ]}
      />
      {standing && <Cohort standing={standing} />}
    </Section>
  );
}

function Cohort({ standing }: { standing: Standing }) {
  const { words } = useView();
  const caption = words.say('patent.cohort', {
    field: fieldText(standing.field, words),
    year: String(standing.filing_year),
  });
  return (
    <>
      <h3>{caption}</h3>
      <Table<Place>
        caption={caption}
        empty={words.say('patent.no_cohort')}
        rows={standing.indicators}
        keyOf={({ indicator }) => indicator}
        columns={[
          {
            head: words.say('patent.indicator'),
            cell: ({ indicator }) => words.say(`cohort.${indicator}`),
          },
          {
            head: words.say('patent.indicator_value'),
            kind: 'number',
            cell: ({ value }) => words.number(value),
          },
          {
            head: words.say('patent.rank'),
            kind: 'number',
            cell: ({ rank, alike, cohort }) =>
              alike || cohort.small ? words.say('patent.no_rank') : words.percent(rank * BASIS_POINTS, 0),
          },
          {
            head: words.say('patent.cohort_size'),
            kind: 'number',
            cell: ({ cohort }) => words.number(cohort.count),
          },
        ]}
      />
    </>
  );
}
