/** Numbers on the command lines of what is measured and not asserted: chaos and security. */
import { UsageError } from '../src/command.ts';

export const MAX_SEED = 999_999_999;

export function whole(name: string, text: string, least: number, most: number): number {
  const value = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= least && value <= most) return value;
  throw new UsageError(
    `--${name}: "${text}" is no whole number from ${least} to ${most}; give one, such as --${name} ${least + 1}.`,
  );
}
