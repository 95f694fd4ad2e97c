/** Counts at the crossings of two lists, as discs whose area is the count. */
import { place } from './scale.ts';

export interface BubbleCell {
  row: string;
  column: string;
  count: number;
}

interface Props {
  rows: readonly string[];
  columns: readonly string[];
  cells: readonly BubbleCell[];
  width: number;
  title: string;
  tell: (cell: BubbleCell) => string;
}

const LINE = 30;
const HEAD = 26;
/** Of names that are longer than their column is wide: they stand aslant, all of them. */
const SLANTED_HEAD = 88;
const SLANTED_LETTERS = 16;
/** Pixels that a letter of a label takes, about. */
const LETTER = 6.4;
const MIN_HEAD_WIDTH = 44;

export function BubbleGrid({ rows, columns, cells, width, title, tell }: Props) {
  const left = Math.min(230, width * 0.38);
  const step = (width - left) / Math.max(1, columns.length);
  const most = Math.max(1, ...cells.map(({ count }) => count));
  const radius = Math.min(step, LINE) / 2 - 1;
  const every = Math.ceil(MIN_HEAD_WIDTH / step);
  const fit = Math.floor((step * every) / LETTER) - 1;
  const slanted = columns.some((column) => [...column].length > fit);
  const head = slanted ? SLANTED_HEAD : HEAD;
  const height = head + rows.length * LINE;
  const x = (index: number) => place(left + (index + 0.5) * step);
  return (
    <svg class="chart-svg" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
      <title>{title}</title>
      {columns.map((column, index) =>
        slanted ? (
          <text
            key={column}
            class="c-tick"
            transform={`translate(${x(index)} ${head - 8}) rotate(40)`}
            text-anchor="end"
          >
            {shortened(column, SLANTED_LETTERS)}
          </text>
        ) : index % every === 0 ? (
          <text key={column} class="c-tick" x={x(index)} y={16} text-anchor="middle">
            {column}
          </text>
        ) : null,
      )}
      {rows.map((row, line) => (
        <g key={row} transform={`translate(0 ${head + line * LINE})`}>
          <path class="c-grid" d={`M0 ${LINE}H${width}`} />
          <text class="c-row" x={0} y={19}>
            {shortened(row, Math.floor(left / LETTER) - 1)}
          </text>
          {cells
            .filter((cell) => cell.row === row && cell.count > 0 && columns.includes(cell.column))
            .map((cell) => (
              <circle
                key={cell.column}
                class="c-share"
                cx={x(columns.indexOf(cell.column))}
                cy={LINE / 2}
                r={place(Math.max(1.5, radius * Math.sqrt(cell.count / most)))}
              >
                <title>{tell(cell)}</title>
              </circle>
            ))}
        </g>
      ))}
    </svg>
  );
}

function shortened(text: string, letters: number): string {
  return [...text].length <= letters ? text : `${[...text].slice(0, letters - 1).join('')}…`;
}
