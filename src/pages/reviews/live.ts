/**
 * Word to whoever has the queue open that it changed, as server-sent events (HTML Living Standard 9.2). Whatever changes a
 * case is a step that the chain of staff records, so the head of that chain tells; one look serves all who follow.
 */
import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { Sql } from '../../db/client.ts';
import { callerOfGuarded } from '../../http/guard.ts';
import { Closed } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';

/** Open queues a process tells; who comes then is told in 204 to read on without. */
const MAX_FOLLOWERS = 500;
const LOOK_MS = 2_000;
/** A comment in between keeps proxies and our own limit on silent sockets from ending the connection. */
const BEAT_MS = 20_000;

export function liveQueue(app: FastifyInstance, { system }: Service): void {
  const followers = new Set<PassThrough>();
  let looking: NodeJS.Timeout | null = null;
  let beat_due_ms = 0;
  let seen: number | null = null;

  app.get(
    '/reviews/live',
    { config: { access: ['staff'] }, schema: { hide: true, querystring: Closed({}) } },
    async (request, reply) => {
      if (followers.size >= MAX_FOLLOWERS) return reply.code(204).send();
      const stream = follow(callerOfGuarded(request).organisation_id);
      return reply.type('text/event-stream').header('cache-control', 'no-store').send(stream);
    },
  );
  app.addHook('preClose', async () => {
    for (const stream of followers) stream.end();
  });

  function follow(staff_id: string): Readable {
    const stream = new PassThrough();
    followers.add(stream);
    stream.write(': open\n\n');
    stream.once('close', () => {
      followers.delete(stream);
      if (followers.size > 0 || looking === null) return;
      clearInterval(looking);
      looking = null;
      seen = null;
    });
    looking ??= setInterval(() => void look(staff_id), LOOK_MS);
    return stream;
  }

  /** A database that is away is looked at again at the next turn. */
  async function look(staff_id: string): Promise<void> {
    const head = await headOf(system.sql, staff_id).catch(() => seen);
    if (seen !== null && head !== seen) tell('data: changed\n\n');
    else if (performance.now() > beat_due_ms) tell(': beat\n\n');
    seen = head;
  }

  function tell(text: string): void {
    beat_due_ms = performance.now() + BEAT_MS;
    for (const stream of followers) stream.write(text);
  }
}

async function headOf(sql: Sql, organisation_id: string): Promise<number> {
  const [row] = await sql<{ last_seq: number }[]>`
    select last_seq from audit_chain where organisation_id = ${organisation_id}`;
  return row?.last_seq ?? 0;
}
