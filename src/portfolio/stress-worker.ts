/** Runs one stress test on a thread of its own, so that seconds of arithmetic hold up no request. */
import { NO_SHOCKS, simulatePortfolio } from '../../models/portfolio/stress.ts';
import { answerTasks } from '../thread.ts';
import type { StressTask } from './stress.ts';

answerTasks(({ pledges, patents, shocks, draws, seed }: StressTask) => ({
  calm: simulatePortfolio(pledges, patents, NO_SHOCKS, draws, seed),
  stressed: simulatePortfolio(pledges, patents, shocks, draws, seed),
}));
