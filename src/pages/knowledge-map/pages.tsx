/** Fields, owners and filing years: where patents are, and whose they are. */
import type { FastifyInstance } from 'fastify';
import Type from 'typebox';
import { EVERYONE } from '../../http/guard.ts';
import { Closed } from '../../http/schemas.ts';
import { type KnowledgeMap, knowledgeMap } from '../../search/knowledge-map.ts';
import type { Service } from '../../service.ts';
import { Blank, blank } from '../asking.ts';
import { type BubbleCell, BubbleGrid } from '../charts/bubble-grid.tsx';
import type { Words } from '../language/words.ts';
import { AskForm, Facts, Figure, Section, Table, TextAsked } from '../parts/parts.tsx';
import { fieldText } from '../parts/terms.ts';
import { pagesOf } from '../serve.ts';
import { useView } from '../view.ts';

/** All years of filing that there may be. */
const YEARS = { from_year: 1790, to_year: 2200 };
const MOST_FIELDS = 12;
const MOST_COLUMNS = 12;
const MOST_OWNERS = 15;
/** Their names stand over the columns. */
const MOST_OWNER_FIELDS = 6;
const WIDE_WIDTH = 980;

export function knowledgeMapPages(app: FastifyInstance, service: Service): void {
  pagesOf(app, service)(
    '/knowledge-map',
    {
      access: EVERYONE,
      query: Closed({ owner: Blank(Type.String({ maxLength: 200 })) }),
    },
    async ({ query, view }) => {
      const owner = blank(query.owner) ?? null;
      const filter = { fields: [], office: null, owner, ...YEARS };
      const map = await knowledgeMap(service.database.sql, filter, MOST_OWNERS);
      return { title: view.words.say('nav.map'), body: <MapPage {...{ map, owner }} /> };
    },
  );
}

function MapPage({ map, owner }: { map: KnowledgeMap; owner: string | null }) {
  const { words } = useView();
  const { total } = map;
  return (
    <>
      <div class="heading">
        <h1>{words.say('nav.map')}</h1>
        <p>{words.say('map.lead')}</p>
      </div>
      <AskForm action="/knowledge-map">
        <TextAsked name="owner" label={words.say('map.owner')} value={owner ?? ''} />
      </AskForm>
      <Facts
        facts={(['filings', 'grants', 'in_force', 'ended'] as const).map((name) => ({
          label: words.say(`map.${name}`),
          value: words.number(total[name]),
        }))}
      />
      {total.filings > 0 && (
        <>
          <Grid title={words.say('map.by_year')} {...byYear(map, words)} head={words.say('map.field')} />
          <Grid
            title={words.say('map.by_owner')}
            {...byOwner(map, words)}
            head={words.say('map.owner_head')}
          />
        </>
      )}
    </>
  );
}

interface Crossed {
  rows: string[];
  columns: string[];
  cells: BubbleCell[];
}

function Grid({ title, head, rows, columns, cells }: Crossed & { title: string; head: string }) {
  const { words } = useView();
  const count = (row: string, column: string) =>
    cells.find((cell) => cell.row === row && cell.column === column)?.count ?? 0;
  return (
    <Section title={title}>
      <Figure
        title={title}
        wide={WIDE_WIDTH}
        draw={(width) => (
          <BubbleGrid
            {...{ rows, columns, cells, width, title }}
            tell={({ row, column, count: filings }) =>
              words.say('map.cell', { row, column, filings: words.number(filings) })
            }
          />
        )}
        table={
          <Table<string>
            caption={title}
            empty={words.say('term.none')}
            rows={rows}
            keyOf={(row) => row}
            columns={[
              { head, cell: (row) => row },
              ...columns.map((column) => ({
                head: column,
                kind: 'number' as const,
                cell: (row: string) => words.number(count(row, column)),
              })),
            ]}
          />
        }
      />
    </Section>
  );
}

/** The fields with most filings, by spans of years of one length. */
function byYear({ cells }: KnowledgeMap, words: Words): Crossed {
  const years = cells.map(({ filing_year }) => filing_year);
  const first = Math.min(...years);
  const span = Math.ceil((Math.max(...years) - first + 1) / MOST_COLUMNS);
  const columnOf = (year: number) => {
    const from = first + Math.floor((year - first) / span) * span;
    return span === 1 ? String(from) : `${from}–${String(from + span - 1).slice(-2)}`;
  };
  const crossed = cells.map(({ field, filing_year, filings }) => ({
    row: fieldText(field, words),
    column: columnOf(filing_year),
    count: filings,
  }));
  const columns = [...new Set(years.toSorted((a, b) => a - b).map(columnOf))];
  return { rows: greatest(crossed, 'row', MOST_FIELDS), columns, cells: summed(crossed) };
}

function byOwner({ owners }: KnowledgeMap, words: Words): Crossed {
  const crossed = owners.flatMap(({ owner, fields }) =>
    fields.map(({ field, filings }) => ({
      row: owner ?? words.say('map.no_owner'),
      column: fieldText(field, words),
      count: filings,
    })),
  );
  return {
    rows: greatest(crossed, 'row', MOST_OWNERS),
    columns: greatest(crossed, 'column', MOST_OWNER_FIELDS),
    cells: summed(crossed),
  };
}

function summed(cells: readonly BubbleCell[]): BubbleCell[] {
  const grouped = Map.groupBy(cells, ({ row, column }) => `${row}\n${column}`);
  return [...grouped.values()].map((same) => ({
    ...same[0]!,
    count: same.reduce((sum, { count }) => sum + count, 0),
  }));
}

function greatest(cells: readonly BubbleCell[], side: 'row' | 'column', most: number): string[] {
  const sums = [...Map.groupBy(cells, (cell) => cell[side])].map(([name, same]) => ({
    name,
    sum: same.reduce((sum, { count }) => sum + count, 0),
  }));
  return sums
    .toSorted((a, b) => b.sum - a.sum)
    .slice(0, most)
    .map(({ name }) => name);
}
