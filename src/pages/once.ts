/**
 * A form is done once: whoever sends it again, by a second click, a reload or the way back, is shown what came of it the
 * first time. A page gives its forms a key. What is sent with it counts too, so that other words on the same page are new
 * and those that were refused can be sent again.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyRequest } from 'fastify';
import { canonicalJson, sha256 } from '../canonical.ts';
import { Problem } from '../errors.ts';
import { keptAnswerPlace } from '../http/create.ts';
import { callerOfGuarded } from '../http/guard.ts';
import { say } from '../http/sentences.ts';
import { CSRF_FIELD } from '../http/session-cookie.ts';
import type { Service } from '../service.ts';

/** Field of a form with the key that its page gave it. */
export const FORM_KEY_FIELD = 'form_key';

/** How long the same form waits for its twin, which is still being done. */
const LOOKS = 100;
const BETWEEN_LOOKS_ms = 100;

/** Where a form led, or the page that it was answered with. */
export type Answer = { to: string } | { html: string };

export interface Turn {
  /** What came of it before; null when it is to be done now. */
  answer: Answer | null;
  keep(answer: Answer): Promise<void>;
  /** Without an answer that was kept, the same may be sent again. */
  end(): Promise<void>;
}

/** Of forms without a key, which keys of the API may send: each is done. */
const EACH_TIME: Turn = { answer: null, keep: async () => {}, end: async () => {} };

/**
 * Answers are sealed, for they may show a secret; what is hashed has the key of its page in it, which nobody can guess.
 * @throws Problem `conflict` when the same form was taken and has no answer, so that it may have been done
 */
export async function takeTurn({ database, vault }: Service, request: FastifyRequest): Promise<Turn> {
  const { [CSRF_FIELD]: _token, ...sent } = request.body as Record<string, unknown>;
  if (sent[FORM_KEY_FIELD] === undefined) return EACH_TIME;
  const { sql } = database;
  const { organisation_id, key_id } = callerOfGuarded(request);
  const request_sha256 = sha256(canonicalJson([key_id, request.url, sent]));
  const key = `form/${request_sha256.toString('hex')}`;
  for (let look = 0; look < LOOKS; look++) {
    const taken = await sql`insert into idempotency_key ${sql({ organisation_id, key, request_sha256 })}
      on conflict do nothing`;
    if (taken.count === 1) return turnOf(key);
    const [first] = await sql<{ body: string | null }[]>`select body from idempotency_key
      where organisation_id = ${organisation_id} and key = ${key}`;
    if (first?.body)
      return {
        ...EACH_TIME,
        answer: JSON.parse(await vault.open(organisation_id, keptAnswerPlace(key), first.body)) as Answer,
      };
    await sleep(BETWEEN_LOOKS_ms);
  }
  throw new Problem('conflict', say('form_sent_before'));

  function turnOf(key: string): Turn {
    let is_kept = false;
    return {
      answer: null,
      async keep(answer) {
        // Before the attempt: what was done is not done again because its answer could not be kept.
        is_kept = true;
        const body = await vault.seal(organisation_id, keptAnswerPlace(key), JSON.stringify(answer));
        await sql`update idempotency_key set body = ${body}
          where organisation_id = ${organisation_id} and key = ${key}`;
      },
      async end() {
        if (is_kept) return;
        await sql`delete from idempotency_key where organisation_id = ${organisation_id} and key = ${key}`;
      },
    };
  }
}
