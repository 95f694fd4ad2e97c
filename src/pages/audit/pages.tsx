import type { FastifyInstance, FastifyRequest } from 'fastify';
import Type from 'typebox';
import { addDays } from '../../../models/calendar.ts';
import { latestEntries, listHeads } from '../../audit/read.ts';
import { verifyChain } from '../../audit/verify.ts';
import { callerOfGuarded, PLEDGE_KINDS } from '../../http/guard.ts';
import { Closed, Day } from '../../http/schemas.ts';
import type { Service } from '../../service.ts';
import { Blank, blank } from '../asking.ts';
import { formsOf } from '../forms.ts';
import { namesOf } from '../parts/names.ts';
import { pagesOf } from '../serve.ts';
import { type Asked, AuditPage, type Verified } from './audit-page.tsx';

const ENTRIES_A_PAGE = 50;
/** Some seconds; a longer chain is verified by its command. */
const MAX_VERIFIED_ENTRIES = 200_000;
/** More days than anybody has published heads for. */
const MAX_HEADS = 100_000;

const Text = Blank(Type.String({ maxLength: 200 }));

export function auditPages(app: FastifyInstance, service: Service): void {
  const { database, vault } = service;
  pagesOf(app, service)(
    '/audit',
    {
      access: PLEDGE_KINDS,
      query: Closed({
        action: Text,
        subject: Text,
        actor: Text,
        from: Blank(Day),
        to: Blank(Day),
        before: Type.Optional(Type.String({ pattern: '^\\d{1,15}$' })),
      }),
    },
    async ({ query, request, view }) => ({
      title: view.words.say('nav.audit'),
      body: await pageOf(request, query, null),
    }),
  );

  formsOf(app, service)(
    '/audit/verification',
    { who: { access: PLEDGE_KINDS, scope: 'read' }, fields: {}, at: () => '/audit' },
    async ({ request, view, again, show }) => {
      const verified = await verify(callerOfGuarded(request).organisation_id);
      const body = await pageOf(request, {}, verified);
      return (verified.check === null ? again : show)({ title: view.words.say('nav.audit'), body });
    },
  );

  async function pageOf(
    request: FastifyRequest,
    query: Asked & { before?: string },
    verified: Verified | null,
  ) {
    const { organisation_id } = callerOfGuarded(request);
    const { before, ...asked } = query;
    const found = await latestEntries(
      database.sql,
      organisation_id,
      filterOf(asked),
      before === undefined ? null : Number(before),
      ENTRIES_A_PAGE + 1,
    );
    return (
      <AuditPage
        entries={found.slice(0, ENTRIES_A_PAGE)}
        more={found.length > ENTRIES_A_PAGE}
        nameOf={await namesOf(database.sql, vault, organisation_id)}
        {...{ asked, verified }}
      />
    );
  }

  /** Within one state of the database, so that entries which are appended meanwhile look like no break. */
  function verify(organisation_id: string): Promise<Verified> {
    return database.transaction(async (tx) => {
      const [chain] = await tx<{ last_seq: number; sha256: string }[]>`
        select last_seq, encode(last_sha256, 'hex') as sha256 from audit_chain
        where organisation_id = ${organisation_id}`;
      const { last_seq = 0, sha256 = '' } = chain ?? {};
      if (last_seq > MAX_VERIFIED_ENTRIES)
        return { check: null, heads: 0, sha256, entries: last_seq, limit: MAX_VERIFIED_ENTRIES };
      const heads = await listHeads(tx, organisation_id, 0, MAX_HEADS);
      const published = heads.map(({ seq, sha256 }) => ({ organisation_id, seq, sha256 }));
      const check = await verifyChain(tx, organisation_id, published);
      return { check, heads: heads.length, sha256, entries: last_seq, limit: MAX_VERIFIED_ENTRIES };
    }, 'isolation level repeatable read read only');
  }
}

function filterOf({ action, subject, actor, from, to }: Asked) {
  const texts = Object.entries({ action, subject, actor }).flatMap(([name, text]) => {
    const given = blank(text)?.trim();
    return given ? [[name, given]] : [];
  });
  const [first, last] = [blank(from), blank(to)];
  return {
    ...Object.fromEntries(texts),
    ...(first && { from: new Date(`${first}T00:00:00Z`) }),
    ...(last && { to: new Date(`${addDays(last, 1)}T00:00:00Z`) }),
  };
}
