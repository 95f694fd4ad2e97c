/**
 * A report as HTML that mail programs show: styles beside each element, tables for columns, no script, no style sheet, no
 * picture and nothing that is fetched. Equal reports give equal bytes.
 */
import { renderToString } from 'preact-render-to-string';
import type { Block, Report, Row } from './report.ts';

const INK = '#17222c';
const QUIET = '#52606c';
const HAIR = '#cfd8de';
const ACCENT = '#0a5a78';

const BODY = `margin:0;padding:0;background:#f4f6f8;color:${INK};font-family:Arial,Helvetica,sans-serif;font-size:15px;line-height:1.5`;
const SHEET = 'width:100%;max-width:640px;margin:0 auto;background:#ffffff;border-collapse:collapse';
const CELL = `padding:6px 8px;border-bottom:1px solid ${HAIR};text-align:left;vertical-align:top`;
const NUMBER = `${CELL};text-align:right;white-space:nowrap`;
const HEAD = `font-size:12px;color:${QUIET};border-bottom:1px solid ${ACCENT}`;
const TITLE = `margin:0 0 4px;font-size:24px;line-height:1.25;color:${INK}`;
const SECTION = `margin:24px 0 8px;font-size:17px;color:${ACCENT}`;
const WIDE = 'width:100%;border-collapse:collapse';

export function reportMail({ title, subject, language, headline, sections, foot }: Report): string {
  const html = renderToString(
    <html lang={language === 'zh' ? 'zh-Hans' : language}>
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>{`${title}, ${subject}`}</title>
      </head>
      <body style={BODY}>
        <table role="presentation" style={SHEET}>
          <tr>
            <td style="padding:24px">
              <h1 style={TITLE}>{title}</h1>
              <p style={`margin:0 0 16px;color:${QUIET}`}>{subject}</p>
              <table role="presentation" style={`${WIDE};border-top:2px solid ${ACCENT}`}>
                <tr>
                  {headline.map(({ label, value, note }) => (
                    <td key={label} style="padding:8px 8px 8px 0;vertical-align:top">
                      <p style={`margin:0;font-size:12px;color:${QUIET}`}>{label}</p>
                      <p style="margin:0;font-size:20px;font-weight:bold">{value}</p>
                      <p style={`margin:0;font-size:12px;color:${QUIET}`}>{note}</p>
                    </td>
                  ))}
                </tr>
              </table>
              {sections.map((section) => (
                <div key={section.title}>
                  <h2 style={SECTION}>{section.title}</h2>
                  {section.blocks.map((block, index) => (
                    <BlockMailed key={index} block={block} />
                  ))}
                </div>
              ))}
              <p style={`margin:24px 0 0;font-size:12px;color:${QUIET}`}>{foot(1, 1)}</p>
            </td>
          </tr>
        </table>
      </body>
    </html>,
  );
  return `<!doctype html>${html}`;
}

function BlockMailed({ block }: { block: Block }) {
  if (block.kind === 'text') return <p style="margin:0 0 8px">{block.text}</p>;
  if (block.kind === 'drawing')
    return (
      <p style="margin:0 0 8px">
        {[block.drawing.title, ...block.drawing.texts.map(({ text }) => text)].join('; ')}
      </p>
    );
  const is_number = (index: number) => block.kind === 'table' && block.columns[index]?.number === true;
  return (
    <table style={WIDE}>
      {block.kind === 'table' && (
        <thead>
          <tr>
            {block.columns.map(({ head }, index) => (
              <th key={head} scope="col" style={`${is_number(index) ? NUMBER : CELL};${HEAD}`}>
                {head}
              </th>
            ))}
          </tr>
        </thead>
      )}
      <tbody>
        {block.rows.map((row: Row) => (
          <tr key={row.join(' ')}>
            {row.map((text, index) => (
              <td
                key={`${index} ${text}`}
                style={is_number(index) ? NUMBER : `${CELL};word-break:break-word`}
              >
                {text}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
