import { STAGE_MOVES, type Stage } from '../../../models/desk/pipeline.ts';
import type { Problem } from '../../errors.ts';
import type { Words } from '../../pages/language/words.ts';
import { Field, may, Refusal, SendForm, TextField } from '../../pages/parts/forms.tsx';
import { Choice, Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Client } from '../desks/clients.ts';
import type { Desk, Entry, Task } from '../desks/store.ts';
import { Tasks } from './desks-page.tsx';

interface Props {
  desk: Desk;
  client: Client;
  entries: Entry[];
  tasks: Task[];
  desks: Desk[];
  today: string;
  problem: Problem | null;
  typed: Readonly<Record<string, string>>;
}

export function ClientPage({ desk, client, entries, tasks, desks, today, problem, typed }: Props) {
  const view = useView();
  const { words } = view;
  const address = `/desks/${desk.id}/clients/${client.id}`;
  const unknown = words.say('term.none');
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href={`/desks/${desk.id}`}>{desk.name}</a>
          <span>{client.region}</span>
        </p>
        <h1>{client.name}</h1>
      </div>
      <Refusal problem={problem} />
      <Facts
        facts={[
          { label: words.say('desk.stage'), value: words.say(`pipeline.${client.stage}`) },
          { label: words.say('desk.kind'), value: words.say(`desk.kind_${client.kind}`) },
          { label: words.say('desk.registration_number'), value: client.registration_number ?? unknown },
          { label: words.say('desk.contact'), value: client.contact ?? unknown },
        ]}
      />
      {may(view, 'write') && (
        <Section title={words.say('desk.move')}>
          <SendForm row action={`${address}/moves`} send={words.say('desk.move')}>
            <Choice
              name="to"
              label={words.say('desk.move_to')}
              chosen={typed.to ?? ''}
              options={STAGE_MOVES[client.stage].map((value) => ({
                value,
                text: words.say(`pipeline.${value}`),
              }))}
            />
            <TextField id="move-note" name="note" label={words.say('desk.note')} fault={undefined} />
          </SendForm>
        </Section>
      )}
      <Tasks {...{ desk, tasks, today, problem, typed }} client_id={client.id} />
      <Section title={words.say('desk.history')}>
        <Table<Entry>
          caption={words.say('desk.history')}
          empty={words.say('desk.no_history')}
          rows={entries}
          keyOf={({ id }) => id}
          columns={[
            { head: words.say('desk.at'), kind: 'short', cell: ({ at }) => words.instant(at) },
            { head: words.say('desk.what'), cell: (entry) => entryText(entry, words) },
            { head: words.say('desk.note'), cell: ({ note }) => note },
          ]}
        />
        {may(view, 'write') && (
          <SendForm row action={`${address}/notes`} send={words.say('desk.write_note')}>
            <Field name="note" label={words.say('desk.note')} problem={problem} input={{ value: '' }} />
          </SendForm>
        )}
      </Section>
      {may(view, 'write') && desks.length > 1 && (
        <Section title={words.say('desk.handover')} note={words.say('desk.handover_note')}>
          <SendForm action={`${address}/handovers`} send={words.say('desk.ask')}>
            <Choice
              name="to_desk_id"
              label={words.say('desk.to_desk')}
              chosen={typed.to_desk_id ?? ''}
              options={desks
                .filter(({ id }) => id !== desk.id)
                .map(({ id, name, region }) => ({ value: id, text: `${name}, ${region}` }))}
            />
            <Field
              name="reason"
              label={words.say('desk.reason')}
              problem={problem}
              input={{ value: typed.reason }}
            />
          </SendForm>
        </Section>
      )}
    </>
  );
}

function entryText({ kind, detail }: Entry, words: Words): string {
  if (kind !== 'moved') return words.say(`desk.entry_${kind}`);
  const stage = (name: 'from' | 'to') => words.say(`pipeline.${detail[name] as Stage}`);
  return words.say('desk.entry_moved', { from: stage('from'), to: stage('to') });
}
