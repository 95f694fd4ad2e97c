/** The first look at a demonstration: one click to here, one to a value flow with a lapse on it that was really published. */
import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../accounts/store.ts';
import { Problem } from '../../errors.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { pledgePositions } from '../../portfolio/store.ts';
import type { Service } from '../../service.ts';
import { evidenceText } from '../parts/evidence.ts';
import { Facts } from '../parts/parts.tsx';
import { pledgeName } from '../pledges/pledge-page.tsx';
import { type PledgeShown, readPledge } from '../pledges/read.ts';
import { pagesOf } from '../serve.ts';
import { useView } from '../view.ts';

/** The rule that a lapse breaks. */
const LAPSED = 'right_ended';
/** Pledges that are looked through for one. */
const MOST_LOOKED_AT = 20;

export function tourPages(app: FastifyInstance, service: Service): void {
  pagesOf(app, service)('/tour', { access: ['bank'] }, async ({ request, view }) => {
    if (!view.demonstration) throw new Problem('not_found', 'There is a tour in a demonstration alone.');
    const shown = await lapsedPledge(service, callerOfGuarded(request));
    if (!shown) throw new Problem('not_found', 'No patent of this demonstration has lapsed yet.');
    return { title: view.words.say('tour.title'), body: <TourPage shown={shown} /> };
  });
}

/** Of the pledges the one of the highest loan-to-value with a patent that lapsed. */
async function lapsedPledge({ database, clock }: Service, caller: Caller): Promise<PledgeShown | null> {
  const now = clock.now();
  const positions = await pledgePositions(database.sql, caller.organisation_id, now);
  const worst = positions.toSorted((a, b) => (b.ltv_bp ?? 0) - (a.ltv_bp ?? 0)).slice(0, MOST_LOOKED_AT);
  for (const { pledge_id } of worst) {
    const shown = await readPledge(database.sql, pledge_id, caller, now);
    if (shown.flags.some(({ rule }) => rule === LAPSED)) return shown;
  }
  return null;
}

function TourPage({ shown }: { shown: PledgeShown }) {
  const { words } = useView();
  const { pledge, bank, firm, patents, points, flags } = shown;
  const lapse = flags.find(({ rule }) => rule === LAPSED)!;
  return (
    <div class="gate tour">
      <h1>{words.say('tour.title')}</h1>
      <p class="lead">{words.say('tour.lead')}</p>
      <Facts
        facts={[
          { label: words.say('tour.you'), value: bank ?? pledge.bank_id },
          { label: words.say('tour.borrower'), value: firm ?? pledge.firm_id },
          { label: words.say('tour.patents'), value: pledgeName(patents, words) },
          {
            label: words.say('fact.loan'),
            value: words.briefMoney(points.at(-1)?.outstanding_minor ?? 0, pledge.currency),
          },
        ]}
      />
      <p>
        {words.say('tour.happened', {
          day: words.day(lapse.opened_as_of),
          evidence: evidenceText(lapse.evidence, pledge.currency, words),
        })}
      </p>
      <p class="actions">
        <a class="button primary" href={`/pledges/${pledge.id}#flow`}>
          {words.say('tour.see')}
        </a>
        <a class="button" href="/portfolio">
          {words.say('tour.portfolio')}
        </a>
      </p>
    </div>
  );
}
