/** A chart of a pledge to take away: its numbers, and pictures of it. */
import { PICTURE_FORMS } from '../charts/picture/file.tsx';
import { useView } from '../view.ts';

export type ChartName = 'value-flow' | 'waterfall';

interface Props {
  pledge_id: string;
  chart: ChartName;
  /** What each is asked by; pictures are left out while there is nothing to draw. */
  numbers: Record<string, string>;
  pictures: Record<string, string> | null;
}

export function FileLinks({ pledge_id, chart, numbers, pictures }: Props) {
  const { words } = useView();
  const hrefOf = (form: string, query: Record<string, string>) =>
    `/pledges/${pledge_id}/${chart}.${form}?${new URLSearchParams(query)}`;
  return (
    <p class="actions">
      <a class="button" href={hrefOf('csv', numbers)} download>
        {words.say('file.csv')}
      </a>
      {pictures &&
        PICTURE_FORMS.map((form) => (
          <a key={form} class="button" href={hrefOf(form, pictures)} download>
            {words.say(`file.${form}`)}
          </a>
        ))}
    </p>
  );
}
