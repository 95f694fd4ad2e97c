/** A form that changes something: with the token of the session, so that no other site can send it. */
import type { ComponentChildren } from 'preact';
import { CSRF_FIELD } from '../../http/session-cookie.ts';
import { useView } from '../view.ts';

interface Props {
  action: string;
  class?: string;
  id?: string;
  children: ComponentChildren;
}

/** Nothing for who is not signed in as a person: a key sends no forms. */
export function PostForm({ action, id, class: name = 'act', children }: Props) {
  const { csrf_token } = useView();
  if (csrf_token === null) return null;
  return (
    <form method="post" action={action} class={name} id={id} noValidate>
      <input type="hidden" name={CSRF_FIELD} value={csrf_token} />
      {children}
    </form>
  );
}
