/** The directory of agencies, one of them, and the entry of the own one. */
import type { Conflict } from '../../../models/agencies/conflicts.ts';
import type { Problem } from '../../errors.ts';
import type { Words } from '../../pages/language/words.ts';
import { AreaField, Field, PostForm, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { AskForm, Choice, Facts, Section, Table, TextAsked } from '../../pages/parts/parts.tsx';
import { fieldText } from '../../pages/parts/terms.ts';
import { useView } from '../../pages/view.ts';
import type { Agency, AgencyRecord } from '../agencies/directory.ts';
import { MAX_INSTRUCTION_CHARS } from '../agencies/schemas.ts';
import type { Draft } from '../drafts/store.ts';

const FIELDS = Array.from({ length: 35 }, (_, index) => index + 1);
const SHOWN_FIELDS = 3;
const PERCENT_DIGITS = 0;
const YEAR_DIGITS = 1;

interface DirectoryProps {
  agencies: readonly Agency[];
  sought: { field?: number | undefined; office?: string | undefined };
  /** For staff. */
  waiting: readonly Agency[] | null;
}

export function DirectoryPage({ agencies, sought, waiting }: DirectoryProps) {
  const { words, caller } = useView();
  const fields = FIELDS.map((field) => ({ value: String(field), text: fieldText(field, words) }));
  return (
    <>
      <div class="heading">
        <h1>{words.say('agency.title')}</h1>
        <p>{words.say('agency.order')}</p>
        {caller?.kind === 'agency' && (
          <p>
            <a href="/filing/agency">{words.say('agency.own')}</a>
          </p>
        )}
      </div>
      <AskForm action="/filing/agencies">
        <Choice
          name="field"
          label={words.say('agency.field')}
          chosen={String(sought.field ?? '')}
          options={[{ value: '', text: words.say('agency.any') }, ...fields]}
        />
        <TextAsked name="office" label={words.say('agency.office')} value={sought.office ?? ''} />
      </AskForm>
      <Section title={words.say('agency.title')}>
        <Table<Agency>
          caption={words.say('agency.title')}
          empty={words.say('agency.none')}
          rows={agencies}
          keyOf={({ agency_id }) => agency_id}
          columns={[
            {
              head: words.say('agency.name'),
              cell: ({ agency_id, name }) => <a href={`/filing/agencies/${agency_id}`}>{name}</a>,
            },
            { head: words.say('agency.grant_rate'), cell: ({ record }) => rateText(record, words) },
            { head: words.say('agency.pendency'), cell: ({ record }) => pendencyText(record, words) },
            { head: words.say('agency.rating'), cell: ({ record }) => ratingText(record, words) },
            {
              head: words.say('agency.fields'),
              cell: ({ record }) =>
                (record?.fields ?? [])
                  .slice(0, SHOWN_FIELDS)
                  .map(({ of }) => fieldText(of, words))
                  .join(words.say('term.between')),
            },
          ]}
        />
      </Section>
      {waiting && <Waiting agencies={waiting} />}
    </>
  );
}

function Waiting({ agencies }: { agencies: readonly Agency[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('agency.waiting')}>
      <Table<Agency>
        caption={words.say('agency.waiting')}
        empty={words.say('agency.none_waiting')}
        rows={agencies}
        keyOf={({ agency_id }) => agency_id}
        columns={[
          { head: words.say('agency.name'), cell: ({ name }) => name },
          { head: words.say('agency.licence'), cell: ({ licence_number }) => licence_number },
          {
            head: words.say('agency.register_names'),
            cell: ({ register_names }) => register_names.join(words.say('term.between')),
          },
          {
            head: words.say('agency.reason'),
            cell: ({ agency_id }) => (
              <PostForm class="send row" action={`/filing/agencies/${agency_id}/decisions`}>
                <label class="field">
                  <span>{words.say('agency.reason')}</span>
                  <input type="text" name="reason" />
                </label>
                <button type="submit" class="button" name="state" value="admitted">
                  {words.say('agency.admit')}
                </button>
                <button type="submit" class="button" name="state" value="refused">
                  {words.say('agency.refuse')}
                </button>
              </PostForm>
            ),
          },
        ]}
      />
    </Section>
  );
}

/** A firm that looks for an agency for one of its drafts. */
export interface Choosing {
  drafts: readonly (Draft & { title: string })[];
  draft_id: string;
  conflicts: readonly Conflict[];
}

interface AgencyProps {
  agency: Agency;
  choosing: Choosing | null;
  typed: string;
  problem: Problem | null;
}

export function AgencyPage({ agency, choosing, typed, problem }: AgencyProps) {
  const { words } = useView();
  const { name, record, licence_number, about } = agency;
  return (
    <>
      <div class="heading">
        <h1>{name}</h1>
        <p>
          {words.say('agency.licence')} {licence_number}
        </p>
        {about !== '' && <p>{about}</p>}
      </div>
      {record ? <RecordShown record={record} /> : <p class="empty">{words.say('agency.no_record')}</p>}
      {choosing && <Choose {...{ agency, choosing, typed, problem }} />}
    </>
  );
}

function RecordShown({ record }: { record: AgencyRecord }) {
  const { words } = useView();
  const { cases, granted, given_up, waiting, pendency, prior, sources, rating } = record;
  const told = {
    ...prior,
    sources: sources.join(words.say('term.between')) || words.say('agency.no_source'),
  };
  return (
    <>
      <Facts
        facts={[
          {
            label: words.say('agency.grant_rate'),
            value: rateText(record, words),
            note: words.say('agency.grant_rate_note', { count: record.grant_rate.n }),
          },
          {
            label: words.say('agency.pendency'),
            value: pendencyText(record, words),
            note:
              pendency && words.say('agency.pendency_note', { count: pendency.n, waiting: pendency.waiting }),
          },
          {
            label: words.say('agency.rating'),
            value: ratingText(record, words),
            note: words.say('agency.rating_note', { count: rating.n }),
          },
          {
            label: words.say('agency.cases'),
            value: words.number(cases),
            note: words.say('agency.cases_note', { granted, given_up, waiting }),
          },
        ]}
      />
      <p class="muted">{words.say('agency.shrunk', told)}</p>
      <Counts
        title={words.say('agency.fields')}
        head={words.say('agency.field')}
        rows={record.fields.map(({ of, granted }) => ({ name: fieldText(of, words), granted }))}
      />
      <Counts
        title={words.say('agency.offices')}
        head={words.say('agency.office')}
        rows={record.offices.map(({ of, granted }) => ({ name: of, granted }))}
      />
    </>
  );
}

function Counts(props: { title: string; head: string; rows: { name: string; granted: number }[] }) {
  const { words } = useView();
  return (
    <Section title={props.title}>
      <Table<{ name: string; granted: number }>
        caption={props.title}
        empty={words.say('agency.no_granted')}
        rows={props.rows}
        keyOf={({ name }) => name}
        columns={[
          { head: props.head, cell: ({ name }) => name },
          { head: words.say('agency.granted'), cell: ({ granted }) => words.number(granted), kind: 'number' },
        ]}
      />
    </Section>
  );
}

function Choose({ agency, choosing, typed, problem }: AgencyProps & { choosing: Choosing }) {
  const { words } = useView();
  const { drafts, draft_id, conflicts } = choosing;
  const hard = conflicts.some((conflict) => conflict.hard);
  if (drafts.length === 0)
    return (
      <Section title={words.say('agency.instruct')}>
        <p class="empty">{words.say('agency.no_draft')}</p>
      </Section>
    );
  return (
    <Section title={words.say('agency.instruct')} note={words.say('agency.instruction_note')}>
      <AskForm action={`/filing/agencies/${agency.agency_id}`}>
        <Choice
          name="draft_id"
          label={words.say('agency.over_draft')}
          chosen={draft_id}
          options={drafts.map(({ id, reference, title }) => ({ value: id, text: `${reference}  ${title}` }))}
        />
      </AskForm>
      <ConflictTable conflicts={conflicts} />
      <Refusal problem={problem} />
      {!hard && (
        <SendForm
          action={`/filing/agencies/${agency.agency_id}/engagements`}
          send={words.say('agency.instruct')}
          told={{ draft_id }}
        >
          <AreaField
            name="instruction"
            label={words.say('agency.instruction')}
            value={typed}
            rows={4}
            max_length={MAX_INSTRUCTION_CHARS}
            problem={problem}
          />
          {conflicts.length > 0 && (
            <label>
              <input type="checkbox" name="accepted" /> {words.say('agency.accept')}
            </label>
          )}
        </SendForm>
      )}
    </Section>
  );
}

function ConflictTable({ conflicts }: { conflicts: readonly Conflict[] }) {
  const { words } = useView();
  return (
    <Table<Conflict>
      caption={words.say('agency.conflicts')}
      empty={words.say('agency.no_conflicts')}
      rows={conflicts}
      keyOf={({ kind, principal }) => `${kind} ${principal}`}
      columns={[
        { head: words.say('agency.conflict'), cell: ({ kind }) => words.say(`conflict.${kind}`) },
        {
          head: words.say('agency.acts_for'),
          cell: ({ principal }) => principal ?? words.say('agency.client'),
        },
        {
          head: words.say('agency.accept'),
          cell: ({ hard }) => words.say(hard ? 'agency.hard' : 'agency.soft'),
        },
      ]}
    />
  );
}

interface OwnProps {
  agency: Agency | null;
  typed: Readonly<Record<string, string>>;
  problem: Problem | null;
}

export function OwnEntryPage({ agency, typed, problem }: OwnProps) {
  const { words } = useView();
  const shown = {
    licence_number: agency?.licence_number ?? '',
    offices: agency?.offices.join(' ') ?? '',
    languages: agency?.languages.join(' ') ?? '',
    register_names: agency?.register_names.join('\n') ?? '',
    about: agency?.about ?? '',
    ...typed,
  };
  return (
    <>
      <div class="heading">
        <h1>{words.say('agency.own')}</h1>
        {agency && <p>{words.say(`agency_state.${agency.state}`)}</p>}
        {agency?.reason && <p>{agency.reason}</p>}
      </div>
      <Refusal problem={problem} />
      <Section title={words.say('agency.own')} note={words.say('agency.own_note')}>
        <SendForm action="/filing/agency" send={words.say('agency.enter')}>
          <Field
            name="licence_number"
            label={words.say('agency.licence')}
            input={{ value: shown.licence_number }}
            problem={problem}
          />
          <Field
            name="offices"
            label={words.say('agency.acts_before')}
            input={{ value: shown.offices }}
            problem={problem}
          />
          <Field
            name="languages"
            label={words.say('agency.languages')}
            input={{ value: shown.languages }}
            problem={problem}
          />
          {(['register_names', 'about'] as const).map((name) => (
            <AreaField
              key={name}
              name={name}
              label={words.say(`agency.${name}`)}
              value={shown[name]}
              rows={4}
              problem={problem}
            />
          ))}
        </SendForm>
      </Section>
    </>
  );
}

function rateText(record: AgencyRecord | null, words: Words): string {
  if (!record) return words.say('agency.no_record');
  const { rate, low, high } = record.grant_rate;
  const percent = (share: number) => words.percent(Math.round(share * 10_000), PERCENT_DIGITS);
  return `${percent(rate)} (${percent(low)}–${percent(high)})`;
}

function pendencyText(record: AgencyRecord | null, words: Words): string {
  if (!record?.pendency) return words.say('term.unknown');
  const { years, low, high } = record.pendency;
  const [mid, from, to] = [years, low, high].map((value) => words.number(value, YEAR_DIGITS));
  return words.say('agency.years', { years: `${mid} (${from}–${to})` });
}

function ratingText(record: AgencyRecord | null, words: Words): string {
  if (!record) return words.say('term.unknown');
  const { rate, low, high } = record.rating;
  const [mid, from, to] = [rate, low, high].map((value) => words.number(value, 1));
  return `${mid} (${from}–${to})`;
}
