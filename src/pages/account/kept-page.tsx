/** A form that was kept over a sign-in: what it says, to be sent now or left. */
import type { KeptForm } from '../kept.ts';
import { SendForm } from '../parts/forms.tsx';
import { HOMES, useView } from '../view.ts';

export function KeptPage({ kept }: { kept: KeptForm | null }) {
  const { words, caller } = useView();
  const home = caller ? HOMES[caller.kind] : '/';
  return (
    <div class="gate">
      <h1>{words.say('kept.title')}</h1>
      <p>{words.say(kept ? 'kept.lead' : 'kept.gone')}</p>
      {kept && (
        <>
          <dl class="kept">
            {Object.entries(kept.fields)
              .filter(([, value]) => value !== '')
              .map(([name, value]) => (
                <div key={name}>
                  <dt>
                    <NameOf name={name} />
                  </dt>
                  <dd>{value}</dd>
                </div>
              ))}
          </dl>
          <SendForm
            action={kept.action}
            told={kept.fields}
            form_key={kept.form_key}
            send={words.say('kept.send')}
          />
        </>
      )}
      <p>
        <a href={home}>{words.say('kept.leave')}</a>
      </p>
    </div>
  );
}

function NameOf({ name }: { name: string }) {
  const { words } = useView();
  const key = `field.${name}`;
  return words.has(key) ? <span>{words.say(key)}</span> : <span lang="en">{name.replaceAll('_', ' ')}</span>;
}
