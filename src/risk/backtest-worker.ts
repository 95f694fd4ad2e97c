/** Walks the rule sets of one backtest on a thread of its own. */
import { backtestSets } from '../../models/risk/backtest.ts';
import { answerTasks } from '../thread.ts';
import type { BacktestTask } from './backtest.ts';

answerTasks(({ histories, sets, period, value_every }: BacktestTask) =>
  backtestSets(histories, sets, period, value_every),
);
