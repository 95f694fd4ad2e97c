import { CLIENT_KINDS, type ClientKind, STAGES, type Stage } from '../../../models/desk/pipeline.ts';
import type { Problem } from '../../errors.ts';
import { Field, may, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { AskForm, Choice, Facts, Section, Table, TextAsked } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { DeskFigures, MonthFigures } from '../desks/figures.ts';
import type { Handover } from '../desks/handovers.ts';
import type { ClientRow, Desk, Seat, Task } from '../desks/store.ts';

interface Refused {
  problem: Problem | null;
  typed: Readonly<Record<string, string>>;
}

interface AllProps extends Refused {
  desks: Desk[];
  books: DeskFigures[];
  handovers: Handover[];
}

export function DesksPage({ desks, books, handovers, problem, typed }: AllProps) {
  const view = useView();
  const { words } = view;
  const sum = (of: (each: DeskFigures) => number) => books.reduce((total, each) => total + of(each), 0);
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.desks')}</h1>
        <p>{words.say('desk.lead')}</p>
      </div>
      <Refusal problem={problem} />
      {books.length > 0 && (
        <Facts
          facts={[
            { label: words.say('nav.desks'), value: words.number(books.length) },
            { label: words.say('desk.clients'), value: words.number(sum(({ clients }) => clients)) },
            { label: words.say('desk.tasks_open'), value: words.number(sum(({ tasks_open }) => tasks_open)) },
            {
              label: words.say('desk.tasks_overdue'),
              value: words.number(sum(({ tasks_overdue }) => tasks_overdue)),
            },
          ]}
        />
      )}
      <Section title={words.say('nav.desks')}>
        <Table<DeskFigures>
          caption={words.say('desk.by_stage')}
          empty={words.say('desk.none')}
          rows={books}
          keyOf={({ desk_id }) => desk_id}
          columns={[
            {
              head: words.say('desk.desk'),
              cell: ({ desk_id, name }) => <a href={`/desks/${desk_id}`}>{name}</a>,
            },
            { head: words.say('desk.region'), kind: 'short', cell: ({ region }) => region },
            ...STAGES.map((stage) => ({
              head: words.say(`pipeline.${stage}`),
              kind: 'number' as const,
              cell: ({ by_stage }: DeskFigures) => words.number(by_stage[stage]),
            })),
            {
              head: words.say('desk.tasks_overdue'),
              kind: 'number',
              cell: ({ tasks_overdue }) => words.number(tasks_overdue),
            },
          ]}
        />
      </Section>
      <Handovers {...{ desks, handovers }} />
      {view.caller?.kind === 'staff' && may(view, 'operate') && (
        <Section title={words.say('desk.make')}>
          <SendForm action="/desks" send={words.say('desk.make')}>
            <Field
              name="name"
              label={words.say('desk.name')}
              problem={problem}
              input={{ value: typed.name }}
            />
            <Field
              name="region"
              label={words.say('desk.region')}
              note={words.say('desk.region_hint')}
              problem={problem}
              input={{ value: typed.region }}
            />
          </SendForm>
        </Section>
      )}
    </>
  );
}

function Handovers({ desks, handovers }: Pick<AllProps, 'desks' | 'handovers'>) {
  const view = useView();
  const { words } = view;
  const named = (id: string) => desks.find((desk) => desk.id === id);
  return (
    <Section title={words.say('desk.handovers')}>
      <Table<Handover>
        caption={words.say('desk.handovers')}
        empty={words.say('desk.no_handovers')}
        rows={handovers}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('desk.client'), cell: ({ client_name }) => client_name },
          { head: words.say('desk.from_desk'), cell: ({ from_desk_id }) => named(from_desk_id)?.name },
          { head: words.say('desk.to_desk'), cell: ({ to_desk_id }) => named(to_desk_id)?.name },
          { head: words.say('desk.reason'), cell: ({ reason }) => reason },
          {
            head: words.say('desk.answer'),
            cell: ({ id, from_desk_id, to_desk_id }) => {
              const answer = (given: string, send: string) => (
                <SendForm small action={`/desks/handovers/${id}`} told={{ answer: given }} send={send} />
              );
              if (!may(view, 'write')) return null;
              return (
                <>
                  {named(to_desk_id)?.own && answer('accepted', words.say('desk.accept'))}
                  {named(to_desk_id)?.own && answer('declined', words.say('desk.decline'))}
                  {named(from_desk_id)?.own && answer('withdrawn', words.say('desk.withdraw'))}
                </>
              );
            },
          },
        ]}
      />
    </Section>
  );
}

interface DeskProps extends Refused {
  desk: Desk;
  books: DeskFigures;
  clients: ClientRow[];
  tasks: Task[];
  seats: Seat[];
  today: string;
  next: string | null;
  asked: { stage?: Stage; kind?: ClientKind; name?: string; after?: string };
}

export function DeskPage(props: DeskProps) {
  const { desk, books, tasks, today, problem, typed } = props;
  const view = useView();
  const { words } = view;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/desks">{words.say('nav.desks')}</a>
          <span>{desk.region}</span>
        </p>
        <h1>{desk.name}</h1>
      </div>
      <Refusal problem={problem} />
      <Facts
        facts={[
          { label: words.say('desk.clients'), value: words.number(books.clients) },
          { label: words.say('desk.tasks_open'), value: words.number(books.tasks_open) },
          { label: words.say('desk.tasks_overdue'), value: words.number(books.tasks_overdue) },
        ]}
      />
      <Section title={words.say('desk.by_stage')}>
        <Table<Stage>
          caption={words.say('desk.by_stage')}
          empty={words.say('desk.no_clients')}
          rows={STAGES}
          keyOf={(stage) => stage}
          columns={[
            {
              head: words.say('desk.stage'),
              cell: (stage) => (
                <a href={`/desks/${desk.id}?stage=${stage}`}>{words.say(`pipeline.${stage}`)}</a>
              ),
            },
            {
              head: words.say('desk.clients'),
              kind: 'number',
              cell: (stage) => words.number(books.by_stage[stage]),
            },
          ]}
        />
      </Section>
      <Clients {...props} />
      <Tasks {...{ desk, tasks, today, problem, typed }} />
      <Section title={words.say('desk.months')}>
        <Table<MonthFigures>
          caption={words.say('desk.months')}
          empty={words.say('desk.no_months')}
          rows={books.months}
          keyOf={({ month }) => month}
          columns={[
            { head: words.say('desk.month'), kind: 'short', cell: ({ month }) => words.month(month) },
            ...(['added', 'served', 'introductions', 'deals'] as const).map((name) => ({
              head: words.say(`desk.${name}`),
              kind: 'number' as const,
              cell: (month: MonthFigures) => words.number(month[name]),
            })),
          ]}
        />
      </Section>
      <Staff {...props} />
    </>
  );
}

function Clients({ desk, clients, next, asked, problem, typed }: DeskProps) {
  const view = useView();
  const { words } = view;
  const any = { value: '', text: words.say('desk.any') };
  const kinds = CLIENT_KINDS.map((value) => ({ value, text: words.say(`desk.kind_${value}`) }));
  return (
    <Section title={words.say('desk.clients')}>
      <AskForm action={`/desks/${desk.id}`}>
        <TextAsked name="name" label={words.say('desk.name')} value={asked.name ?? ''} />
        <Choice
          name="stage"
          label={words.say('desk.stage')}
          chosen={asked.stage ?? ''}
          options={[any, ...STAGES.map((value) => ({ value, text: words.say(`pipeline.${value}`) }))]}
        />
        <Choice
          name="kind"
          label={words.say('desk.kind')}
          chosen={asked.kind ?? ''}
          options={[any, ...kinds]}
        />
      </AskForm>
      <Table<ClientRow>
        caption={words.say('desk.clients')}
        empty={words.say('desk.no_clients')}
        rows={clients}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.say('desk.client'),
            cell: ({ id, name }) => <a href={`/desks/${desk.id}/clients/${id}`}>{name}</a>,
          },
          { head: words.say('desk.kind'), cell: ({ kind }) => words.say(`desk.kind_${kind}`) },
          { head: words.say('desk.region'), kind: 'short', cell: ({ region }) => region },
          { head: words.say('desk.stage'), cell: ({ stage }) => words.say(`pipeline.${stage}`) },
        ]}
      />
      <p class="actions">
        {next && (
          <a class="button" href={`/desks/${desk.id}?${new URLSearchParams({ ...asked, after: next })}`}>
            {words.say('pager.after')}
          </a>
        )}
        <a class="button" href={`/v1/desks/${desk.id}/clients.csv`}>
          {words.say('desk.export')}
        </a>
        <a class="button" href={`/desks/${desk.id}/imports`}>
          {words.say('desk.import')}
        </a>
      </p>
      {may(view, 'write') && (
        <>
          <h3>{words.say('desk.add_client')}</h3>
          <SendForm action={`/desks/${desk.id}/clients`} send={words.say('desk.add_client')}>
            <Field
              name="name"
              label={words.say('desk.name')}
              problem={problem}
              input={{ value: typed.name }}
            />
            <Choice
              name="kind"
              label={words.say('desk.kind')}
              chosen={typed.kind ?? 'firm'}
              options={kinds}
            />
            <Field
              name="region"
              label={words.say('desk.region')}
              note={words.say('desk.region_hint')}
              problem={problem}
              input={{ value: typed.region ?? desk.region }}
            />
            <Field
              name="registration_number"
              label={words.say('desk.registration_number')}
              problem={problem}
              input={{ value: typed.registration_number, autocomplete: 'off' }}
            />
            <Field
              name="contact"
              label={words.say('desk.contact')}
              problem={problem}
              input={{ value: typed.contact, autocomplete: 'off' }}
            />
          </SendForm>
        </>
      )}
    </Section>
  );
}

interface TasksProps extends Refused {
  desk: Desk;
  tasks: Task[];
  today: string;
  client_id?: string;
}

/** What is to be done at a desk, or for one of its clients. */
export function Tasks({ desk, tasks, today, client_id = '', problem, typed }: TasksProps) {
  const view = useView();
  const { words } = view;
  return (
    <Section title={words.say('desk.tasks')}>
      <Table<Task>
        caption={words.say('desk.tasks')}
        empty={words.say('desk.no_tasks')}
        rows={tasks}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.say('desk.task'),
            cell: ({ title, desk_client_id }) =>
              desk_client_id ? <a href={`/desks/${desk.id}/clients/${desk_client_id}`}>{title}</a> : title,
          },
          {
            head: words.say('desk.due_on'),
            kind: 'short',
            cell: ({ due_on }) => (due_on < today ? <strong>{words.day(due_on)}</strong> : words.day(due_on)),
          },
          {
            head: words.say('desk.done'),
            cell: ({ id }) =>
              may(view, 'write') && (
                <SendForm
                  small
                  action={`/desks/${desk.id}/tasks/done`}
                  told={{ task_id: id }}
                  send={words.say('desk.done')}
                />
              ),
          },
        ]}
      />
      {may(view, 'write') && (
        <SendForm
          row
          action={`/desks/${desk.id}/tasks`}
          told={{ client_id }}
          send={words.say('desk.add_task')}
        >
          <Field
            name="title"
            label={words.say('desk.task')}
            problem={problem}
            input={{ value: typed.title }}
          />
          <Field
            name="due_on"
            label={words.say('desk.due_on')}
            problem={problem}
            input={{ type: 'date', value: typed.due_on ?? today }}
          />
        </SendForm>
      )}
    </Section>
  );
}

function Staff({ desk, seats, problem, typed }: DeskProps) {
  const view = useView();
  const { words } = view;
  const is_operator = view.caller?.kind === 'staff' && may(view, 'operate');
  return (
    <Section title={words.say('desk.staff')} note={words.say('desk.staff_note')}>
      <Table<Seat>
        caption={words.say('desk.staff')}
        empty={words.say('desk.nobody')}
        rows={seats}
        keyOf={({ organisation_id, person_id }) => `${organisation_id} ${person_id}`}
        columns={[
          {
            head: words.say('desk.organisation'),
            cell: ({ organisation_id }) => <code>{organisation_id}</code>,
          },
          {
            head: words.say('desk.person'),
            cell: ({ person_id }) => (person_id ? <code>{person_id}</code> : words.say('desk.everybody')),
          },
          {
            head: words.say('desk.unseat'),
            cell: ({ organisation_id, person_id }) =>
              is_operator && (
                <SendForm
                  small
                  action={`/desks/${desk.id}/staff/end`}
                  told={{ organisation_id, person_id: person_id ?? '' }}
                  send={words.say('desk.unseat')}
                />
              ),
          },
        ]}
      />
      {is_operator && (
        <SendForm row action={`/desks/${desk.id}/staff`} send={words.say('desk.seat')}>
          <Field
            name="organisation_id"
            label={words.say('desk.organisation')}
            problem={problem}
            input={{ value: typed.organisation_id, autocomplete: 'off' }}
          />
          <Field
            name="person_id"
            label={words.say('desk.person')}
            note={words.say('desk.person_hint')}
            problem={problem}
            input={{ value: typed.person_id, autocomplete: 'off' }}
          />
        </SendForm>
      )}
    </Section>
  );
}
