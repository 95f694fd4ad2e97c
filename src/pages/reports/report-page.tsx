/** The report of a valuation as a page: the same parts as its PDF, to be read and printed. */
import type { Block, Drawing, Report, Row } from '../../reports/report.ts';
import { LANGUAGES } from '../language/catalogue.ts';
import { wordsIn } from '../language/words.ts';
import { Facts, Section, Table } from '../parts/parts.tsx';
import { useView } from '../view.ts';

interface Props {
  report: Report;
  pledge_id: string;
  valuation_id: string;
}

export function ReportPage({ report, pledge_id, valuation_id }: Props) {
  const { words } = useView();
  const address = `/v1/pledges/${pledge_id}/valuations/${valuation_id}/report`;
  return (
    <>
      <div class="heading">
        <p class="trail">
          <a href={`/pledges/${pledge_id}`}>{words.say('report.of_pledge')}</a>
          <span>{valuation_id}</span>
        </p>
        <h1>{report.title}</h1>
        <p>{report.subject}</p>
      </div>
      <Facts facts={report.headline} />
      <p class="actions">
        {LANGUAGES.map((language) => (
          <a key={language} class="button" href={`${address}?language=${language}`} hreflang={language}>
            {words.say('report.pdf', { language: wordsIn(language).say('language.own_name') })}
          </a>
        ))}
      </p>
      <ReportSections report={report} />
    </>
  );
}

/** The matter of any report. */
export function ReportSections({ report }: { report: Report }) {
  return report.sections.map(({ title, blocks }) => (
    <Section key={title} title={title}>
      {blocks.map((block, index) => (
        <BlockShown key={index} block={block} />
      ))}
    </Section>
  ));
}

function BlockShown({ block }: { block: Block }) {
  if (block.kind === 'text') return <p>{block.text}</p>;
  if (block.kind === 'drawing') return <DrawingShown drawing={block.drawing} />;
  if (block.kind === 'facts')
    return (
      <dl class="particulars">
        {block.rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    );
  return (
    <Table<Row>
      caption={block.caption}
      empty={block.caption}
      rows={block.rows}
      keyOf={(row) => row.join(' ')}
      columns={block.columns.map(({ head, number, english }, index) => ({
        head,
        ...(number ? { kind: 'number' as const } : {}),
        cell: (row) => (english ? <span lang="en">{row[index]}</span> : row[index]),
      }))}
    />
  );
}

function DrawingShown({ drawing: { title, width, height, paths, texts } }: { drawing: Drawing }) {
  return (
    <figure class="drawing">
      <figcaption>{title}</figcaption>
      <svg class="chart-svg" viewBox={`0 0 ${width} ${height}`} width={width} height={height} role="img">
        <title>{title}</title>
        {paths.map(({ d, mark }) => (
          <path key={d} class={CLASSES[mark]} d={d} />
        ))}
        {texts.map(({ x, y, text, anchor }) => (
          <text key={`${x} ${y}`} class="c-small" x={x} y={y} text-anchor={anchor}>
            {text}
          </text>
        ))}
      </svg>
    </figure>
  );
}

const CLASSES = {
  grid: 'c-grid',
  base: 'c-base',
  band: 'c-band',
  value: 'c-value',
  up: 'c-bar-up',
  down: 'c-bar-down',
} as const;
