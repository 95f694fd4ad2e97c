/** Why the value of a pledge changed between two points of its value flow. */
import type { CalendarDate } from '../../../models/types.ts';
import { addWaterfalls, collateralChange, type Waterfall, waterfall } from '../../../models/waterfall.ts';
import type { Sql } from '../../db/client.ts';
import { Problem, requireFormula } from '../../errors.ts';
import { type StoredValuation, storedValuations } from '../../valuations/stored.ts';
import { say } from '../sentences.ts';
import { type PatentValue, type Pledge, type PledgeValue, valuesOf } from '../store.ts';

export interface PledgeWaterfall extends Waterfall {
  currency: string;
  /** Days of the points that were compared: the last ones by the days asked for. */
  from: CalendarDate;
  to: CalendarDate;
  patents: (Waterfall & { patent_id: string })[];
}

/** @throws Problem `refused` when there is no value at either end, or its inputs can no longer be read */
export async function pledgeWaterfall(
  sql: Sql,
  pledge: Pledge,
  from: CalendarDate,
  to: CalendarDate,
  known_at: Date,
): Promise<PledgeWaterfall> {
  const points = await valuesOf(sql, pledge.id, known_at);
  const first = pointBy(points, from);
  const last = pointBy(points, to);
  const valuation_ids = [...first.patents, ...last.patents].map(({ valuation_id }) => valuation_id);
  const stored = await storedValuations(sql, valuation_ids);
  const pledgedIn = (point: PledgeValue, patent_id: string) =>
    point.patents.find((each) => each.patent_id === patent_id);
  const ids = [...new Set([...first.patents, ...last.patents].map(({ patent_id }) => patent_id))].sort();
  const patents = ids.map((patent_id) => {
    const [before, after] = [pledgedIn(first, patent_id), pledgedIn(last, patent_id)];
    return {
      patent_id,
      ...(before && after
        ? between(stored.get(before.valuation_id), stored.get(after.valuation_id))
        : collateralChange(before ? known(before) : 0, after ? known(after) : 0)),
    };
  });
  return { currency: pledge.currency, from: first.as_of, to: last.as_of, ...addWaterfalls(patents), patents };
}

function pointBy(points: readonly PledgeValue[], day: CalendarDate): PledgeValue {
  const point = points.findLast(({ as_of }) => as_of <= day);
  if (!point) throw new Problem('refused', say('change_no_value', { day }));
  return point;
}

function known({ patent_id, mid_minor }: PatentValue): number {
  if (mid_minor === null) throw new Problem('refused', say('change_value_unknown', { patent_id }));
  return mid_minor;
}

function between(from: StoredValuation | undefined, to: StoredValuation | undefined): Waterfall {
  if (!from || !to) throw new Problem('refused', say('change_older_model'));
  return requireFormula(() => waterfall(stateOf(from), stateOf(to)));
}

/** An unknown value is refused by the waterfall itself, by its day. */
function stateOf({ inputs, mid_minor }: StoredValuation) {
  return { inputs, stored_minor: mid_minor ?? 0 };
}
