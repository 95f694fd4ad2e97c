import t from 'tap';
import { EXPECTED } from './security/matrix/expected.ts';
import { runMatrix } from './security/matrix/run.ts';
import { buildService } from './service.ts';

const OPS = [
  'submitProduct',
  'listProducts',
  'getProduct',
  'examineProduct',
  'certifyProduct',
  'revokeProduct',
  'issueLot',
  'listLots',
  'readMarks',
  'readLabels',
  'revokeMarks',
  'rotateMarkKey',
  'listAnomalies',
  'listProbes',
  'listClaims',
  'clearMark',
  'verifyMark',
  'claimMark',
  'listMarkKeys',
  'listStatements',
  'listPatentUse',
];
t.setTimeout(900000);
const service = await buildService(t);
const r = await runMatrix(service, () => {}, EXPECTED, OPS);
process.stdout.write(JSON.stringify({ ...r, failures: r.failures.map((f) => f.slice(0, 260)) }, null, 1));
t.pass('done');
