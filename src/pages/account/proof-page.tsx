/** Shows again who is there, before what changes an account or hands out a key. */
import { type Faults, SendForm, TextField } from '../parts/forms.tsx';
import type { Onward } from '../sign-in/sign-in-pages.tsx';
import { useView } from '../view.ts';

interface Props {
  onward: Onward;
  faults: Faults;
  second_factor: boolean;
}

export function ProofPage({ onward, faults, second_factor }: Props) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('proof.title')}</h1>
      <p class="muted">{words.say('proof.lead')}</p>
      <SendForm action="/account/proof" send={words.say('proof.send')} told={onward}>
        <ProofFields label={words.say('sign_in.password')} {...{ second_factor, faults }} />
      </SendForm>
      <p class="muted">{words.say('proof.without_password')}</p>
    </div>
  );
}

interface ProofFieldsProps {
  /** What the password is called. */
  label: string;
  /** Of the password, where the page has another of its name. */
  id?: string;
  second_factor: boolean;
  faults: Faults;
}

/** What somebody shows who it is by, who is signed in already. */
export function ProofFields({ label, id = 'password', second_factor, faults }: ProofFieldsProps) {
  const { words } = useView();
  return (
    <>
      <TextField
        name="password"
        id={id}
        label={label}
        fault={faults.password}
        input={{ type: 'password', autocomplete: 'current-password' }}
      />
      {second_factor && (
        <TextField
          name="code"
          label={words.say('sign_in.code')}
          fault={faults.code}
          input={{ autocomplete: 'one-time-code' }}
        />
      )}
    </>
  );
}
