/** Parts of a whole as bars under each other, the largest first; the rest is added up. */
import { linear, place } from './scale.ts';

export interface Share {
  label: string;
  /** 0..1 */
  share: number;
  told: string;
}

const LINE = 24;

export function ShareBars({
  shares,
  width,
  title,
}: {
  shares: readonly Share[];
  width: number;
  title: string;
}) {
  const left = Math.min(150, width * 0.4);
  const most = Math.max(0.01, ...shares.map(({ share }) => share));
  const x = linear(0, most, 0, width - left - 52);
  const height = Math.max(1, shares.length) * LINE;
  return (
    <svg class="chart-svg" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
      <title>{title}</title>
      {shares.map(({ label, share, told }, index) => (
        <g key={label} transform={`translate(0 ${index * LINE})`}>
          <text class="c-row" x={left - 10} y={16} text-anchor="end">
            {label}
          </text>
          <rect class="c-share" x={left} y={5} width={place(Math.max(1, x(share)))} height={14} />
          <text class="c-figure" x={place(left + x(share) + 6)} y={16}>
            {told}
          </text>
        </g>
      ))}
    </svg>
  );
}
