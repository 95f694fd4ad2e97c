/** Roles, operations and owners, all with all; and that the matrix finds what is wrong. */
import t from 'tap';
import { buildService } from '../service.ts';
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

t.test('an answer that is otherwise than the table says is found out', async (t) => {
  const service = await buildService(t);
  const { listKeys: _, ...rest } = EXPECTED;
  const wrong = { ...rest, getPledge: { ...EXPECTED.getPledge!, who: ['firm'] as const } };
  const report = await runMatrix(service, () => {}, wrong, ['listKeys', 'getPledge']);
  t.ok(report.failures.some((failure) => /^unexplained: listKeys/.test(failure)));
  t.ok(report.failures.some((failure) => /^unexplained: getPledge as bank A/.test(failure)));
  t.notOk(holds(report));
});
