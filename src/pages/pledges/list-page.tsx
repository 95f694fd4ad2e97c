/** All pledges that a caller may see, the newest first. */

import type { Caller } from '../../accounts/store.ts';
import type { Sql } from '../../db/client.ts';
import { desc } from '../../db/drizzle.ts';
import { query, rowsOf } from '../../db/list.ts';
import { pledge as pledge_table } from '../../db/schema.ts';
import { visibleTo } from '../../http/visible.ts';
import { isFinal } from '../../pledges/lifecycle.ts';
import {
  latestValues,
  type Pledge,
  type PledgedPatent,
  type PledgeValue,
  pledgedPatents,
} from '../../pledges/store.ts';
import { type WithStatus, withStatus } from '../../risk/status.ts';
import { Section, StatusMarked, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';
import { pledgeName } from './pledge-page.tsx';

/** A page of the service's; who has more looks in the portfolio. */
const MOST_LISTED = 200;

export interface ListedPledge extends Pledge, WithStatus {
  patents: PledgedPatent[];
  value: PledgeValue | null;
}

export async function readList(sql: Sql, caller: Caller, now: Date): Promise<ListedPledge[]> {
  const rows = await rowsOf<Pledge>(
    sql,
    query
      .select()
      .from(pledge_table)
      .where(visibleTo(caller, pledge_table))
      .orderBy(desc(pledge_table.id))
      .limit(MOST_LISTED),
  );
  const ids = rows.map(({ id }) => id);
  const [assessed, values, patents] = await Promise.all([
    withStatus(sql, rows, now),
    latestValues(sql, ids, now),
    pledgedPatents(sql, ids),
  ]);
  const byPledge = Map.groupBy(patents, ({ pledge_id }) => pledge_id);
  return assessed.map((each) => ({
    ...each,
    patents: byPledge.get(each.id) ?? [],
    value: values.get(each.id) ?? null,
  }));
}

export function ListPage({ pledges }: { pledges: readonly ListedPledge[] }) {
  const { words } = useView();
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.pledges')}</h1>
        <p>{words.say('pledges.count', { count: pledges.length })}</p>
      </div>
      <PledgeTable pledges={pledges} />
    </>
  );
}

function PledgeTable({ pledges }: { pledges: readonly ListedPledge[] }) {
  const { words } = useView();
  return (
    <Section title={words.say('pledges.newest')}>
      <Table<ListedPledge>
        caption={words.say('nav.pledges')}
        empty={words.say('pledges.none')}
        rows={pledges}
        keyOf={({ id }) => id}
        columns={[
          {
            head: words.say('pledges.pledge'),
            cell: ({ id, patents }) => <a href={`/pledges/${id}`}>{pledgeName(patents, words)}</a>,
          },
          { head: words.say('pledges.state'), cell: ({ state }) => words.say(`state.${state}`) },
          {
            head: words.say('pledges.status'),
            cell: ({ state, status }) =>
              isFinal(state) ? words.say('term.none') : <StatusMarked status={status} />,
          },
          {
            head: words.say('fact.value'),
            kind: 'number',
            cell: ({ value, currency }) =>
              value?.mid_minor == null
                ? words.say('term.unknown')
                : words.briefMoney(value.mid_minor, currency),
          },
          {
            head: words.say('fact.loan'),
            kind: 'number',
            cell: ({ value, currency }) => words.briefMoney(value?.outstanding_minor ?? 0, currency),
          },
          {
            head: words.say('fact.ltv'),
            kind: 'number',
            cell: ({ value }) => (value?.ltv_bp ? words.percent(value.ltv_bp) : words.say('term.none')),
          },
        ]}
      />
    </Section>
  );
}
