/** What forms that change something are put together from. */
import type { ComponentChildren, InputHTMLAttributes } from 'preact';
import type { Problem } from '../../errors.ts';
import { CSRF_FIELD } from '../../http/session-cookie.ts';
import { type Action, actionsOfRole } from '../../people/roles.ts';
import { useView, type View } from '../view.ts';

/** Whether the person may do it; a form that would be refused is not shown. */
export function may({ caller }: View, action: Action): boolean {
  return caller?.session ? actionsOfRole(caller.kind, caller.session.role).includes(action) : false;
}

interface PostProps {
  action: string;
  class?: string;
  children: ComponentChildren;
}

/** A form that changes something: it carries the token of the session. */
export function PostForm({ action, children, class: kind = 'act' }: PostProps) {
  const { csrf_token } = useView();
  return (
    <form class={kind} method="post" action={action} noValidate>
      {csrf_token !== null && <input type="hidden" name={CSRF_FIELD} value={csrf_token} />}
      {children}
    </form>
  );
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

/** What the service refused, above the form: title in the reader's language, the service's own words below. */
export function Refusal({ problem }: { problem: Problem | null }) {
  const { words } = useView();
  if (!problem) return null;
  return (
    <div class="refusal" role="alert">
      <p>{words.say(`problem.${problem.code}`)}</p>
      <p lang="en">{problem.message}</p>
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
  /** Where the slider beside a number ends; none if left out. */
  slider?: number;
}

/** A field with its fault beside it: that of its own name in what the service refused. */
export function Field({ name, label, note, input, problem, fault: own, slider }: FieldProps) {
  const refused = problem?.fields.find(({ pointer }) => pointer === `/body/${name}`)?.detail;
  const fault = own ?? refused;
  const described = [fault && `${name}-fault`, note && `${name}-note`].filter(Boolean).join(' ');
  return (
    <div class="field">
      <label for={name}>{label}</label>
      <input
        {...input}
        id={name}
        name={name}
        data-slider={slider}
        aria-invalid={fault ? true : undefined}
        aria-describedby={described || undefined}
        autofocus={fault !== undefined}
      />
      {fault && (
        <p class="fault" id={`${name}-fault`} lang={own ? undefined : 'en'}>
          {fault}
        </p>
      )}
      {note && <p id={`${name}-note`}>{note}</p>}
    </div>
  );
}
