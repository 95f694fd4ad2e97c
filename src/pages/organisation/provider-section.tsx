import type { ProviderSettings } from '../../people/providers.ts';
import { SendForm, TextField } from '../parts/forms.tsx';
import { Facts, Section } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import type { Given } from './organisation-page.tsx';

export interface ProviderShown {
  /** Null while none is set. */
  provider: ProviderSettings | null;
  /** What is registered at the provider. */
  redirect_uri: string;
}

/** The OpenID Connect provider by which people of the organisation may sign in. The secret is never shown again. */
export function ProviderSection({ shown, given }: { shown: ProviderShown; given: Given }) {
  const { words } = useView();
  const { provider, redirect_uri } = shown;
  const { faults = {}, typed = {} } = given;
  const filledIn = (name: 'issuer' | 'client_id') => typed[name] ?? provider?.[name] ?? '';
  return (
    <Section title={words.say('idp.title')} note={words.say('idp.note')} id="provider">
      {provider && (
        <Facts
          facts={[
            { label: words.say('idp.issuer'), value: <code>{provider.issuer}</code> },
            { label: words.say('idp.client_id'), value: <code>{provider.client_id}</code> },
            {
              label: words.say('idp.client_secret'),
              value: words.say(provider.client_secret === null ? 'term.none' : 'idp.kept'),
            },
          ]}
        />
      )}
      <p>
        {words.say('idp.redirect_uri')} <code>{redirect_uri}</code>
      </p>
      <SendForm action="/organisation/provider" send={words.say(provider ? 'idp.replace' : 'idp.set')}>
        <TextField
          name="issuer"
          label={words.say('idp.issuer')}
          hint={words.say('idp.issuer_hint')}
          fault={faults.issuer}
          input={{ type: 'url', value: filledIn('issuer'), autocomplete: 'off' }}
        />
        <TextField
          name="client_id"
          label={words.say('idp.client_id')}
          fault={faults.client_id}
          input={{ value: filledIn('client_id'), autocomplete: 'off' }}
        />
        <TextField
          name="client_secret"
          label={words.say('idp.client_secret')}
          hint={words.say('idp.secret_hint')}
          fault={faults.client_secret}
          input={{ type: 'password', autocomplete: 'off' }}
        />
      </SendForm>
      {provider && <SendForm small action="/organisation/provider/removal" send={words.say('idp.remove')} />}
    </Section>
  );
}
