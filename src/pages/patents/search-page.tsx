import { LEGAL_STATES } from '../../../models/types.ts';
import type { Problem } from '../../errors.ts';
import type { Asked, FoundPatent } from '../../search/find.ts';
import { AskForm, Choice, Section, Table, TextAsked } from '../parts/parts.tsx';
import { Why } from '../parts/said.tsx';
import { useView } from '../view.ts';

export type Sought = Pick<Asked, 'q' | 'number' | 'owner' | 'class' | 'legal_state'>;

interface Props {
  sought: Sought;
  /** Null while nothing is asked. */
  found: readonly FoundPatent[] | null;
  /** Cursor of the page after. */
  next: string | null;
  fault: Problem | null;
}

export function SearchPage({ sought, found, next, fault }: Props) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.patents')}</h1>
        <p>{words.say('patent.search_lead')}</p>
      </div>
      <AskForm action="/patents">
        {(['q', 'number', 'owner', 'class'] as const).map((name) => (
          <TextAsked
            key={name}
            name={name}
            label={words.say(`patent.search_${name}`)}
            value={sought[name] ?? ''}
          />
        ))}
        <Choice
          name="legal_state"
          label={words.say('patent.state')}
          chosen={sought.legal_state ?? ''}
          options={[
            { value: '', text: words.say('patent.any') },
            ...LEGAL_STATES.map((value) => ({ value, text: words.say(`legal.${value}`) })),
          ]}
        />
      </AskForm>
      {fault && (
        <div class="refusal" role="alert">
          <Why problem={fault} />
        </div>
      )}
      {found && (
        <Section title={words.say('patent.found')}>
          <Found found={found} />
          {next && (
            <p>
              <a class="button" href={`/patents?${asked({ ...sought, cursor: next })}`}>
                {words.say('pager.after')}
              </a>
            </p>
          )}
        </Section>
      )}
    </>
  );
}

function Found({ found }: { found: readonly FoundPatent[] }) {
  const { words } = useView();
  return (
    <Table<FoundPatent>
      caption={words.say('patent.found')}
      empty={words.say('patent.none_found')}
      rows={found}
      keyOf={({ patent_id }) => patent_id}
      columns={[
        {
          head: words.say('patent.patent'),
          cell: ({ patent_id, title, application_number }) => (
            <a href={`/patents/${patent_id}`}>{title ?? application_number}</a>
          ),
        },
        {
          head: words.say('patent.number'),
          kind: 'short',
          cell: ({ office, application_number }) => `${office} ${application_number}`,
        },
        {
          head: words.say('patent.search_owner'),
          cell: ({ owners }) => owners.join(words.say('term.between')) || words.say('term.unknown'),
        },
        {
          head: words.say('patent.state'),
          kind: 'short',
          cell: ({ legal_state }) => words.say(`legal.${legal_state}`),
        },
        {
          head: words.say('patent.filed'),
          kind: 'short',
          cell: ({ filed_on }) => (filed_on ? words.day(filed_on) : words.say('term.unknown')),
        },
      ]}
    />
  );
}

function asked(fields: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
}
