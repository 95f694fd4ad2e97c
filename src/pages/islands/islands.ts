/** What pages gain where scripts run; each works without. */
import { readCharts } from './chart-reader.ts';
import { submitOnChange } from './submit.ts';
import { triageByKeys } from './triage.ts';

readCharts();
submitOnChange();
triageByKeys();
