import { readFileSync } from 'node:fs';

const file = new URL('../package.json', import.meta.url);
const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name: string; version: string };

export const PACKAGE_NAME = name;
/** The version of this program. */
export const VERSION = version;
