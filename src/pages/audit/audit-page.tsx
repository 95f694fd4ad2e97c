/** The organisation's own audit chain, newest first, and whether it still says what it said. */
import type { ListedEntry } from '../../audit/read.ts';
import type { ChainCheck } from '../../audit/verify.ts';
import type { Key } from '../language/catalogue.ts';
import type { Words } from '../language/words.ts';
import { SessionForm } from '../parts/forms.tsx';
import { AskForm, DayField, Section, Table } from '../parts/parts.tsx';
import { Said } from '../parts/said.tsx';
import { useView } from '../view.ts';

/** What is asked for, as it was typed. */
export interface Asked {
  action?: string;
  subject?: string;
  actor?: string;
  from?: string;
  to?: string;
}

export interface Verified {
  /** Null where the chain is too long to be verified on a page. */
  check: ChainCheck | null;
  /** Published ones, all of which the chain was held against. */
  heads: number;
  /** Of the last entry, hexadecimal. */
  sha256: string;
  entries: number;
  limit: number;
}

interface Props {
  entries: readonly ListedEntry[];
  more: boolean;
  asked: Asked;
  verified: Verified | null;
  nameOf: (id: string) => string;
}

const TEXTS = ['action', 'subject', 'actor'] as const;

export function AuditPage({ entries, more, asked, verified, nameOf }: Props) {
  const { words } = useView();
  const next = { ...asked, before: String(entries.at(-1)?.seq) };
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.audit')}</h1>
        <p>{words.say('audit.lead')}</p>
      </div>
      <Section title={words.say('audit.verify')} note={words.say('audit.verify_note')}>
        {verified && <Verification verified={verified} />}
        <SessionForm action="/audit/verification">
          <button type="submit" class="button primary">
            {words.say('audit.verify')}
          </button>
        </SessionForm>
      </Section>
      <Section title={words.say('audit.entries')} note={words.say('audit.newest')}>
        <AskForm action="/audit">
          {TEXTS.map((name) => (
            <label key={name} class="field">
              <span>{words.say(`audit.${name}`)}</span>
              <input name={name} value={asked[name] ?? ''} maxLength={200} />
            </label>
          ))}
          <DayField name="from" label={words.say('audit.from')} value={asked.from ?? ''} />
          <DayField name="to" label={words.say('audit.to')} value={asked.to ?? ''} />
        </AskForm>
        <Entries {...{ entries, nameOf }} />
        {more && (
          <nav class="pager" aria-label={words.say('pager.label')}>
            <a href={`/audit?${new URLSearchParams(next)}`}>{words.say('pager.after')}</a>
          </nav>
        )}
      </Section>
    </>
  );
}

/** Says what was verified, not only that it was. */
function Verification({ verified: { check, heads, sha256, entries, limit } }: { verified: Verified }) {
  const { words } = useView();
  if (check === null)
    return (
      <p class="refusal" role="alert">
        {words.say('audit.too_long', { entries, limit })} <code>{'npm run audit:verify'}</code>
      </p>
    );
  if (check.broken_at !== null)
    return (
      <div class="refusal" role="alert">
        <p>
          <strong>{words.say('audit.broken', { seq: check.broken_at })}</strong> <Said of={check.why!} />
        </p>
        <p>{words.say('audit.holds_until', { count: check.entries })}</p>
      </div>
    );
  return (
    <div class="success" role="status">
      <p>
        <strong>{words.say('audit.holds', { count: check.entries })}</strong>
      </p>
      <p>{words.say('audit.heads_met', { count: heads })}</p>
      {check.entries > 0 && (
        <p>
          {words.say('audit.head')} <code>{sha256}</code>
        </p>
      )}
    </div>
  );
}

function Entries({ entries, nameOf }: Pick<Props, 'entries' | 'nameOf'>) {
  const { words } = useView();
  return (
    <Table<ListedEntry>
      caption={words.say('nav.audit')}
      empty={words.say('audit.none')}
      rows={entries}
      keyOf={({ seq }) => String(seq)}
      columns={[
        { head: words.say('audit.action'), cell: ({ action }) => <Action action={action} /> },
        { head: words.say('audit.number'), kind: 'number', cell: ({ seq }) => words.number(seq) },
        { head: words.say('audit.at'), kind: 'short', cell: ({ at }) => words.instant(at) },
        { head: words.say('audit.actor'), kind: 'short', cell: ({ actor }) => nameOf(actor) },
        { head: words.say('audit.subject'), cell: ({ subject }) => <code>{subject}</code> },
        {
          head: words.say('audit.detail'),
          cell: ({ detail, sha256 }) => (
            <details>
              <summary>
                <code>{sha256.slice(0, 12)}</code>
              </summary>
              <pre class="plain">{JSON.stringify(detail, null, 2)}</pre>
              <code>{sha256}</code>
            </details>
          ),
        },
      ]}
    />
  );
}

const REFUSED = '.refused';

/** By its own name, or by that of the event that tells of it; null where the catalogue has neither. */
export function actionIn(action: string, words: Words): string | null {
  const known = (name: string) => {
    const code = name.replaceAll('.', '_');
    const key = [`audit_action.${code}`, `event.${code}`].find(words.has);
    return key ? words.say(key as Key) : null;
  };
  const tried = action.endsWith(REFUSED) ? known(action.slice(0, -REFUSED.length)) : null;
  return known(action) ?? (tried && words.say('audit.refused', { action: tried }));
}

/** In words where the catalogue has them, above the code by which entries are asked for. */
function Action({ action }: { action: string }) {
  const { words } = useView();
  const said = actionIn(action, words);
  return (
    <>
      {said && <span>{said} </span>}
      <code class={said ? 'muted' : undefined}>{action}</code>
    </>
  );
}
