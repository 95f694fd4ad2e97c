/** Processor time, which says on a busy machine what a wait does not. Of Linux alone. */
import { readdir, readFile } from 'node:fs/promises';

const NS_A_MS = 1e6;
const US_A_MS = 1e3;

/** @returns milliseconds that this process and all that it started have run so far; null where the kernel does not tell */
export async function processorTime_ms(): Promise<number | null> {
  const { user, system } = process.cpuUsage();
  try {
    const parents = new Map<number, number>();
    for (const name of await readdir('/proc'))
      if (/^\d+$/.test(name)) parents.set(Number(name), await parentOf(name));
    let below = 0;
    for (const pid of parents.keys()) if (isBelow(pid, parents)) below += await ranFor_ms(pid);
    return (user + system) / US_A_MS + below;
  } catch {
    return null;
  }
}

/** 0 for one that has ended meanwhile. */
async function parentOf(pid: string): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  return Number(/\) \w (\d+)/.exec(stat)?.[1] ?? 0);
}

function isBelow(pid: number, parents: ReadonlyMap<number, number>): boolean {
  for (let parent = parents.get(pid) ?? 0; parent > 0; parent = parents.get(parent) ?? 0)
    if (parent === process.pid) return true;
  return false;
}

async function ranFor_ms(pid: number): Promise<number> {
  const told = await readFile(`/proc/${pid}/schedstat`, 'utf8').catch(() => '0');
  return Number(told.split(' ')[0]) / NS_A_MS;
}
