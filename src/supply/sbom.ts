/**
 * `npm run sbom`: the bill of materials of production as CycloneDX 1.6 JSON on standard output, from package-lock.json alone.
 * npm makes it; but with `--omit dev` npm 11 also leaves out what development and production share, so it is asked for
 * all, and what is for development alone is taken out here. npm writes version 1.5, whose fields 1.6 takes as they are.
 */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { run } from '../command.ts';
import { PACKAGE_NAME } from '../package.ts';
import { nameOf, productionPackages, ROOT } from './lock.ts';

const SPEC_VERSION = '1.6';
const MAX_OUTPUT_BYTES = 100_000_000;

interface Bill {
  specVersion: string;
  metadata: { component: { 'bom-ref': string; name: string } };
  components: { 'bom-ref': string; name: string; version: string }[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

await run(async () => {
  const { stdout } = await promisify(execFile)(
    'npm',
    ['sbom', '--sbom-format=cyclonedx', '--package-lock-only'],
    { cwd: ROOT, maxBuffer: MAX_OUTPUT_BYTES },
  );
  process.stdout.write(`${JSON.stringify(await ofProduction(JSON.parse(stdout) as Bill), null, 2)}\n`);
});

async function ofProduction(bill: Bill): Promise<Bill> {
  const production = new Set((await productionPackages()).map(nameOf));
  const components = bill.components.filter((each) => production.has(nameOf(each)));
  const { component } = bill.metadata;
  const kept = new Set([component['bom-ref'], ...components.map((each) => each['bom-ref'])]);
  return {
    ...bill,
    ...{ $schema: `http://cyclonedx.org/schema/bom-${SPEC_VERSION}.schema.json` },
    specVersion: SPEC_VERSION,
    // npm takes the name of the folder.
    metadata: { ...bill.metadata, component: { ...component, name: PACKAGE_NAME } },
    components,
    dependencies: bill.dependencies
      .filter(({ ref }) => kept.has(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((each) => kept.has(each)) })),
  };
}
