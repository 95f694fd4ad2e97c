/** What forms that change something are put together from: fields with their faults beside them, and the token of the session. */
import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import type { Problem } from '../../errors.ts';
import { CSRF_FIELD } from '../../http/session-cookie.ts';
import { type Action, actionsOfRole } from '../../people/roles.ts';
import type { Words } from '../language/words.ts';
import { type LargeForm, tooLarge } from '../large-forms.ts';
import { FORM_KEY_FIELD } from '../once.ts';
import { useView, type View } from '../view.ts';
import { saidIn, Why } from './said.tsx';

/** What is wrong with a field, by its name, in the reader's language. */
export type Faults = Readonly<Record<string, string | undefined>>;

/** Whether the person may do it; a form that would be refused is not shown. */
export function may({ caller }: View, action: Action): boolean {
  return caller?.session ? actionsOfRole(caller.kind, caller.session.role).includes(action) : false;
}

interface TextFieldProps {
  name: string;
  label: string;
  /** Where two forms of a page have a field of the same name. */
  id?: string;
  hint?: string | undefined;
  fault: string | undefined;
  /** The fault is in the service's own words. */
  english?: boolean | undefined;
  input?: InputHTMLAttributes<HTMLInputElement>;
  /** Where the slider beside a number ends; none if left out. */
  slider?: number | undefined;
}

export function TextField({
  name,
  label,
  id = name,
  hint,
  fault,
  english = false,
  input,
  slider,
}: TextFieldProps) {
  const fault_id = `${id}-fault`;
  const hint_id = `${id}-hint`;
  const described = [hint && hint_id, fault && fault_id].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        type="text"
        {...input}
        id={id}
        name={name}
        data-slider={slider}
        aria-invalid={fault ? true : undefined}
        aria-describedby={described || undefined}
        autofocus={fault !== undefined}
      />
      {hint && <p id={hint_id}>{hint}</p>}
      {fault && (
        <p class="fault" id={fault_id} lang={english ? 'en' : undefined}>
          {fault}
        </p>
      )}
    </div>
  );
}

interface FieldProps {
  name: string;
  label: string;
  note?: string;
  input: InputHTMLAttributes<HTMLInputElement>;
  /** What the service refused. */
  problem?: Problem | null;
  /** What is wrong with it, in the reader's language. */
  fault?: string | undefined;
  slider?: number;
}

/** Of a password that is chosen, with the rule that it must meet. */
export function NewPasswordField({ name, fault }: { name: string; fault: string | undefined }) {
  const { words } = useView();
  return (
    <TextField
      name={name}
      label={words.say('account.new_password')}
      hint={words.say('account.password_rule')}
      fault={fault}
      input={{ type: 'password', autocomplete: 'new-password' }}
    />
  );
}

/** A field whose fault may be that of its own name in what the service refused. */
export function Field({ name, label, note, input, problem, fault, slider }: FieldProps) {
  const { words } = useView();
  const refused = refusedIn(problem, name, words);
  return (
    <TextField
      {...{ name, label, input, slider }}
      hint={note}
      fault={fault ?? refused?.text}
      english={fault === undefined && refused?.english}
    />
  );
}

interface AreaProps {
  name: string;
  label: string;
  value: string;
  rows: number;
  hint?: string | undefined;
  /** Of what is written, where it is not the reader's. */
  lang?: string | undefined;
  max_length?: number;
  /** What the service refused. */
  problem?: Problem | null;
  /** What is wrong with it, in the reader's language. */
  fault?: string | undefined;
}

/** A field for longer text. */
export function AreaField({ name, label, value, rows, hint, lang, max_length, problem, fault }: AreaProps) {
  const { words } = useView();
  const refused = refusedIn(problem, name, words);
  const wrong = fault ?? refused?.text;
  const [hint_id, fault_id] = [`${name}-hint`, `${name}-fault`];
  const described = [hint && hint_id, wrong && fault_id].filter(Boolean).join(' ');
  return (
    <div class="field wide-field">
      <label for={name}>{label}</label>
      {/* The first line break within it would be dropped. */}
      <textarea
        id={name}
        name={name}
        rows={rows}
        lang={lang}
        maxLength={max_length}
        aria-invalid={wrong ? true : undefined}
        aria-describedby={described || undefined}
      >
        {`\n${value}`}
      </textarea>
      {hint && <p id={hint_id}>{hint}</p>}
      {wrong && (
        <p class="fault" id={fault_id} lang={fault === undefined && refused?.english ? 'en' : undefined}>
          {wrong}
        </p>
      )}
    </div>
  );
}

/** What was found wrong with a field; in English where it has no code. */
function refusedIn(
  problem: Problem | null | undefined,
  name: string,
  words: Words,
): { text: string; english: boolean } | undefined {
  const found = problem?.fields.find(({ pointer }) => pointer === `/body/${name}`);
  if (!found) return undefined;
  const said = found.sentence ? saidIn(found.sentence, words) : null;
  return { text: said ?? found.detail, english: said === null };
}

interface PostProps {
  action: string;
  class?: string;
  id?: string;
  /** Whether a field of it is a file. */
  files?: boolean;
  large?: LargeForm | undefined;
  /** The key that another page gave the form before; that of this page if left out. */
  form_key?: string | undefined;
  children: ComponentChildren;
}

/** A form that changes something. */
export function PostForm({
  action,
  id,
  files = false,
  large,
  form_key,
  children,
  class: kind = 'act',
}: PostProps) {
  const { words } = useView();
  return (
    <form
      class={kind}
      method="post"
      action={action}
      id={id}
      enctype={files ? 'multipart/form-data' : undefined}
      data-limit-bytes={large?.limit_bytes}
      data-limit-field={large?.field}
      data-limit-said={large && saidIn(tooLarge(large), words)}
      noValidate
    >
      <Tokens form_key={form_key} />
      {children}
    </form>
  );
}

/** The token of the session, so that no other site can send the form, and the key by which it is done once. */
function Tokens({ form_key }: Pick<PostProps, 'form_key'>) {
  const { csrf_token, form_key: own } = useView();
  if (csrf_token === null) return null;
  return (
    <>
      <input type="hidden" name={CSRF_FIELD} value={csrf_token} />
      <input type="hidden" name={FORM_KEY_FIELD} value={form_key ?? own} />
    </>
  );
}

/** Nothing for who is not signed in as a person: a key sends no forms. */
export function SessionForm(props: PostProps) {
  return useView().csrf_token === null ? null : <PostForm {...props} />;
}

/** A form of one button. */
export function Press({ action, text, kind = '' }: { action: string; text: string; kind?: string }) {
  return (
    <PostForm action={action}>
      <button type="submit" class={`button ${kind}`}>
        {text}
      </button>
    </PostForm>
  );
}

interface SendProps {
  action: string;
  /** What its button says. */
  send: string;
  /** A button alone, among others or in a row of a table. */
  small?: boolean;
  /** Fields beside each other. */
  row?: boolean;
  /** Fields that are not seen. */
  told?: Readonly<Record<string, string>>;
  form_key?: string | undefined;
  files?: boolean;
  large?: LargeForm;
  children?: ComponentChildren;
}

export function SendForm(props: SendProps) {
  const { action, send, small = false, row = false, told = {}, files = false, large } = props;
  const { form_key, children } = props;
  return (
    <PostForm
      class={`send${small ? ' small' : ''}${row ? ' row' : ''}`}
      {...{ action, files, large, form_key }}
    >
      {Object.entries(told).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
      <button type="submit" class={small ? 'button' : 'button primary'}>
        {send}
      </button>
    </PostForm>
  );
}

/** What has just been done, above all else. */
export function Done({ children }: { children: ComponentChildren }) {
  return (
    <p class="done" role="status">
      {children}
    </p>
  );
}

/** Secrets that are shown once. */
export function ShownOnce({
  title,
  note,
  secrets,
}: {
  title: string;
  note: string;
  secrets: readonly string[];
}) {
  return (
    <section class="shown-once" aria-label={title}>
      <h2>{title}</h2>
      <p>{note}</p>
      <ul>
        {secrets.map((secret) => (
          <li key={secret}>
            <code>{secret}</code>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the service refused, above the form: title in the reader's language, the service's own words below. */
export function Refusal({ problem }: { problem: Problem | null }) {
  const { words } = useView();
  if (!problem) return null;
  return (
    <div class="refusal" role="alert">
      <p>{words.say(`problem.${problem.code}`)}</p>
      <Why problem={problem} />
    </div>
  );
}
