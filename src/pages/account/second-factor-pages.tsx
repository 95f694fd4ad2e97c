import { qrCode } from '../../qr-code.ts';
import { type Faults, SendForm, ShownOnce, TextField } from '../parts/forms.tsx';
import { useView } from '../view.ts';

/** @param secret base 32, which the form brings back so that a wrong code does not lose it */
export function NewFactorPage({ secret, uri, faults }: { secret: string; uri: string; faults: Faults }) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('factor.title')}</h1>
      <p>{words.say('factor.lead')}</p>
      <p>
        <a class="button" href={uri}>
          {words.say('factor.open')}
        </a>
      </p>
      <FactorCode uri={uri} />
      <ShownOnce
        title={words.say('factor.secret')}
        note={words.say('factor.secret_note')}
        secrets={[secret.match(/.{1,4}/g)!.join(' ')]}
      />
      <SendForm
        action="/account/second-factor/confirmations"
        told={{ secret, uri }}
        send={words.say('factor.confirm')}
      >
        <TextField
          name="code"
          label={words.say('factor.code')}
          fault={faults.code}
          input={{ inputMode: 'numeric', autocomplete: 'one-time-code' }}
        />
      </SendForm>
      <p>
        <a href="/account">{words.say('account.back')}</a>
      </p>
    </div>
  );
}

/** For the camera of another device. Drawn here: the secret in it goes to nobody else. */
function FactorCode({ uri }: { uri: string }) {
  const { words } = useView();
  const { modules, path } = qrCode(uri);
  return (
    <svg class="qr" viewBox={`0 0 ${modules} ${modules}`} role="img" aria-label={words.say('factor.scan')}>
      <rect class="qr-ground" width={modules} height={modules} />
      <path class="qr-dark" d={path} shape-rendering="crispEdges" />
    </svg>
  );
}

export function RecoveryCodesPage({ codes }: { codes: readonly string[] }) {
  const { words } = useView();
  return (
    <div class="gate">
      <h1>{words.say('factor.done')}</h1>
      <ShownOnce title={words.say('factor.codes')} note={words.say('factor.codes_note')} secrets={codes} />
      <p>
        <a class="button primary" href="/account">
          {words.say('account.back')}
        </a>
      </p>
    </div>
  );
}
