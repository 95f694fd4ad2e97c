import type { FastifyInstance } from 'fastify';
import type { Caller } from '../../accounts/store.ts';
import { actFor } from '../../db/tenancy.ts';
import { beginVisit, findVisitor, VISITORS, type Visitor } from '../../demonstration/people.ts';
import { Closed, OneOf } from '../../http/schemas.ts';
import { requireSameOrigin, sessionTokenOf, setSessionCookie } from '../../http/session-cookie.ts';
import { pledgePositions } from '../../portfolio/store.ts';
import type { Service } from '../../service.ts';
import { type PledgeShown, readPledge } from '../pledges/read.ts';
import { pagesOf } from '../serve.ts';
import { HOMES } from '../view.ts';
import { StartPage } from './start-page.tsx';

/** Being the bank's officer, and led to a lapse. */
const TOUR = 'tour';

export function startPages(app: FastifyInstance, service: Service): void {
  pagesOf(app, service)('/', { access: 'public' }, async ({ view }) => ({
    title: view.words.say('start.title'),
    body: <StartPage example={await example(service)} />,
  }));

  app.post(
    '/demonstration/visits',
    {
      config: { access: 'public' },
      schema: { hide: true, body: Closed({ as: OneOf([...VISITORS, TOUR], 'whom to be') }) },
    },
    async (request, reply) => {
      requireSameOrigin(request);
      const { as: asked } = request.body as { as: Visitor | typeof TOUR };
      const as = asked === TOUR ? 'bank' : asked;
      setSessionCookie(reply, await beginVisit(service, as, sessionTokenOf(request)));
      const home = HOMES[as === 'second_staff' ? 'staff' : as];
      return reply.redirect(asked === TOUR ? '/tour' : home, 303);
    },
  );
}

/** The worst covered pledge of the demonstration's bank, as that bank sees it; null where there is no demonstration. */
async function example(service: Service): Promise<PledgeShown | null> {
  const visitor = await findVisitor(service, 'bank');
  if (!visitor) return null;
  const { database, clock } = service;
  const { organisation_id, person_id } = visitor;
  const caller: Caller = { organisation_id, kind: 'bank', key_id: person_id };
  return actFor(caller, async () => {
    const now = clock.now();
    const positions = await pledgePositions(database.sql, organisation_id, now);
    const [worst] = positions.toSorted((a, b) => (b.ltv_bp ?? 0) - (a.ltv_bp ?? 0));
    return worst ? readPledge(database.sql, worst.pledge_id, caller, now) : null;
  });
}
