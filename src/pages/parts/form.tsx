/** Forms that change something: fields with their faults beside them, and the token of the session. */
import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import { CSRF_FIELD } from '../../http/session-cookie.ts';
import { useView } from '../view.ts';

/** What is wrong with a field, by its name, in the reader's language. */
export type Faults = Readonly<Record<string, string | undefined>>;

interface FieldProps {
  name: string;
  label: string;
  /** Where two forms of a page have a field of the same name. */
  id?: string;
  hint?: string;
  fault: string | undefined;
  input?: InputHTMLAttributes<HTMLInputElement>;
}

export function TextField({ name, label, id = name, hint, fault, input }: FieldProps) {
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
        aria-invalid={fault ? true : undefined}
        aria-describedby={described || undefined}
        autofocus={fault !== undefined}
      />
      {hint && <p id={hint_id}>{hint}</p>}
      {fault && (
        <p class="fault" id={fault_id}>
          {fault}
        </p>
      )}
    </div>
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
  children?: ComponentChildren;
}

export function SendForm({ action, send, small = false, row = false, told = {}, children }: SendProps) {
  const { csrf_token } = useView();
  const fields = { ...told, ...(csrf_token !== null && { [CSRF_FIELD]: csrf_token }) };
  return (
    <form class={`send${small ? ' small' : ''}${row ? ' row' : ''}`} method="post" action={action} noValidate>
      {Object.entries(fields).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} />
      ))}
      {children}
      <button type="submit" class={small ? 'button' : 'button primary'}>
        {send}
      </button>
    </form>
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
