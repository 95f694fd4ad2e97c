/** How an endpoint fares, in a word. */
import { BREAKER_FAILURES } from '../../outbox/lanes.ts';
import type { Delivery, Endpoint } from '../../webhooks/store.ts';
import { useView } from '../view.ts';

type Health = 'well' | 'failing' | 'resting' | 'disabled';

export function healthOf({ state, failures }: Pick<Endpoint, 'state' | 'failures'>): Health {
  if (state === 'disabled') return 'disabled';
  if (failures >= BREAKER_FAILURES) return 'resting';
  return failures > 0 ? 'failing' : 'well';
}

const HEALTH_STATUSES: Record<Health, string> = {
  well: 'compliant',
  failing: 'warning',
  resting: 'breach',
  disabled: 'unknown',
};

export function HealthMarked({ endpoint }: { endpoint: Endpoint }) {
  const { words } = useView();
  const health = healthOf(endpoint);
  return <span class={`marked status-${HEALTH_STATUSES[health]}`}>{words.say(`webhook.is_${health}`)}</span>;
}

const OUTCOME_STATUSES: Record<Delivery['outcome'], string> = {
  delivered: 'compliant',
  pending: 'unknown',
  dead: 'breach',
};

export function OutcomeMarked({ outcome }: Pick<Delivery, 'outcome'>) {
  const { words } = useView();
  return (
    <span class={`marked status-${OUTCOME_STATUSES[outcome]}`}>{words.say(`webhook.was_${outcome}`)}</span>
  );
}

/** An address may carry a token in its path: a list shows where it leads. */
export function hostOf(url: string): string {
  return new URL(url).host;
}
