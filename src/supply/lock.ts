/** What package-lock.json says of the packages that run in production. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface LockedPackage {
  name: string;
  version: string;
  /** An SPDX expression, as the package states it. */
  licence: string;
  /** Its folder, from the root. */
  folder: string;
  has_install_script: boolean;
}

interface Locked {
  version: string;
  license?: string;
  dev?: boolean;
  hasInstallScript?: boolean;
}

/** Licences of packages that state none in their package.json, read in the LICENSE file that they bring. */
export const READ_LICENCES: Readonly<Record<string, string>> = { 'png-js@2.0.0': 'MIT' };

/** All packages but those for development alone, those for other platforms included, by name and version. */
export async function productionPackages(): Promise<LockedPackage[]> {
  const lock = JSON.parse(await readFile(`${ROOT}package-lock.json`, 'utf8')) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(lock.packages)
    .filter(([folder, { dev }]) => folder !== '' && !dev)
    .map(([folder, { version, license, hasInstallScript = false }]) => {
      const name = folder.slice(folder.lastIndexOf('node_modules/') + 'node_modules/'.length);
      return {
        name,
        version,
        licence: license ?? READ_LICENCES[nameOf({ name, version })] ?? 'none stated',
        folder,
        has_install_script: hasInstallScript,
      };
    })
    .sort((a, b) => (nameOf(a) < nameOf(b) ? -1 : 1));
}

/** `name@version`, as npm and bills of materials write it. */
export function nameOf({ name, version }: Pick<LockedPackage, 'name' | 'version'>): string {
  return `${name}@${version}`;
}
