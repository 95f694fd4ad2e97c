/** A browser for the pages: the machine's own Chromium, or the one that an npm package brings. */
import { access, constants } from 'node:fs/promises';
import path from 'node:path';
import bundled from '@sparticuz/chromium';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome-stable', 'google-chrome'];
const LAUNCH_LIMIT_ms = 60_000;
/** Containers allow no sandbox and have no graphics; the pages are our own. */
const ARGUMENTS = ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'];

export async function launchBrowser(): Promise<Browser> {
  const executablePath = (await installed()) ?? (await bundled.executablePath());
  return chromium.launch({ executablePath, args: ARGUMENTS, headless: true, timeout: LAUNCH_LIMIT_ms });
}

async function installed(): Promise<string | null> {
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  for (const file of folders.flatMap((folder) => NAMES.map((name) => path.join(folder, name)))) {
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (runs) return file;
  }
  return null;
}
