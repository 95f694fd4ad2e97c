/** The daily tidying: keys, sessions and records past their time, the check of the lanes, the numbers of the feed. */
import { forgetKeys } from '../src/http/create.ts';
import { numberStreams } from '../src/outbox/feed.ts';
import { forgetDelivered, removeIdleLanes } from '../src/outbox/retention.ts';
import { mendLanes } from '../src/outbox/sweep.ts';
import { sweepRuns } from '../src/patents/runs.ts';
import { forgetInvitations } from '../src/people/invitations.ts';
import { forgetSessions } from '../src/people/sessions.ts';
import { forgetTickets } from '../src/people/tickets.ts';
import type { JobContext } from './context.ts';

export async function tend({ database, log }: Pick<JobContext, 'database' | 'log'>) {
  const mended = await mendLanes(database);
  for (const lane of mended) log.error(lane, 'a lane did not know what was open; mended');
  return {
    lanes_mended: mended.length,
    ...(await numberStreams(database)),
    ...(await forgetKeys(database)),
    ...(await forgetSessions(database)),
    ...(await forgetInvitations(database)),
    ...(await forgetTickets(database)),
    ...(await forgetDelivered(database)),
    ...(await removeIdleLanes(database)),
    ...(await sweepRuns(database)),
  };
}
