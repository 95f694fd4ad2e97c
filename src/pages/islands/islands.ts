/** What pages gain where scripts run; each works without. */
import { readCharts } from './chart-reader.ts';
import { usePasskeys } from './passkeys.ts';
import { submitOnChange } from './submit.ts';

readCharts();
submitOnChange();
usePasskeys();
