/** Runs one stress test on a thread of its own, so that seconds of arithmetic hold up no request. */
import { parentPort, workerData } from 'node:worker_threads';
import { NO_SHOCKS, simulatePortfolio } from '../../models/portfolio/stress.ts';
import type { StressTask } from './stress.ts';

const { pledges, patents, shocks, draws, seed } = workerData as StressTask;
parentPort!.postMessage({
  calm: simulatePortfolio(pledges, patents, NO_SHOCKS, draws, seed),
  stressed: simulatePortfolio(pledges, patents, shocks, draws, seed),
});
