/** The title page: what the service is, what it watches, and the way in. */
import { VISITORS } from '../../demonstration/people.ts';
import { ValueFlowChart } from '../charts/value-flow.tsx';
import { Section } from '../parts/parts.tsx';
import { FlowKeys } from '../pledges/flow-table.tsx';
import { pledgeName } from '../pledges/pledge-page.tsx';
import type { PledgeShown } from '../pledges/read.ts';
import { HOMES, useView } from '../view.ts';

const PHASES = ['before', 'during', 'after'] as const;
const ROLES = ['bank', 'firm', 'staff'] as const;
const EXAMPLE_WIDTH = 620;
const NARROW_WIDTH = 358;

export function StartPage({ example }: { example: PledgeShown | null }) {
  const { words, caller } = useView();
  return (
    <>
      <div class={example ? 'opening with-example' : 'opening'}>
        <div class="said">
          <h1>{words.say('start.title')}</h1>
          <p class="lead">{words.say('start.lead')}</p>
          <p class="actions">
            {caller ? (
              <a class="button primary" href={HOMES[caller.kind]}>
                {words.say('start.continue')}
              </a>
            ) : (
              <a class="button" href="/sign-in">
                {words.say('sign_in.title')}
              </a>
            )}
            <a class="button" href="/docs">
              {words.say('foot.api')}
            </a>
          </p>
          {example && <Visits />}
        </div>
        {example && <Example shown={example} />}
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

function Example({ shown }: { shown: PledgeShown }) {
  const { words } = useView();
  const flow = { ...shown.pledge, points: shown.points, moves: shown.moves, flags: shown.flags };
  const draw = (width: number) => <ValueFlowChart {...{ flow, words, width }} hrefOf={null} />;
  return (
    <figure class="chart">
      <figcaption>{words.say('start.example', { pledge: pledgeName(shown.patents, words) })}</figcaption>
      <FlowKeys />
      <div class="wide">{draw(EXAMPLE_WIDTH)}</div>
      <div class="narrow">{draw(NARROW_WIDTH)}</div>
    </figure>
  );
}

/** One click to be somebody there. */
function Visits() {
  const { words } = useView();
  return (
    <form class="visits" method="post" action="/demonstration/visits">
      <h2>{words.say('visit.title')}</h2>
      <p class="muted">{words.say('visit.lead')}</p>
      <p>
        <button type="submit" class="button primary" name="as" value="tour">
          {words.say('tour.begin')}
        </button>
      </p>
      <p class="actions">
        {VISITORS.map((visitor) => (
          <button key={visitor} type="submit" class="button" name="as" value={visitor}>
            {words.say(`visit.as_${visitor}`)}
          </button>
        ))}
      </p>
    </form>
  );
}
