/** What pages gain where scripts run; each works without. */
import { readCharts } from './chart-reader.ts';
import { followLive } from './live.ts';
import { usePasskeys } from './passkeys.ts';
import { holdBackTooLarge } from './sizes.ts';
import { addSliders } from './sliders.ts';
import { submitOnChange } from './submit.ts';
import { triageByKeys } from './triage.ts';
import { zoomByKey } from './zoom.ts';

readCharts();
addSliders();
submitOnChange();
holdBackTooLarge();
triageByKeys();
zoomByKey();
usePasskeys();
followLive();
