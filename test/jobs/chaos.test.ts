/** The promises of delivery under faults, at a tenth of the size of `npm run chaos`. */
import { randomInt } from 'node:crypto';
import t from 'tap';
import { type Evidence, judge } from '../chaos/judge.ts';
import { keepsPromises } from '../chaos/report.ts';
import { runChaos } from '../chaos/run.ts';

/** Over the limit at which the run itself breaks off. */
const TEST_LIMIT_ms = 150_000;
t.setTimeout(TEST_LIMIT_ms);

t.test(
  'killed, frozen and cut off, each event still arrives, in order and the same',
  { timeout: TEST_LIMIT_ms },
  async (t) => {
    const asked = { events: 1000, kills: 20, restarts: 2, freezes: 2, seed: randomInt(1_000_000_000) };
    const { report, trace } = await runChaos(asked, () => undefined);
    t.comment(JSON.stringify({ ...report, ...trace }));
    t.match(report, { lost: 0, reordered: 0, phantom: 0, stuck: 0 }, `seed ${asked.seed}`);
    t.equal(report.duplicates_same_id_and_bytes, report.duplicates, 'every copy has the same id and bytes');
    t.ok(keepsPromises(report, asked), 'all that was asked for happened');
    t.ok(report.duplicates > 0, 'some acknowledgements were lost');
    t.ok(trace.uncommitted > 0, 'some transactions were rolled back or cut off');
  },
);

t.test('the judge sees each broken promise', async (t) => {
  const move = (id: string) => ({ id, pledge_id: 'p', to_state: 'active' as const });
  const arrival = (move_id: string, pledge_seq: number, webhook_id = move_id) => ({
    path: '/0',
    webhook_id,
    body: JSON.stringify({ data: { pledge_id: 'p', pledge_seq, detail: { move_id } } }),
  });
  const verdict = (arrivals: Evidence['arrivals']) =>
    judge({
      subscriptions: [
        { path: '/0', secret: '', organisation_id: 'bank', event_types: ['pledge.active'] },
        { path: '/1', secret: '', organisation_id: 'another bank', event_types: ['pledge.active'] },
        { path: '/2', secret: '', organisation_id: 'bank', event_types: ['pledge.defaulted'] },
      ],
      committed: new Map(['a', 'b'].map((id) => [id, move(id)])),
      parties: new Map([['p', ['bank', 'firm']]]),
      arrivals,
    });
  const kept = { lost: 0, reordered: 0, duplicates: 0, duplicates_same_id_and_bytes: 0, phantom: 0 };
  const [a, b] = [arrival('a', 1), arrival('b', 2)];
  t.same(verdict([a, b]), kept);
  t.same(verdict([a]), { ...kept, lost: 1 });
  t.same(verdict([b, a]), { ...kept, reordered: 1 });
  t.same(verdict([a, b, arrival('c', 3)]), { ...kept, phantom: 1 });
  t.same(verdict([a, b, a]), { ...kept, duplicates: 1, duplicates_same_id_and_bytes: 1 });
  t.same(verdict([a, b, arrival('a', 1, 'other')]), { ...kept, duplicates: 1 }, 'another id');
  t.same(verdict([a, b, arrival('a', 3, 'a')]), { ...kept, duplicates: 1 }, 'other bytes');
});
