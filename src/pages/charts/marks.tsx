/** Marks of severity, told apart by shape as well as by colour. */
import type { Severity } from '../../../models/risk/rule.ts';

const SHAPES: Record<Severity, string> = {
  critical: 'M0-7.5 7.5 0 0 7.5-7.5 0Z',
  warning: 'M0-6.5 6.5 5h-13Z',
  info: 'M-4-4h8v8h-8Z',
};

interface MarkProps {
  severity: Severity;
  x: number;
  y: number;
  title?: string;
}

export function SeverityMark({ severity, x, y, title }: MarkProps) {
  return (
    <g transform={`translate(${x} ${y})`}>
      {title && <title>{title}</title>}
      <rect class="c-reach" x="-11" y="-11" width="22" height="22" />
      <path class={`c-mark c-${severity}`} d={SHAPES[severity]} />
    </g>
  );
}

/** The same mark in running text. */
export function SeverityIcon({ severity }: { severity: Severity }) {
  return (
    <svg class="icon" viewBox="-9 -9 18 18" width="14" height="14" aria-hidden="true">
      <path class={`c-mark c-${severity}`} d={SHAPES[severity]} />
    </svg>
  );
}
