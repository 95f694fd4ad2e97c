/** What was cut off is taken up again: a killed revaluation, and slots that came due while nobody worked. */
import { randomInt } from 'node:crypto';
import t from 'tap';
import { killRevaluations } from '../bench/revaluation.ts';
import { runSlots } from '../bench/slots.ts';
import { createTestDatabase } from '../database.ts';

t.setTimeout(120_000);
const place = await createTestDatabase(t);

t.test('a revaluation killed at random points ends in the hash of an undisturbed one', async (t) => {
  const KILLS = 5;
  const seed = randomInt(1_000_000);
  const report = await killRevaluations(place, { pledges: 350, kills: KILLS, seed });
  t.match(report, { kills: KILLS, different_hashes: 0 }, `seed ${seed}`);
  t.ok(report.revaluations > 0, `seed ${seed}`);
});

t.test('three workers run each slot once and in order, and catch up after six hours off', async (t) => {
  const SLOTS = 200;
  const { shares, ...report } = await runSlots(place, SLOTS);
  t.same(report, { slots: SLOTS, slots_missed: 0, slots_repeated: 0, slots_out_of_order: 0 });
  t.equal(
    shares.reduce((sum, ran) => sum + ran),
    SLOTS,
    'what the workers say they ran',
  );
});
