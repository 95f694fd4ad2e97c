/** Drafts and applications: the own ones of a firm, those that an agency is engaged for, of staff the applications alone. */
import { APPLICATION_FORMS, CLAIM_LANGUAGES } from '../../../models/claims/types.ts';
import type { Problem } from '../../errors.ts';
import { Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Application } from '../applications/store.ts';
import type { Draft } from '../drafts/store.ts';

export interface TypedDraft {
  reference: string;
  form: string;
  right_type: string;
  language: string;
}

interface Props {
  drafts: readonly (Draft & { title: string })[];
  applications: readonly Application[];
  typed: TypedDraft;
  problem: Problem | null;
}

export function ListPage({ drafts, applications, typed, problem }: Props) {
  const view = useView();
  const { words, caller } = view;
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.filing')}</h1>
        <p>
          <a href="/filing/agencies">{words.say('nav.agencies')}</a>
          {caller?.kind !== 'staff' && <a href="/filing/engagements">{words.say('nav.engagements')}</a>}
        </p>
      </div>
      {caller?.kind !== 'staff' && (
        <Section title={words.say('filing.drafts')} note={words.say('filing.drafts_note')} id="drafts">
          <Table<Draft & { title: string }>
            caption={words.say('filing.drafts')}
            empty={words.say('filing.no_drafts')}
            rows={drafts}
            keyOf={({ id }) => id}
            columns={[
              {
                head: words.say('filing.reference'),
                cell: ({ id, reference }) => <a href={`/filing/drafts/${id}`}>{reference}</a>,
              },
              {
                head: words.say('part.title'),
                cell: ({ title, language }) =>
                  title === '' ? words.say('term.none') : <span lang={language}>{title}</span>,
              },
              {
                head: words.say('filing.form'),
                kind: 'short',
                cell: ({ form }) => words.say(`filing_form.${form}`),
              },
              {
                head: words.say('filing.version'),
                kind: 'number',
                cell: ({ version }) => words.number(version),
              },
            ]}
          />
        </Section>
      )}
      <Section
        title={words.say('filing.applications')}
        note={words.say('filing.applications_note')}
        id="applications"
      >
        <Table<Application>
          caption={words.say('filing.applications')}
          empty={words.say('filing.no_applications')}
          rows={applications}
          keyOf={({ id }) => id}
          columns={[
            {
              head: words.say('filing.application'),
              cell: ({ id, office, application_number }) => (
                <a href={`/filing/applications/${id}`}>
                  {application_number === null
                    ? words.say('filing.not_filed', { office })
                    : `${office} ${application_number}`}
                </a>
              ),
            },
            { head: words.say('filing.state'), cell: ({ state }) => words.say(`application.${state}`) },
            {
              head: words.say('filing.filed_on'),
              cell: ({ filed_on }) => (filed_on === null ? words.say('term.none') : words.day(filed_on)),
            },
          ]}
        />
      </Section>
      {caller?.kind === 'firm' && may(view, 'write') && (
        <Section title={words.say('filing.begin')} note={words.say('filing.begin_note')} id="begin">
          <Refusal problem={problem} />
          <SendForm action="/filing/drafts" send={words.say('filing.begin')}>
            <Field
              name="reference"
              label={words.say('filing.reference')}
              input={{ value: typed.reference, required: true, maxLength: 200 }}
              problem={problem}
            />
            <Choice
              name="form"
              label={words.say('filing.form')}
              chosen={typed.form}
              options={APPLICATION_FORMS.map((value) => ({ value, text: words.say(`filing_form.${value}`) }))}
            />
            <Choice
              name="right_type"
              label={words.say('filing.right_type')}
              chosen={typed.right_type}
              options={(['invention', 'utility_model'] as const).map((value) => ({
                value,
                text: words.say(`right.${value}`),
              }))}
            />
            <Choice
              name="language"
              label={words.say('filing.language')}
              chosen={typed.language}
              options={CLAIM_LANGUAGES.map((value) => ({
                value,
                text: words.say(`filing.language_${value}`),
              }))}
            />
          </SendForm>
        </Section>
      )}
    </>
  );
}
