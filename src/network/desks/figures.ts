/** What stands in a desk's books: sums over its rows, counted when they are asked for, of all desks that the caller sees. */
import { STAGES, type Stage } from '../../../models/desk/pipeline.ts';
import type { Sql } from '../../db/client.ts';

export const MAX_FIGURE_MONTHS = 36;

export interface MonthFigures {
  month: string;
  /** Clients that were added. */
  added: number;
  /** Moves to `served`. */
  served: number;
  introductions: number;
  deals: number;
}

export interface DeskFigures {
  desk_id: string;
  name: string;
  region: string;
  clients: number;
  by_stage: Record<Stage, number>;
  tasks_open: number;
  tasks_overdue: number;
  months: MonthFigures[];
}

interface Asked {
  /** Null: all desks that are seen. */
  desk_id: string | null;
  from_month: string;
  /** The first month after. */
  until_month: string;
  today: string;
}

/** In order of region; one statement each for stages, tasks and months, all under the policies of the caller. */
export async function deskFigures(sql: Sql, { desk_id, from_month, until_month, today }: Asked) {
  const seen = sql`select id from desk where (is_staff() or id = any (own_desks()))
    and ${desk_id === null ? sql`true` : sql`id = ${desk_id}`}`;
  const [desks, stages, tasks, months] = await Promise.all([
    sql<{ id: string; name: string; region: string }[]>`
      select id, name, region from desk where id in (${seen}) order by region, id`,
    sql<{ desk_id: string; stage: Stage; clients: number }[]>`
      select desk_id, stage, count(*) as clients from desk_client where desk_id in (${seen}) group by 1, 2`,
    sql<{ desk_id: string; open: number; overdue: number }[]>`
      select desk_id, count(*) as open, count(*) filter (where due_on < ${today}) as overdue from desk_task
      where done_at is null and desk_id in (${seen}) group by 1`,
    sql<(MonthFigures & { desk_id: string })[]>`
      select desk_id, month::text as month, sum(added)::bigint as added, sum(served)::bigint as served,
        sum(introductions)::bigint as introductions, sum(deals)::bigint as deals from (
        select desk_id, date_trunc('month', made_at)::date as month, count(*) as added, 0 as served, 0 as introductions,
          0 as deals
        from desk_client where made_at >= ${from_month}::date and made_at < ${until_month}::date group by 1, 2
        union all
        select desk_id, month, 0, count(*) filter (where kind = 'served'),
          count(*) filter (where kind = 'introduction'), count(*) filter (where kind = 'deal')
        from desk_outcome where month >= ${from_month} and month < ${until_month} group by 1, 2) figure
      where desk_id in (${seen}) group by 1, 2 order by 1, 2`,
  ]);
  return desks.map(({ id, ...desk }): DeskFigures => {
    const own = stages.filter((row) => row.desk_id === id);
    const clientsAt = (stage: Stage) => own.find((row) => row.stage === stage)?.clients ?? 0;
    const { open = 0, overdue = 0 } = tasks.find((row) => row.desk_id === id) ?? {};
    return {
      desk_id: id,
      ...desk,
      clients: own.reduce((sum, { clients }) => sum + clients, 0),
      by_stage: Object.fromEntries(STAGES.map((stage) => [stage, clientsAt(stage)])) as Record<Stage, number>,
      tasks_open: open,
      tasks_overdue: overdue,
      months: months.filter((row) => row.desk_id === id).map(({ desk_id: _own, ...month }) => month),
    };
  });
}
