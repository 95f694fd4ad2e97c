import { type Faults, NewPasswordField, SendForm, TextField } from '../parts/forms.tsx';
import { useView } from '../view.ts';

/** Where a sign-in leads: back to a page, or on with a form that was kept. */
export type Onward = Readonly<{ return_to?: string; kept?: string }>;

interface SignInProps {
  email: string;
  /** Its password was just set anew. */
  recovered?: boolean;
  faults: Faults;
  onward: Onward;
}

export function SignInPage({ email, recovered = false, faults, onward }: SignInProps) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('sign_in.title')}</h1>
      {recovered && <p class="done">{words.say('recovery.done')}</p>}
      {onward.kept !== undefined ? (
        <p class="done">{words.say('sign_in.kept')}</p>
      ) : (
        onward.return_to !== undefined && <p class="muted">{words.say('sign_in.expired')}</p>
      )}
      <SendForm action="/sign-in" send={words.say('sign_in.title')} told={onward}>
        <TextField
          name="email"
          label={words.say('sign_in.email')}
          input={{ type: 'email', autocomplete: 'username', value: email }}
          fault={faults.email}
        />
        <TextField
          name="password"
          label={words.say('sign_in.password')}
          input={{ type: 'password', autocomplete: 'current-password' }}
          fault={faults.password}
        />
      </SendForm>
      <form class="send" data-passkey="sign-in" method="post" action="/kept-form" hidden>
        {Object.entries(onward).map(([name, value]) => (
          <input key={name} type="hidden" name={name} value={value} />
        ))}
        <button type="submit" class="button">
          {words.say('sign_in.by_passkey')}
        </button>
        <p class="fault" role="alert" hidden>
          {words.say('sign_in.passkey_refused')}
        </p>
      </form>
      <p>
        <a href="/sign-in/organisation">{words.say('sign_in.by_provider')}</a>
      </p>
      <p class="muted">{words.say('sign_in.forgotten')}</p>
    </div>
  );
}

export function CodePage({ ticket, refused, onward }: { ticket: string; refused: boolean; onward: Onward }) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('sign_in.code_title')}</h1>
      <SendForm action="/sign-in/code" send={words.say('sign_in.title')} told={{ ...onward, ticket }}>
        <TextField
          name="code"
          label={words.say('sign_in.code')}
          input={{ autocomplete: 'one-time-code' }}
          fault={refused ? words.say('sign_in.code_refused') : undefined}
        />
      </SendForm>
      <p>
        <a href="/sign-in">{words.say('sign_in.again')}</a>
      </p>
    </div>
  );
}

export function OrganisationPage({ organisation_id, faults }: { organisation_id: string; faults: Faults }) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('provider.title')}</h1>
      <p class="muted">{words.say('provider.lead')}</p>
      <SendForm action="/sign-in/organisation" send={words.say('provider.next')}>
        <TextField
          name="organisation_id"
          label={words.say('provider.organisation')}
          input={{ value: organisation_id, autocomplete: 'organization' }}
          fault={faults.organisation_id}
        />
      </SendForm>
      <p>
        <a href="/sign-in">{words.say('sign_in.again')}</a>
      </p>
    </div>
  );
}

/** A link and no redirect: the policy of pages lets no form lead elsewhere. */
export function ToProviderPage({ url }: { url: string }) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('provider.title')}</h1>
      <p>{words.say('provider.leaves')}</p>
      <p>
        <a class="button primary" href={url}>
          {words.say('provider.go', { host: new URL(url).host })}
        </a>
      </p>
    </div>
  );
}

/** Where the provider sends the browser back to. Its answer goes on by a form, so that no address begins a session. */
export function FromProviderPage({ answer }: { answer: Readonly<Record<string, string>> | null }) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('provider.title')}</h1>
      <p>{words.say(answer ? 'provider.back' : 'provider.refused')}</p>
      {answer && <SendForm action="/sign-in/provider" send={words.say('sign_in.title')} told={answer} />}
      <p>
        <a href="/sign-in">{words.say('sign_in.again')}</a>
      </p>
    </div>
  );
}

interface InvitationProps {
  token: string;
  name: string;
  faults: Faults;
}

export function InvitationPage({ token, name, faults }: InvitationProps) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('invitation.title')}</h1>
      <p class="muted">{words.say('invitation.lead')}</p>
      <SendForm action="/invitation" send={words.say('invitation.send')} told={{ token }}>
        <TextField
          name="name"
          label={words.say('account.name')}
          fault={faults.name}
          input={{ autocomplete: 'name', value: name }}
        />
        <NewPasswordField name="password" fault={faults.password} />
      </SendForm>
    </div>
  );
}

export function RecoveryPage({ token, fault }: { token: string; fault?: string | undefined }) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('recovery.title')}</h1>
      <p class="muted">{words.say('recovery.lead')}</p>
      <SendForm action="/recovery" send={words.say('recovery.send')} told={{ token }}>
        <NewPasswordField name="password" fault={fault} />
      </SendForm>
    </div>
  );
}
