import type { InputHTMLAttributes } from 'preact';
import type { Key } from '../language/catalogue.ts';
import { useView } from '../view.ts';

/** What is wrong with a field, by its name. */
export type Faults = Partial<Record<'email' | 'password' | 'code', Key>>;

interface FieldProps {
  name: keyof Faults;
  input: InputHTMLAttributes<HTMLInputElement>;
  fault: Key | undefined;
}

function TextField({ name, input, fault }: FieldProps) {
  const { words } = useView();
  const fault_id = `${name}-fault`;
  return (
    <div class="field">
      <label for={name}>{words.say(`sign_in.${name}`)}</label>
      <input
        {...input}
        id={name}
        name={name}
        aria-invalid={fault ? true : undefined}
        aria-describedby={fault && fault_id}
        autofocus={fault !== undefined}
      />
      {fault && (
        <p class="fault" id={fault_id}>
          {words.say(fault)}
        </p>
      )}
    </div>
  );
}

function ReturnTo({ return_to }: { return_to: string | null }) {
  return return_to === null ? null : <input type="hidden" name="return_to" value={return_to} />;
}

export function SignInPage(props: { email: string; faults: Faults; return_to: string | null }) {
  const { email, faults, return_to } = props;
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('sign_in.title')}</h1>
      {return_to !== null && <p class="muted">{words.say('sign_in.expired')}</p>}
      <form method="post" action="/sign-in" noValidate>
        <ReturnTo return_to={return_to} />
        <TextField
          name="email"
          input={{ type: 'email', autocomplete: 'username', value: email }}
          fault={faults.email}
        />
        <TextField
          name="password"
          input={{ type: 'password', autocomplete: 'current-password' }}
          fault={faults.password}
        />
        <button type="submit" class="button primary">
          {words.say('sign_in.title')}
        </button>
      </form>
    </div>
  );
}

export function CodePage(props: { ticket: string; refused: boolean; return_to: string | null }) {
  const { ticket, refused, return_to } = props;
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('sign_in.code_title')}</h1>
      <form method="post" action="/sign-in/code">
        <ReturnTo return_to={return_to} />
        <input type="hidden" name="ticket" value={ticket} />
        <TextField
          name="code"
          input={{ type: 'text', autocomplete: 'one-time-code' }}
          fault={refused ? 'sign_in.code_refused' : undefined}
        />
        <button type="submit" class="button primary">
          {words.say('sign_in.title')}
        </button>
      </form>
      <p>
        <a href="/sign-in">{words.say('sign_in.again')}</a>
      </p>
    </div>
  );
}
