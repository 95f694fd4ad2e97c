import type { ApiKey, Organisation } from '../../accounts/store.ts';
import { LOST } from '../../people/account-recovery.ts';
import type { Invitation } from '../../people/invitations.ts';
import type { Person } from '../../people/store.ts';
import type { Key } from '../language/catalogue.ts';
import type { Words } from '../language/words.ts';
import { type Faults, SendForm, ShownOnce, TextField } from '../parts/forms.tsx';
import { Choice, Section, Table } from '../parts/parts.tsx';
import { roleText } from '../parts/terms.ts';
import { useView } from '../view.ts';
import { ProviderSection, type ProviderShown } from './provider-section.tsx';

export interface OrganisationShown {
  organisation: Organisation;
  /** Whoever looks. */
  own_id: string;
  /** That the kind of organisation has. */
  roles: readonly string[];
  people: Person[];
  /** Invitations that nobody took yet. */
  waiting: Invitation[];
  /** That are not revoked. */
  keys: ApiKey[];
  provider: ProviderShown;
}

/** What was just made, or what was wrong with what was typed. */
export interface Given {
  /** Address for whoever was invited. */
  invitation?: string;
  /** Address for whoever lost the password. */
  recovery?: string;
  key?: string;
  done?: Key;
  faults?: Faults;
  typed?: Readonly<Record<string, string>>;
}

export function OrganisationPage({ shown, given }: { shown: OrganisationShown; given: Given }) {
  const { words } = useView();
  const { organisation } = shown;
  return (
    <>
      <div class="heading">
        <h1>{organisation.name}</h1>
        <p>
          {words.say('organisation.id')} <code>{organisation.id}</code>
        </p>
      </div>
      {given.invitation && (
        <ShownOnce
          title={words.say('organisation.invited')}
          note={words.say('organisation.invited_note')}
          secrets={[given.invitation]}
        />
      )}
      {given.recovery && (
        <ShownOnce
          title={words.say('organisation.recovery')}
          note={words.say('organisation.recovery_note')}
          secrets={[given.recovery]}
        />
      )}
      {given.done && <p class="done">{words.say(given.done)}</p>}
      {given.key && (
        <ShownOnce
          title={words.say('key.issued')}
          note={words.say('key.issued_note')}
          secrets={[given.key]}
        />
      )}
      <People shown={shown} />
      <Invitations shown={shown} given={given} />
      <Keys shown={shown} given={given} />
      <ProviderSection shown={shown.provider} given={given} />
    </>
  );
}

function People({ shown: { people, roles, own_id } }: { shown: OrganisationShown }) {
  const { words } = useView();
  return (
    <Section title={words.say('organisation.people')} note={words.say('organisation.people_note')}>
      <Table<Person>
        caption={words.say('organisation.people')}
        empty={words.say('term.none')}
        rows={people}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('account.name'), cell: ({ name }) => name },
          { head: words.say('sign_in.email'), cell: ({ email }) => email },
          {
            head: words.say('account.role'),
            cell: ({ id, role, closed_at }) =>
              closed_at || id === own_id ? (
                roleText(role, words)
              ) : (
                <SendForm
                  small
                  action="/organisation/roles"
                  told={{ id }}
                  send={words.say('organisation.set_role')}
                >
                  <Choice
                    name="role"
                    label={words.say('account.role')}
                    chosen={role}
                    options={roleOptions(roles, words)}
                  />
                </SendForm>
              ),
          },
          {
            head: words.say('account.change'),
            cell: ({ id, closed_at }) =>
              closed_at ? (
                words.say('organisation.closed', { at: words.instant(closed_at) })
              ) : id === own_id ? (
                words.say('organisation.you')
              ) : (
                <div class="actions">
                  <SendForm
                    small
                    action="/organisation/recoveries"
                    told={{ id }}
                    send={words.say('organisation.recover')}
                  >
                    <Choice
                      name="lost"
                      label={words.say('organisation.lost')}
                      chosen={LOST[0]}
                      options={LOST.map((value) => ({
                        value,
                        text: words.say(`organisation.lost_${value}`),
                      }))}
                    />
                  </SendForm>
                  <SendForm
                    small
                    action="/organisation/sessions"
                    told={{ id }}
                    send={words.say('organisation.end_sessions')}
                  />
                  <SendForm
                    small
                    action="/organisation/closures"
                    told={{ id }}
                    send={words.say('organisation.close')}
                  />
                </div>
              ),
          },
        ]}
      />
    </Section>
  );
}

function Invitations({ shown: { waiting, roles }, given }: { shown: OrganisationShown; given: Given }) {
  const { words } = useView();
  const { faults = {}, typed = {} } = given;
  return (
    <Section title={words.say('organisation.invite')} note={words.say('organisation.invite_note')}>
      <SendForm row action="/organisation/invitations" send={words.say('organisation.invite')}>
        <TextField
          name="email"
          label={words.say('sign_in.email')}
          fault={faults.email}
          input={{ type: 'email', autocomplete: 'off', value: typed.email }}
        />
        <Choice
          name="role"
          label={words.say('account.role')}
          chosen={typed.role ?? roles.at(-1)!}
          options={roleOptions(roles, words)}
        />
      </SendForm>
      <Table<Invitation>
        caption={words.say('organisation.waiting')}
        empty={words.say('organisation.none_waiting')}
        rows={waiting}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('sign_in.email'), cell: ({ email }) => email },
          { head: words.say('account.role'), cell: ({ role }) => roleText(role, words) },
          { head: words.say('account.ends'), cell: ({ expires_at }) => words.instant(expires_at) },
          {
            head: words.say('account.change'),
            cell: ({ id }) => (
              <SendForm
                small
                action="/organisation/invitations/withdrawals"
                told={{ id }}
                send={words.say('organisation.withdraw')}
              />
            ),
          },
        ]}
      />
    </Section>
  );
}

function Keys({ shown: { keys }, given }: { shown: OrganisationShown; given: Given }) {
  const { words } = useView();
  const { faults = {}, typed = {} } = given;
  return (
    <Section title={words.say('key.title')} note={words.say('key.note')}>
      <SendForm row action="/organisation/keys" send={words.say('key.issue')}>
        <TextField
          name="label"
          label={words.say('key.label')}
          fault={faults.label}
          input={{ value: typed.label, autocomplete: 'off' }}
        />
        <Choice
          name="scopes"
          label={words.say('key.scopes')}
          chosen={typed.scopes ?? 'read'}
          options={[
            { value: 'read', text: words.say('key.read') },
            { value: 'write', text: words.say('key.write') },
          ]}
        />
      </SendForm>
      <Table<ApiKey>
        caption={words.say('key.title')}
        empty={words.say('key.none')}
        rows={keys}
        keyOf={({ id }) => id}
        columns={[
          { head: words.say('account.label'), cell: ({ label }) => label },
          {
            head: words.say('key.scopes'),
            cell: ({ scopes }) => words.say(scopes.includes('write') ? 'key.write' : 'key.read'),
          },
          {
            head: words.say('account.last_used'),
            cell: ({ last_used_at }) =>
              last_used_at ? words.instant(last_used_at) : words.say('account.never'),
          },
          {
            head: words.say('account.ends'),
            cell: ({ expires_at }) => (expires_at ? words.instant(expires_at) : words.say('account.never')),
          },
          {
            head: words.say('account.change'),
            cell: ({ id }) => (
              <div class="actions">
                <SendForm
                  small
                  action="/organisation/keys/rotations"
                  told={{ id }}
                  send={words.say('key.rotate')}
                />
                <SendForm
                  small
                  action="/organisation/keys/revocations"
                  told={{ id }}
                  send={words.say('key.revoke')}
                />
              </div>
            ),
          },
        ]}
      />
    </Section>
  );
}

function roleOptions(roles: readonly string[], words: Words) {
  return roles.map((value) => ({ value, text: roleText(value, words) }));
}
