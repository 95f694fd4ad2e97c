/** The title page: what the service is, what it watches, and the way in. */

import { Section } from '../parts/parts.tsx';
import { useView } from '../view.ts';

const PHASES = ['before', 'during', 'after'] as const;
const ROLES = ['bank', 'firm', 'staff'] as const;

export function StartPage() {
  const { words, caller } = useView();
  return (
    <>
      <div class="opening">
        <h1>{words.say('start.title')}</h1>
        <p class="lead">{words.say('start.lead')}</p>
        <p class="actions">
          {caller ? (
            <a class="button primary" href={caller.kind === 'firm' ? '/pledges' : '/portfolio'}>
              {words.say('start.continue')}
            </a>
          ) : (
            <a class="button primary" href="/sign-in">
              {words.say('start.sign_in')}
            </a>
          )}
          <a class="button" href="/docs">
            {words.say('foot.api')}
          </a>
        </p>
      </div>
      <Section title={words.say('start.phases')}>
        <ol class="thirds">
          {PHASES.map((phase) => (
            <li key={phase}>
              <h3>{words.say(`phase.${phase}`)}</h3>
              <p>{words.say(`start.phase_${phase}`)}</p>
            </li>
          ))}
        </ol>
      </Section>
      <Section title={words.say('start.roles')}>
        <ul class="thirds">
          {ROLES.map((role) => (
            <li key={role}>
              <h3>{words.say(`role.${role}`)}</h3>
              <p>{words.say(`start.role_${role}`)}</p>
            </li>
          ))}
        </ul>
      </Section>
    </>
  );
}
