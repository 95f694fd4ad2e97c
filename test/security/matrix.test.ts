/** Roles, operations and owners, all with all; and that the matrix finds what is wrong. */
import type { FastifyInstance, InjectOptions } from 'fastify';
import t from 'tap';
import { buildService, type Party, type TestService } from '../service.ts';
import { EXPECTED } from './matrix/expected.ts';
import { holds, runMatrix } from './matrix/run.ts';

t.test('each role may do what it should, to its own things, and nothing else', async (t) => {
  const service = await buildService(t);
  const report = await runMatrix(service, () => {});
  t.same(report.failures, []);
  t.ok(holds(report));
  t.ok(report.cells > 4_000, `${report.cells} cells`);
  const { paths } = service.app.swagger() as unknown as { paths: object };
  const operations = Object.values(paths).flatMap((methods: Record<string, { operationId: string }>) =>
    Object.values(methods).map(({ operationId }) => operationId),
  );
  t.same(Object.keys(EXPECTED).sort(), operations.sort(), 'the table names every operation, and no other');
});

t.test('what is otherwise than the table says, and what a service does wrong, is found out', async (t) => {
  const service = await buildService(t);
  const { listKeys: _, ...rest } = EXPECTED;
  const wrong = { ...rest, getPledge: { ...EXPECTED.getPledge!, who: ['firm'] as const } };
  const faulty = spoilt(service);
  const spoilt_ones = ['listWatchedPatents', 'getEndpoint', 'listDeliveries', 'listDeadLetters'];
  const report = await runMatrix(faulty, () => {}, wrong, ['listKeys', 'getPledge', ...spoilt_ones]);
  const { failures } = report;
  const toldOf = (kind: string, operation: string) =>
    failures.filter((failure) => failure.startsWith(`${kind}: `) && failure.includes(operation));
  t.notOk(holds(report));
  t.ok(toldOf('unexplained', 'listKeys').length > 0, 'an operation that the table does not have');
  t.match(toldOf('unexplained', 'getPledge')[0], /^unexplained: getPledge as bank A/);

  const rows = toldOf('side_effects', 'listWatchedPatents');
  t.ok(rows.length > 1, 'each cell that leaves a row');
  for (const failure of rows)
    t.match(failure, /^side_effects: .*watch_list.* by listWatchedPatents as bank B about .*: 404/);
  t.same(toldOf('side_effects', 'getEndpoint'), []);
  t.match(toldOf('side_effects', 'listDeadLetters'), [/watch_list.* by listDeadLetters, once$/], 'nor again');

  t.match(toldOf('distinguishable', 'getEndpoint'), [/as firm B about a thing of firm_a: 404/]);
  t.match(toldOf('foreign_success', 'listDeliveries'), [/as buyer about a thing of expert: 200/]);
});

/** A service that leaves a row with what it refuses to one, shows another's thing to a second, and tells a third that it is there. */
function spoilt(service: TestService): TestService {
  const { app, database, call, bank_b, firm_a, firm_b, expert, buyer } = service;
  const leaveRow = () => call(bank_b.key, 'POST', '/v1/watch-lists', { name: 'left', patent_ids: [] });
  const isEndpointOf = async (party: Party, url: string) => {
    const found = await database.sql`select from endpoint
      where organisation_id = ${party.id} and id = ${url.split('/')[4]!}`;
    return found.count > 0;
  };
  let letters_asked = 0;
  const inject = async (request: InjectOptions) => {
    const answer = await app.inject(request);
    const url = String(request.url);
    const isBy = ({ key }: Party) => request.headers?.authorization === `Bearer ${key}`;
    const change = (changed: object) => Object.create(answer, Object.getOwnPropertyDescriptors(changed));
    if (answer.statusCode !== 404) return answer;
    if (/^\/v1\/watch-lists\/\w+\/patents/.test(url) && isBy(bank_b)) await leaveRow();
    if (/\/dead-letters/.test(url) && letters_asked++ === 0) await leaveRow();
    if (/\/endpoints\/\w+$/.test(url) && isBy(firm_b) && (await isEndpointOf(firm_a, url)))
      return change({ body: `${answer.body} ` });
    if (/\/deliveries$/.test(url) && isBy(buyer) && (await isEndpointOf(expert, url)))
      return change({ statusCode: 200 });
    return answer;
  };
  return { ...service, app: Object.assign(Object.create(app), { inject }) as FastifyInstance };
}
