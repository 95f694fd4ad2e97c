/**
 * Word to whoever has the queue open that it changed, as server-sent events (HTML Living Standard 9.2). A step of staff moves
 * the head of their chain, a rule opens a flag or tells an event: one look at these three serves all who follow.
 */
import { PassThrough, type Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import type { Sql } from '../../db/client.ts';
import { Closed } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';

/** Open queues a process tells; who comes then is told in 204 to read on without. */
const MAX_FOLLOWERS = 500;
const MAX_HEAD_CHARACTERS = 100;
const LOOK_MS = 2_000;
/** A comment in between keeps proxies and our own limit on silent sockets from ending the connection. */
const BEAT_MS = 20_000;

export function liveQueue(app: FastifyInstance, { system }: Service): void {
  /** Each with the head that it was last told of, or had when its page was made. */
  const followers = new Map<PassThrough, string>();
  let looking: NodeJS.Timeout | null = null;
  let beat_due_ms = 0;

  app.get(
    '/reviews/live',
    {
      config: { access: ['staff'] },
      schema: { hide: true, querystring: Closed({ after: Type.String({ maxLength: MAX_HEAD_CHARACTERS }) }) },
    },
    async (request, reply) => {
      if (followers.size >= MAX_FOLLOWERS) return reply.code(204).send();
      const { after } = request.query as { after: string };
      // What a browser sends that lost the connection.
      const last = request.headers['last-event-id'];
      const stream = follow(typeof last === 'string' ? last : after);
      return reply.type('text/event-stream').header('cache-control', 'no-store').send(stream);
    },
  );
  app.addHook('preClose', async () => {
    for (const stream of followers.keys()) stream.end();
  });

  function follow(head: string): Readable {
    const stream = new PassThrough();
    followers.set(stream, head);
    stream.write(': open\n\n');
    stream.once('close', () => {
      followers.delete(stream);
      if (followers.size > 0 || looking === null) return;
      clearInterval(looking);
      looking = null;
    });
    looking ??= setInterval(() => void look(), LOOK_MS);
    return stream;
  }

  /** A database that is away is looked at again at the next turn. */
  async function look(): Promise<void> {
    const head = await queueHead(system.sql).catch(() => null);
    const beats = performance.now() > beat_due_ms;
    if (beats) beat_due_ms = performance.now() + BEAT_MS;
    for (const [stream, told] of followers)
      if (head !== null && head !== told) {
        followers.set(stream, head);
        stream.write(`id: ${head}\ndata: changed\n\n`);
      } else if (beats) stream.write(': beat\n\n');
  }
}

/** Another text after every step on a case, every flag that is opened, and every event that was told of one. */
export async function queueHead(sql: Sql): Promise<string> {
  const [row] = await sql<{ head: string }[]>`
    select concat_ws('.', (select sum(last_seq) from audit_chain join organisation on organisation.id = organisation_id
        where kind = 'staff'),
      (select max(id) from flag), (select max(id) from event)) as head`;
  return row!.head;
}
