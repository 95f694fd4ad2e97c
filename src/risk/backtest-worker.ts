/** Walks the rule sets of one backtest on a thread of its own. */
import { parentPort, workerData } from 'node:worker_threads';
import { backtestSets } from '../../models/risk/backtest.ts';
import type { BacktestTask } from './backtest.ts';

const { histories, sets, period, value_every } = workerData as BacktestTask;
parentPort!.postMessage(backtestSets(histories, sets, period, value_every));
