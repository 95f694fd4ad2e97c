/** `npm run licences`: writes docs/licences.md, the licences of all packages that run in production. */
import { writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { run } from '../command.ts';
import { StartupError } from '../errors.ts';
import { type LockedPackage, nameOf, productionPackages, ROOT } from './lock.ts';

export const LICENCES_FILE = `${ROOT}docs/licences.md`;

/** Licences under which a package may come in: their terms are met by passing on their texts with the packages. */
export const ALLOWED_LICENCES: readonly string[] = [
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BSL-1.0',
  'BlueOak-1.0.0',
  'ISC',
  'MIT',
  'OFL-1.1',
  'Unlicense',
];

const HEAD = `# Licences of production packages

Made by \`npm run -s licences\` from package-lock.json, packages for other platforms included; a test holds it against what is
installed. Allowed are ${ALLOWED_LICENCES.join(', ')}; another licence needs a decision first.
What the packages carry inside is in [supply-chain.md](supply-chain.md).

| package | version | licence |
| --- | --- | --- |
`;

/** @throws StartupError naming the packages whose licence is not allowed */
export async function licencesFile(): Promise<string> {
  const packages = await productionPackages();
  const refused = packages.filter(({ licence }) => !isAllowed(licence));
  if (refused.length > 0)
    throw new StartupError(
      `No licence that is allowed: ${refused.map(told).join(', ')}. Take another package, or allow it in src/supply/licences-file.ts.`,
    );
  const rows = new Set(
    packages.map(({ name, version, licence }) => `| ${name} | ${version} | ${licence} |\n`),
  );
  return HEAD + [...rows].join('');
}

function told(given: LockedPackage): string {
  return `${nameOf(given)} (${given.licence})`;
}

/** Of licences joined by AND all must be allowed; one of those joined by OR. */
export function isAllowed(expression: string): boolean {
  return expression
    .replaceAll(/[()]/g, '')
    .split(' OR ')
    .some((choice) => choice.split(' AND ').every((licence) => ALLOWED_LICENCES.includes(licence)));
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  await run(async () => writeFile(LICENCES_FILE, await licencesFile()));
