/** What the own pledges warn of, and what would cure it, with its price. */
import type { FastifyInstance } from 'fastify';
import { cureTo } from '../../../models/risk/loan-to-value.ts';
import type { Severity } from '../../../models/risk/rule.ts';
import type { Caller } from '../../accounts/store.ts';
import type { Sql } from '../../db/client.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { isFinal } from '../../pledges/lifecycle.ts';
import { flagsOf, type StandingFlag } from '../../risk/store.ts';
import type { Service } from '../../service.ts';
import { evidenceText } from '../parts/evidence.ts';
import { type Fact, Facts, Section, SeverityMarked, StatusMarked } from '../parts/parts.tsx';
import { ruleTitle } from '../parts/terms.ts';
import { type ListedPledge, readList } from '../pledges/list-page.tsx';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { pagesOf } from '../serve.ts';
import { useView } from '../view.ts';

const GRAVEST_FIRST: readonly Severity[] = ['critical', 'warning', 'info'];

interface Alerted {
  pledge: ListedPledge;
  flags: StandingFlag[];
}

export function alertPages(app: FastifyInstance, service: Service): void {
  const { database, clock } = service;
  pagesOf(app, service)('/alerts', { access: ['firm'] }, async ({ request, view }) => ({
    title: view.words.say('nav.alerts'),
    body: <AlertsPage alerted={await readAlerts(database.sql, callerOfGuarded(request), clock.now())} />,
  }));
}

/** Pledges with something that stands, the gravest first. */
async function readAlerts(sql: Sql, caller: Caller, now: Date): Promise<Alerted[]> {
  const pledges = await readList(sql, caller, now);
  const all = await Promise.all(
    pledges.map(async (pledge) => ({
      pledge,
      flags: (await flagsOf(sql, pledge.id, now))
        .filter(({ state }) => state !== 'cleared')
        .toSorted((a, b) => GRAVEST_FIRST.indexOf(a.severity) - GRAVEST_FIRST.indexOf(b.severity)),
    })),
  );
  return all
    .filter(({ flags, pledge }) => flags.length > 0 || (pledge.status === 'breach' && !isFinal(pledge.state)))
    .toSorted((a, b) => rankOf(a) - rankOf(b));
}

function rankOf({ flags: [gravest] }: Alerted): number {
  return gravest ? GRAVEST_FIRST.indexOf(gravest.severity) : GRAVEST_FIRST.length;
}

function AlertsPage({ alerted }: { alerted: readonly Alerted[] }) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.alerts')}</h1>
        <p>{words.say('alert.lead')}</p>
      </div>
      {alerted.length === 0 && <p class="empty">{words.say('alert.none')}</p>}
      {alerted.map((each) => (
        <Alert key={each.pledge.id} {...each} />
      ))}
    </>
  );
}

function Alert({ pledge, flags }: Alerted) {
  const { words } = useView();
  return (
    <Section title={pledgeName(pledge.patents, words)}>
      <p class="actions">
        <StatusMarked status={pledge.status} />
        <a href={`/pledges/${pledge.id}`}>{words.say('alert.see')}</a>
      </p>
      {flags.length === 0 ? (
        <p class="muted">{words.say('alert.by_value')}</p>
      ) : (
        <Flags {...{ pledge, flags }} />
      )}
      <Cures pledge={pledge} />
    </Section>
  );
}

function Flags({ pledge, flags }: Alerted) {
  const { words } = useView();
  return (
    <ul class="alerts">
      {flags.map(({ id, rule, severity, evidence, opened_as_of }) => (
        <li key={id}>
          <SeverityMarked severity={severity} />
          <p>
            <a href={`/pledges/${pledge.id}#${id}`}>{ruleTitle(rule, words)}</a>
          </p>
          <p class="muted">
            {words.day(opened_as_of)}
            {words.say('term.between')}
            {evidenceText(evidence, pledge.currency, words)}
          </p>
        </li>
      ))}
    </ul>
  );
}

function Cures({ pledge }: { pledge: ListedPledge }) {
  const { words } = useView();
  const { value, currency, ltv_target_bp, ltv_breach_bp } = pledge;
  if (value?.mid_minor == null || value.outstanding_minor === 0) return null;
  const { outstanding_minor, mid_minor } = value;
  const cures = (['breach', 'target'] as const).flatMap((limit): Fact[] => {
    const limit_bp = limit === 'breach' ? ltv_breach_bp : ltv_target_bp;
    const { pay_minor, add_value_minor } = cureTo(outstanding_minor, mid_minor, limit_bp);
    if (pay_minor === 0) return [];
    return [
      {
        label: words.say(`alert.cure_${limit}`, { limit: words.percent(limit_bp) }),
        value: words.briefMoney(pay_minor, currency),
        note: words.say('alert.or_add', { value: words.briefMoney(add_value_minor, currency) }),
      },
    ];
  });
  if (cures.length === 0) return <p class="muted">{words.say('alert.covered')}</p>;
  return (
    <>
      <h3>{words.say('alert.cures')}</h3>
      <Facts facts={cures} />
      <p>
        <a class="button" href="/valuation">
          {words.say('alert.price_patents')}
        </a>
      </p>
    </>
  );
}
