import { CLIENT_KINDS } from '../../../models/desk/pipeline.ts';
import type { Problem } from '../../errors.ts';
import type { Words } from '../../pages/language/words.ts';
import type { LargeForm } from '../../pages/large-forms.ts';
import { Field, may, Refusal, SendForm, TextField } from '../../pages/parts/forms.tsx';
import { Choice, Facts, Section, Table } from '../../pages/parts/parts.tsx';
import { useView } from '../../pages/view.ts';
import type { Desk } from '../desks/store.ts';
import { ENCODINGS } from '../imports/csv-file.ts';
import type { Import, ImportRow } from '../imports/imports.ts';
import { IMPORT_BODY_BYTES, MAX_CELL_CHARS, MAX_FILE_BYTES, MAX_ROWS } from '../imports/limits.ts';

export const IMPORT_SIZE: LargeForm = {
  body_bytes: IMPORT_BODY_BYTES,
  limit_bytes: MAX_FILE_BYTES,
  field: 'file',
};

interface ImportsProps {
  desk: Desk;
  imports: Import[];
  problem: Problem | null;
}

export function ImportsPage({ desk, imports, problem }: ImportsProps) {
  const view = useView();
  const { words } = view;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href={`/desks/${desk.id}`}>{desk.name}</a>
        </p>
        <h1>{words.say('import.title')}</h1>
        <p>{words.say('import.lead', { rows: MAX_ROWS })}</p>
      </div>
      <Refusal problem={problem} />
      {may(view, 'write') && <UploadForm {...{ desk, problem }} />}
      <Section title={words.say('import.imports')}>
        <Table<Import>
          caption={words.say('import.imports')}
          empty={words.say('import.none')}
          rows={imports}
          keyOf={({ id }) => id}
          columns={[
            {
              head: words.say('import.file'),
              cell: ({ id, file_name }) => <a href={`/desks/${desk.id}/imports/${id}`}>{file_name}</a>,
            },
            { head: words.say('desk.at'), kind: 'short', cell: ({ made_at }) => words.instant(made_at) },
            { head: words.say('import.state'), cell: ({ state }) => words.say(`import_state.${state}`) },
            ...(['rows', 'accepted', 'duplicate', 'refused'] as const).map((name) => ({
              head: words.say(`import.${name}`),
              kind: 'number' as const,
              cell: (each: Import) => words.number(each[name]),
            })),
          ]}
        />
      </Section>
    </>
  );
}

function UploadForm({ desk, problem }: Pick<ImportsProps, 'desk' | 'problem'>) {
  const { words } = useView();
  const found_out = { value: '', text: words.say('import.found_out') };
  return (
    <Section title={words.say('import.title')}>
      <SendForm
        files
        large={IMPORT_SIZE}
        action={`/desks/${desk.id}/imports`}
        send={words.say('import.preview')}
      >
        <Field
          name="file"
          label={words.say('import.file')}
          problem={problem}
          input={{ type: 'file', accept: '.csv,.xlsx,.txt', required: true }}
        />
        <Choice
          name="encoding"
          label={words.say('import.encoding')}
          chosen=""
          options={[found_out, ...ENCODINGS.map((value) => ({ value, text: value.toUpperCase() }))]}
        />
        <Choice
          name="kind"
          label={words.say('import.kind')}
          chosen="firm"
          options={CLIENT_KINDS.map((value) => ({ value, text: words.say(`desk.kind_${value}`) }))}
        />
        <TextField
          name="name_column"
          label={words.say('import.name_column')}
          hint={words.say('import.name_column_hint')}
          fault={undefined}
        />
      </SendForm>
    </Section>
  );
}

interface ImportProps {
  desk: Desk;
  shown: Import;
  rows: ImportRow[];
  problem: Problem | null;
}

export function ImportPage({ desk, shown, rows, problem }: ImportProps) {
  const view = useView();
  const { words } = view;
  const { id, file_name, format, encoding, state } = shown;
  const address = `/desks/${desk.id}/imports/${id}`;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href={`/desks/${desk.id}/imports`}>{words.say('import.imports')}</a>
          <span>{words.say('import.file_is', { format: format.toUpperCase(), encoding })}</span>
        </p>
        <h1>{file_name}</h1>
        <p>
          {words.say('import.columns')}{' '}
          {Object.values(shown.columns).map((name) => (
            <code key={name}>{name} </code>
          ))}
        </p>
      </div>
      <Refusal problem={problem} />
      <Facts
        facts={[
          { label: words.say('import.state'), value: words.say(`import_state.${state}`) },
          ...(['rows', 'accepted', 'duplicate', 'refused'] as const).map((name) => ({
            label: words.say(`import.${name}`),
            value: words.number(shown[name]),
          })),
        ]}
      />
      {may(view, 'write') && state !== 'undone' && (
        <Section title={words.say('import.state')} note={words.say('import.undo_note')}>
          {state === 'previewed' && (
            <SendForm action={`${address}/commit`} send={words.say('import.commit')} />
          )}
          <SendForm small action={`${address}/undo`} send={words.say('import.undo')} />
        </Section>
      )}
      <Section title={words.say('import.rows')}>
        <Table<ImportRow>
          caption={words.say('import.rows')}
          empty={words.say('import.none')}
          rows={rows}
          keyOf={({ line }) => String(line)}
          columns={[
            { head: words.say('import.line'), kind: 'number', cell: ({ line }) => words.number(line) },
            { head: words.say('desk.client'), cell: (row) => <RowName {...{ desk, row }} /> },
            { head: words.say('import.outcome'), cell: ({ outcome }) => words.say(`import.${outcome}`) },
            { head: words.say('import.why'), cell: (row) => whyOf(row, words) },
          ]}
        />
      </Section>
    </>
  );
}

function RowName({ desk, row: { name, client_id } }: { desk: Desk; row: ImportRow }) {
  const { words } = useView();
  const text = name || words.say('term.none');
  return client_id ? <a href={`/desks/${desk.id}/clients/${client_id}`}>{text}</a> : text;
}

function whyOf({ reason, about, kept }: ImportRow, words: Words): string {
  if (kept !== null) return words.say(`import.kept_${kept}`);
  return reason === '' ? '' : words.say(`import.reason_${reason}`, { about, most: MAX_CELL_CHARS });
}
