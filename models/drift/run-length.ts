/**
 * Average run length (ARL): steps until a chart signals, on independent N(shift, 1) residuals, started at zero.
 *
 * One-sided CUSUM (Page 1954): a chart is a row of sequential tests ending at 0 or above h; ARL = N(0) / U(0),
 *   N(s) = 1 + int_0^h N(x) phi(x - s - shift + k) dx                        steps of one test started at s
 *   U(s) = Phi(s + shift - k - h) + int_0^h U(x) phi(x - s - shift + k) dx   chance that it ends above h.
 * Two-sided: 1 / ARL = 1 / ARL_lower + 1 / ARL_upper (van Dobben de Bruyn 1968).
 * EWMA with the constant limits +-c (Crowder 1987):
 *   L(s) = 1 + int_{-c}^{c} L(x) phi((x - (1 - lambda) s) / lambda - shift) / lambda dx.
 * The integrals are taken at Gauss-Legendre nodes (Nystrom). Sources [M]. The growing limits of ewma.ts signal a
 * little sooner than these constant ones.
 * Units: steps; shift, k, h, L in standard deviations; a CUSUM shift counts in the direction the chart watches.
 * Domain: 0 < h <= 30; EWMA limits at most 60 lambda apart; EWMA ARL at most 1e9.
 * Errors: not_finite, out_of_range, run_length_too_long.
 * Worked (G12, G13): k = .5, h = 5, no shift: two-sided 465.44, one-sided 930.9.
 */
import normalCdf from '@stdlib/stats-base-dists-normal-cdf';
import { Matrix, solve } from 'ml-matrix';
import { FormulaFailure, requireBetween, requireFinite } from '../failure.ts';
import { type CusumChart, requireChart } from './cusum.ts';
import { type EwmaChart, ewmaLimit } from './ewma.ts';
import { gaussLegendre, type QuadratureRule } from './gauss-legendre.ts';

const RULE = gaussLegendre(80);
/** Widest interval, in standard deviations of one step, on which 80 nodes keep eight digits. */
const WIDEST = 60;
const LONGEST_EWMA_RUN = 1e9;
export const LARGEST_THRESHOLD = 30;

export function cusumRunLength(chart: CusumChart, shift: number): number {
  return requireShort(oneSidedRunLength(chart, shift), Number.MAX_VALUE);
}

export function twoSidedCusumRunLength(chart: CusumChart, shift: number): number {
  const signals = 1 / oneSidedRunLength(chart, shift) + 1 / oneSidedRunLength(chart, -shift);
  return requireShort(1 / signals, Number.MAX_VALUE);
}

export function ewmaRunLength(chart: EwmaChart, shift: number): number {
  requireFinite('shift', shift);
  const { smoothing } = chart;
  const limit = ewmaLimit(chart, Number.POSITIVE_INFINITY);
  requireBetween('limits apart in lambda', (2 * limit) / smoothing, 0, WIDEST);
  const density = (to: number, from: number) =>
    normalDensity((to - (1 - smoothing) * from) / smoothing - shift) / smoothing;
  const [steps] = solveAtZero(ruleOn(-limit, limit), density, [() => 1]);
  return requireShort(steps!, LONGEST_EWMA_RUN);
}

/** Infinity when the chance of a signal is below the smallest number. */
function oneSidedRunLength(chart: CusumChart, shift: number): number {
  requireChart(chart);
  const { reference_value, threshold } = chart;
  requireBetween('threshold h', threshold, 0, LARGEST_THRESHOLD);
  const drift = requireFinite('shift', shift) - reference_value;
  const density = (to: number, from: number) => normalDensity(to - from - drift);
  const overThreshold = (from: number) => normalCdf(from + drift - threshold, 0, 1);
  const [steps, signal] = solveAtZero(ruleOn(0, threshold), density, [() => 1, overThreshold]);
  return steps! / signal!;
}

/** f(0) for f(s) = source(s) + integral of f(x) density(x, s) dx, for each source. */
function solveAtZero(
  { nodes, weights }: QuadratureRule,
  density: (to: number, from: number) => number,
  sources: readonly ((from: number) => number)[],
): number[] {
  const kernel = (from: number) => nodes.map((to, j) => weights[j]! * density(to, from));
  const system = Matrix.eye(nodes.length).sub(new Matrix(nodes.map(kernel)));
  const solved = solve(system, new Matrix(nodes.map((from) => sources.map((source) => source(from)))));
  const fromZero = new Matrix([kernel(0)]).mmul(solved);
  return sources.map((source, i) => source(0) + fromZero.get(0, i));
}

function ruleOn(least: number, most: number): QuadratureRule {
  const half = (most - least) / 2;
  return {
    nodes: RULE.nodes.map((node) => least + half * (node + 1)),
    weights: RULE.weights.map((weight) => half * weight),
  };
}

function normalDensity(x: number): number {
  return Math.exp(-(x ** 2) / 2) / Math.sqrt(2 * Math.PI);
}

/** For EWMA, beyond `longest` the answer is rounding error, even of the wrong sign. */
function requireShort(run_length: number, longest: number): number {
  if (run_length >= 1 - 1e-9 && run_length <= longest) return run_length;
  throw new FormulaFailure(
    'run_length_too_long',
    `the average run length of ${run_length} is beyond ${longest} steps; give a smaller threshold or a larger shift.`,
  );
}
