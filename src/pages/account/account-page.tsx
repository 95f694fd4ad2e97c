/** The own account: who it is, by what it is guarded, and where it is open. */
import type { Passkey } from '../../people/passkeys.ts';
import type { Session } from '../../people/sessions.ts';
import type { Person } from '../../people/store.ts';
import { type Faults, NewPasswordField, SendForm, TextField } from '../parts/forms.tsx';
import { Facts, Section, Table } from '../parts/parts.tsx';
import { roleText } from '../parts/terms.ts';
import { useView } from '../view.ts';
import { ProofFields } from './proof-page.tsx';

export interface AccountShown {
  person: Person;
  second_factor: boolean;
  sessions: Session[];
  session_id: string;
  passkeys: Passkey[];
}

export function AccountPage({ shown, faults }: { shown: AccountShown; faults: Faults }) {
  const { words } = useView();
  const { person, second_factor, passkeys } = shown;
  return (
    <>
      <div class="heading">
        <h1>{words.say('account.title')}</h1>
      </div>
      <Facts
        facts={[
          { label: words.say('account.name'), value: person.name, note: person.email },
          { label: words.say('account.role'), value: roleText(person.role, words) },
          {
            label: words.say('account.second_factor'),
            value: words.say(second_factor ? 'account.on' : 'account.off'),
          },
          { label: words.say('account.passkeys'), value: words.number(passkeys.length) },
        ]}
      />
      <SecondFactor shown={shown} />
      <Passkeys passkeys={passkeys} />
      <Password second_factor={second_factor} faults={faults} />
      <Sessions shown={shown} />
    </>
  );
}

function SecondFactor({ shown: { second_factor } }: { shown: AccountShown }) {
  const { words } = useView();
  return (
    <Section
      id="second-factor"
      title={words.say('account.second_factor')}
      note={words.say('account.second_factor_note')}
    >
      {second_factor ? (
        <SendForm
          small
          action="/account/second-factor/removal"
          send={words.say('account.second_factor_remove')}
        />
      ) : (
        <SendForm small action="/account/second-factor" send={words.say('account.second_factor_add')} />
      )}
    </Section>
  );
}

function Passkeys({ passkeys }: { passkeys: readonly Passkey[] }) {
  const { words, csrf_token } = useView();
  return (
    <Section id="passkeys" title={words.say('account.passkeys')} note={words.say('account.passkeys_note')}>
      <Table<Passkey>
        caption={words.say('account.passkeys')}
        empty={words.say('account.passkeys_none')}
        rows={passkeys}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('account.label'), cell: ({ label }) => label },
          { head: words.say('account.created'), cell: ({ created_at }) => words.instant(created_at) },
          {
            head: words.say('account.last_used'),
            cell: ({ last_used_at }) =>
              last_used_at ? words.instant(last_used_at) : words.say('account.never'),
          },
          {
            head: words.say('account.change'),
            cell: ({ id }) => (
              <SendForm
                small
                action="/account/passkeys/removal"
                told={{ id }}
                send={words.say('account.remove')}
              />
            ),
          },
        ]}
      />
      <noscript>
        <p class="muted">{words.say('account.passkeys_script')}</p>
      </noscript>
      <form class="send row" data-passkey="register" data-csrf={csrf_token} hidden>
        <TextField
          name="label"
          id="passkey-label"
          label={words.say('account.passkey_label')}
          fault={undefined}
          input={{ required: true, maxLength: 200 }}
        />
        <button type="submit" class="button">
          {words.say('account.passkey_add')}
        </button>
        <p class="fault" role="alert" hidden>
          {words.say('account.passkey_refused')}
        </p>
      </form>
    </Section>
  );
}

function Password({ second_factor, faults }: { second_factor: boolean; faults: Faults }) {
  const { words } = useView();
  return (
    <Section
      id="password"
      title={words.say('account.change_password')}
      note={words.say('account.password_note')}
    >
      <SendForm action="/account/password" send={words.say('account.change_password')}>
        <ProofFields
          label={words.say('account.current_password')}
          id="current-password"
          {...{ second_factor, faults }}
        />
        <NewPasswordField name="new_password" fault={faults.new_password} />
      </SendForm>
    </Section>
  );
}

function Sessions({ shown: { sessions, session_id } }: { shown: AccountShown }) {
  const { words } = useView();
  return (
    <Section id="sessions" title={words.say('account.sessions')} note={words.say('account.sessions_note')}>
      <Table<Session>
        caption={words.say('account.sessions')}
        empty={words.say('term.none')}
        rows={sessions}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.say('account.begun'),
            cell: ({ id, begun_at }) => (
              <>
                {words.instant(begun_at)}{' '}
                {id === session_id && <span class="tag">{words.say('account.this_session')}</span>}
              </>
            ),
          },
          { head: words.say('account.last_used'), cell: ({ used_at }) => words.instant(used_at) },
          { head: words.say('account.ends'), cell: ({ ends_at }) => words.instant(ends_at) },
          {
            head: words.say('account.change'),
            cell: ({ id }) =>
              id === session_id ? null : (
                <SendForm
                  small
                  action="/account/sessions/ends"
                  told={{ id }}
                  send={words.say('account.end_session')}
                />
              ),
          },
        ]}
      />
      {sessions.length > 1 && (
        <SendForm small action="/account/sessions/ends" send={words.say('account.end_others')} />
      )}
    </Section>
  );
}
