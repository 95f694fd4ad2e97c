/** A further thread of a run, which tells the first what its lanes do. */
import { parentPort, workerData } from 'node:worker_threads';
import { type LaneTask, workLanes } from './lanes.ts';

await workLanes(workerData as LaneTask, (message) => parentPort!.postMessage(message));
