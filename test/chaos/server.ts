/** A PostgreSQL with the settings of production that can be crashed. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { startEmbedded } from '../../src/db/embedded.ts';

export interface CrashableServer {
  /** Stays the same. */
  owner_url: string;
  /** Immediate shutdown, which drops every session and what is in memory, and a start that recovers the data. */
  crash(): Promise<void>;
  stop(): Promise<void>;
}

export async function startServer(directory: string): Promise<CrashableServer> {
  let server = await startEmbedded({ directory });
  let restarted: Promise<void> = Promise.resolve();
  const restart = async () => {
    const pid = Number.parseInt(await readFile(join(server.data_directory, 'postmaster.pid'), 'utf8'), 10);
    process.kill(pid, 'SIGQUIT');
    await server.exited;
    server = await startEmbedded({ directory });
  };
  return {
    owner_url: server.owner_url,
    crash() {
      restarted = restart();
      return restarted;
    },
    async stop() {
      await restarted;
      await server.stop();
    },
  };
}
