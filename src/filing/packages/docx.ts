/** An application as Office Open XML (DOCX), A4. The library stamps the hour into it, which is taken out again: equal bodies give equal bytes. */
import { Document, HeadingLevel, Packer, Paragraph, TextRun } from 'docx';
import { strFromU8, strToU8, unzipSync } from 'fflate';
import type { ClaimLanguage } from '../../../models/claims/types.ts';
import { packed } from './archive.ts';
import type { Body } from './body.ts';
import { sheetsOf } from './sheets.ts';

/** In twentieths of a point: A4, and the margins that the Chinese office asks for (25 mm left and top, 15 mm right and bottom). */
const PAGE = { width: 11_906, height: 16_838 };
const MARGIN = { top: 1_417, left: 1_417, right: 850, bottom: 850 };
/** In half points. */
const TEXT_SIZE = 24;
const FACES: Readonly<Record<ClaimLanguage, string>> = { en: 'Times New Roman', zh: 'SimSun' };
const LOCALES: Readonly<Record<ClaimLanguage, string>> = { en: 'en-GB', zh: 'zh-CN' };
const PROPERTIES = 'docProps/core.xml';

export async function applicationDocx(body: Body): Promise<Uint8Array> {
  const { title, language, written_at } = body;
  const run = {
    font: FACES[language],
    size: TEXT_SIZE,
    language: { value: LOCALES[language], eastAsia: 'zh-CN' },
  };
  const made = await Packer.toBuffer(
    new Document({
      title,
      creator: 'Pledgewatch',
      lastModifiedBy: 'Pledgewatch',
      styles: { default: { document: { run } } },
      sections: sheetsOf(body).map(({ name, lines }, index) => ({
        properties: { page: { size: PAGE, margin: MARGIN } },
        children: [
          ...(index === 0 ? [heading(title, HeadingLevel.TITLE)] : []),
          heading(name, HeadingLevel.HEADING_1),
          ...lines.map(({ kind, text }) =>
            kind === 'heading'
              ? heading(text, HeadingLevel.HEADING_2)
              : new Paragraph({ children: [new TextRun(text)] }),
          ),
        ],
      })),
    }),
  );
  const parts = unzipSync(made);
  const written = `>${written_at.toISOString()}<`;
  parts[PROPERTIES] = strToU8(strFromU8(parts[PROPERTIES]!).replace(/>\d{4}-\d\d-\d\dT[^<]*</g, written));
  return packed(parts);
}

function heading(text: string, level: (typeof HeadingLevel)[keyof typeof HeadingLevel]): Paragraph {
  return new Paragraph({ heading: level, children: [new TextRun(text)] });
}
