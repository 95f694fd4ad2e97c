import type { Problem } from '../errors.ts';
import { Why } from './parts/said.tsx';
import { useView } from './view.ts';

/** Title by its code, in the reader's language; the service's own words and the request id for who is asked for help. */
export function ErrorPage({ problem, request_id }: { problem: Problem; request_id: string }) {
  const { words } = useView();
  return (
    <div class="prose error-page">
      <h1>{words.say(`problem.${problem.code}`)}</h1>
      <Why problem={problem} />
      <p>
        <a class="button" href="/">
          {words.say('error.home')}
        </a>
      </p>
      <p class="muted">
        {words.say('error.request')} <code>{request_id}</code>
      </p>
    </div>
  );
}
