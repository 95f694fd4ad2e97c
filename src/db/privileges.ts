/** Row-level security holds for nobody who stands above it: such a login may migrate the database, not serve from it. */
import { StartupError } from '../errors.ts';
import type { Database } from './client.ts';

/** @throws StartupError when the login is a superuser, bypasses row security, or owns the tables */
export async function refusePrivileged({ sql }: Database): Promise<void> {
  const [login] = await sql<{ name: string; above: boolean; owner: boolean }[]>`
    select rolname as name, rolsuper or rolbypassrls as above,
      exists (select from pg_class where relowner = pg_roles.oid and relnamespace = to_regnamespace('public')) as owner
    from pg_roles where rolname = session_user`;
  const { name, above, owner } = login!;
  if (!above && !owner) return;
  const reason = above ? 'stands above row-level security' : 'owns the tables';
  throw new StartupError(
    `DATABASE_URL logs in as ${name}, which ${reason}: keep it for "npm run migrate" (DATABASE_OWNER_URL), and serve as a login of its own that has but the roles pledgewatch_app and pledgewatch_worker (docs/operate.md).`,
  );
}
