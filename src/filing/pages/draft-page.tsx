/** A draft: its text in a form, what the checks found beside the claims, comments, versions. */
import type { Finding } from '../../../models/claims/types.ts';
import type { Problem } from '../../errors.ts';
import type { Key } from '../../pages/language/catalogue.ts';
import type { Words } from '../../pages/language/words.ts';
import type { LargeForm } from '../../pages/large-forms.ts';
import { AreaField, Field, may, Press, Refusal, SendForm } from '../../pages/parts/forms.tsx';
import { Choice, DayField, Section, SeverityMarked, Table } from '../../pages/parts/parts.tsx';
import { useView, type View } from '../../pages/view.ts';
import type { Comment } from '../drafts/comments.ts';
import type { PartDifference } from '../drafts/difference.ts';
import { DRAFT_FORM_LIMIT_BYTES, PART_LIMITS_CHARS, TEXT_PARTS, type TextPart } from '../drafts/limits.ts';
import type { VersionHead } from '../drafts/store.ts';
import { DifferenceView } from './difference-page.tsx';
import type { ShownDraft } from './read.ts';

export const DRAFT_SIZE: LargeForm = {
  body_bytes: DRAFT_FORM_LIMIT_BYTES,
  limit_bytes: DRAFT_FORM_LIMIT_BYTES,
  field: 'description',
};

export type TypedText = Record<TextPart | 'classes' | 'cited' | 'note', string>;

interface Props extends ShownDraft {
  typed: TypedText;
  problem: Problem | null;
  /** What others wrote since the page was opened, where the text could not be stored for it. */
  since: { after: number; parts: PartDifference[] } | null;
  /** Claims of the latest version, by their numbers. */
  claims: readonly { number: number; text: string }[];
}

const ROWS: Readonly<Record<TextPart, number>> = {
  title: 1,
  claims: 16,
  description: 24,
  abstract: 6,
  figures: 4,
};

export function DraftPage(props: Props) {
  const { draft, text, check, comments, versions, names, claims } = props;
  const view = useView();
  const { words } = view;
  const writes = mayWrite(view);
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href="/filing">{words.say('nav.filing')}</a>
        </p>
        <h1>{draft.reference}</h1>
        <p>
          <span>{words.say(`filing_form.${draft.form}`)}</span>
          <span>{words.say('filing.version_of', { version: draft.version })}</span>
          <a href={`/filing/drafts/${draft.id}/prior-art`}>{words.say('filing.prior_art')}</a>
          <a href="/filing/agencies">{words.say('agency.title')}</a>
          <a href={`/filing/drafts/${draft.id}/packages`}>{words.say('package.title')}</a>
        </p>
      </div>
      {writes ? <Editor {...props} /> : <TextShown {...{ text, language: draft.language }} />}
      <Section title={words.say('filing.checks')} note={words.say('filing.checks_note')} id="checks">
        {may(view, 'write') && (
          <Press
            action={`/filing/drafts/${draft.id}/checks`}
            text={words.say('filing.check')}
            kind="primary"
          />
        )}
        {check === null ? (
          <p class="empty">{words.say('filing.unchecked', { version: draft.version })}</p>
        ) : (
          <Findings {...{ findings: check.findings, claims, language: draft.language }} />
        )}
      </Section>
      <Comments {...{ draft, comments, names }} />
      <Versions draft_id={draft.id} versions={versions} />
      {writes && <Prepare draft_id={draft.id} />}
    </>
  );
}

/** The firm alone writes a draft. */
function mayWrite(view: View): boolean {
  return view.caller?.kind === 'firm' && may(view, 'write');
}

function Editor({ draft, typed, problem, since }: Props) {
  const { words } = useView();
  return (
    <Section title={words.say('filing.text')} note={words.say('filing.text_note')} id="text">
      <Refusal problem={problem} />
      {since && (
        <div class="refusal" id="since">
          <p>{words.say('filing.stale', { after: since.after, version: draft.version })}</p>
          <DifferenceView parts={since.parts} />
        </div>
      )}
      <SendForm
        action={`/filing/drafts/${draft.id}`}
        send={words.say('filing.save')}
        large={DRAFT_SIZE}
        told={{ after: String(draft.version) }}
      >
        {TEXT_PARTS.map((part) => (
          <AreaField
            key={part}
            name={part}
            label={words.say(`part.${part}`)}
            value={typed[part]}
            rows={ROWS[part]}
            hint={
              part === 'figures'
                ? words.say('filing.figures_hint')
                : words.say('filing.limit', { count: PART_LIMITS_CHARS[part] })
            }
            lang={draft.language}
            problem={problem}
          />
        ))}
        <Field
          name="classes"
          label={words.say('filing.classes')}
          note={words.say('filing.classes_hint')}
          input={{ value: typed.classes }}
          problem={problem}
        />
        <Field
          name="cited"
          label={words.say('filing.cited')}
          note={words.say('filing.cited_hint')}
          input={{ value: typed.cited }}
          problem={problem}
        />
        <Field
          name="note"
          label={words.say('filing.note')}
          input={{ value: typed.note, maxLength: 500 }}
          problem={problem}
        />
      </SendForm>
    </Section>
  );
}

function TextShown({ text, language }: { text: ShownDraft['text']; language: string }) {
  const { words } = useView();
  return (
    <Section title={words.say('filing.text')} id="text">
      <dl class="particulars">
        {TEXT_PARTS.map((part) => (
          <div key={part}>
            <dt>{words.say(`part.${part}`)}</dt>
            <dd lang={language}>
              <pre class="draft-text">{text[part] === '' ? words.say('term.none') : text[part]}</pre>
            </dd>
          </div>
        ))}
      </dl>
    </Section>
  );
}

interface Row {
  key: string;
  head: string;
  text: string | null;
  findings: Finding[];
}

/** A row for each claim with what was found in it, then one for each other part. */
function Findings({
  findings,
  claims,
  language,
}: {
  findings: Finding[];
  claims: Props['claims'];
  language: string;
}) {
  const { words } = useView();
  if (findings.length === 0) return <p class="done">{words.say('filing.no_findings')}</p>;
  const of_claims: Row[] = claims.map(({ number, text }, place) => ({
    key: `${place}`,
    head: words.say('filing.claim', { number }),
    text,
    findings: findings.filter(({ claim }) => claim === number),
  }));
  const others: Row[] = TEXT_PARTS.map((part) => ({
    key: part,
    head: words.say(`part.${part}`),
    text: null,
    findings: findings.filter(({ claim, place }) => claim === null && place.part === part),
  })).filter((row) => row.findings.length > 0);
  return (
    <Table<Row>
      caption={words.say('filing.checks')}
      empty={words.say('filing.no_findings')}
      rows={[...of_claims, ...others]}
      keyOf={({ key }) => key}
      columns={[
        { head: words.say('filing.place'), kind: 'short', cell: ({ head }) => head },
        {
          head: words.say('part.claims'),
          cell: ({ text }) => (text === null ? null : <span lang={language}>{text}</span>),
        },
        {
          head: words.say('filing.findings'),
          cell: (row) =>
            row.findings.length === 0 ? (
              <span class="muted">{words.say('term.none')}</span>
            ) : (
              <ul class="findings">
                {row.findings.map((finding) => (
                  <li key={`${finding.rule} ${finding.place.start}`}>
                    <FindingShown finding={finding} />
                  </li>
                ))}
              </ul>
            ),
        },
      ]}
    />
  );
}

const SEVERITIES = { error: 'critical', warning: 'warning', info: 'info' } as const;

function FindingShown({ finding }: { finding: Finding }) {
  const { words } = useView();
  const { severity, message, remedy, rule, values, place } = finding;
  return (
    <>
      <SeverityMarked severity={SEVERITIES[severity]} />
      <Ruled words={words} name={`claims.rule.${rule}`} values={values} english={message} />
      <Ruled words={words} name={`claims.remedy.${rule}`} values={values} english={remedy} />
      {place.quote !== '' && <q class="muted">{place.quote}</q>}
    </>
  );
}

/** In the reader's language where the catalogue has the rule, else as the checks say it. */
function Ruled({
  words,
  name,
  values,
  english,
}: {
  words: Words;
  name: string;
  values: Finding['values'];
  english: string;
}) {
  return words.has(name) ? <p>{words.say(name as Key, values)}</p> : <p lang="en">{english}</p>;
}

function Comments({ draft, comments, names }: Pick<Props, 'draft' | 'comments' | 'names'>) {
  const view = useView();
  const { words } = view;
  return (
    <Section title={words.say('filing.comments')} note={words.say('filing.comments_note')} id="comments">
      <Table<Comment>
        caption={words.say('filing.comments')}
        empty={words.say('filing.no_comments')}
        rows={comments}
        keyOf={({ id }) => id}
        idOf={({ id }) => id}
        columns={[
          {
            head: words.say('filing.place'),
            kind: 'short',
            cell: ({ part, claim, version }) => (
              <>
                {claim === null ? words.say(`part.${part}`) : words.say('filing.claim', { number: claim })}
                <span class="muted beneath">{words.say('filing.version_of', { version })}</span>
              </>
            ),
          },
          {
            head: words.say('filing.comment'),
            cell: ({ body }) => <span lang={draft.language}>{body}</span>,
          },
          {
            head: words.say('filing.author'),
            cell: ({ organisation_id, written_at }) => (
              <>
                {names.get(organisation_id) ?? organisation_id}
                <span class="muted beneath">{words.instant(written_at)}</span>
              </>
            ),
          },
          {
            head: words.say('filing.state'),
            cell: ({ id, resolved_at }) =>
              resolved_at === null ? (
                may(view, 'write') ? (
                  <SendForm
                    small
                    action={`/filing/drafts/${draft.id}/comments/${id}/resolution`}
                    send={words.say('filing.resolve')}
                  />
                ) : (
                  words.say('filing.open')
                )
              ) : (
                words.say('filing.resolved', { at: words.instant(resolved_at) })
              ),
          },
        ]}
      />
      {may(view, 'write') && (
        <SendForm
          action={`/filing/drafts/${draft.id}/comments`}
          send={words.say('filing.add_comment')}
          told={{ version: String(draft.version) }}
        >
          <Choice
            name="part"
            label={words.say('filing.part')}
            chosen="claims"
            options={TEXT_PARTS.map((value) => ({ value, text: words.say(`part.${value}`) }))}
          />
          <Field
            name="claim"
            label={words.say('filing.claim_number')}
            note={words.say('filing.claim_hint')}
            input={{ inputMode: 'numeric', maxLength: 5 }}
          />
          <AreaField name="body" label={words.say('filing.comment')} value="" rows={3} />
        </SendForm>
      )}
    </Section>
  );
}

function Versions({ draft_id, versions }: { draft_id: string; versions: readonly VersionHead[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('filing.versions')} note={words.say('filing.versions_note')} id="versions">
      <Table<VersionHead>
        caption={words.say('filing.versions')}
        empty={words.say('term.none')}
        rows={versions}
        keyOf={({ version }) => String(version)}
        columns={[
          { head: words.say('filing.version'), kind: 'number', cell: ({ version }) => words.number(version) },
          { head: words.say('filing.written'), cell: ({ written_at }) => words.instant(written_at) },
          { head: words.say('filing.author'), cell: ({ author_id }) => <code>{author_id}</code> },
          {
            head: words.say('filing.note'),
            cell: ({ note }) => (note === '' ? words.say('term.none') : note),
          },
          {
            head: words.say('filing.difference'),
            cell: ({ version }) =>
              version === 1 ? (
                words.say('term.none')
              ) : (
                <a href={`/filing/drafts/${draft_id}/difference?from=${version - 1}&to=${version}`}>
                  {words.say('filing.difference_of', { from: version - 1, to: version })}
                </a>
              ),
          },
        ]}
      />
    </Section>
  );
}

function Prepare({ draft_id }: { draft_id: string }) {
  const { words } = useView();
  return (
    <Section title={words.say('filing.prepare')} note={words.say('filing.prepare_note')} id="prepare">
      <SendForm action={`/filing/drafts/${draft_id}/applications`} send={words.say('filing.prepare')}>
        <DayField name="priority_on" label={words.say('filing.priority_on')} value="" />
      </SendForm>
    </Section>
  );
}
